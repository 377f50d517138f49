//! Everything that reads a whole plane without being a server of it: looking, checking, backing up, bringing back,
//! mending. It works on any store, a folder or a bucket, beside servers that live.
//!
//! - [`state`]: the state of a plane at its newest or an earlier moment, folded from a checkpoint and the log.
//! - [`verify`]: what is damaged or missing, and what that costs.
//! - [`backup`] and [`restore`]: a copy that is consistent at one log position, and a plane made from one.
//! - [`repair`]: what has one right answer.
//! - [`dump`]: records and files for people, secrets masked.

pub mod backup;
pub mod dump;
mod folded;
mod lives;
mod manifest;
mod mask;
pub mod records;
pub mod repair;
pub mod restore;
pub mod retention;
pub mod source;

pub mod state;
mod sub;
pub mod verify;

pub use folded::Folded;
pub use manifest::{BackupMark, FileRef};
pub use source::{Source, Trouble};
pub use sub::Sub;

/// How far a long piece of work is: what is done, and how much of how much.
pub type Progress<'a> = dyn FnMut(&str, u64, u64) + 'a;

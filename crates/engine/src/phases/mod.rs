//! What a process's phases are made of beside its commands: latches that hold a phase up, files that are copied
//! before it, the archive that is downloaded in it (`brooklyn-blueprints.md` 5.3).

mod classpath;
mod diagnose;
mod download;
mod files;
mod latch;
pub(crate) mod program;
pub(crate) mod shared;
mod stage;
mod template;
mod unless_running;

pub(crate) use download::{expand, fetch};
pub use latch::Latch;
pub use stage::Stage;
pub(crate) use template::fill_in_path;

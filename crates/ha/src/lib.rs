//! Who manages: terms, fence, lease, log and checkpoints, as a pure state machine.
//!
//! The log is the lock. All managed state is a fold over one numbered log in a shared store; whoever creates
//! record n owns it, and a new master first creates a *fence* with a higher term, so that every older master
//! collides with it. This crate decides; it never touches a file, a clock or a thread. `Ha::step` takes a
//! moment and an input and gives back effects; `store` and `server` carry them out, `sim` does so in a seeded
//! world.
//!
//! Read in this order: [`verbs`] (what a store can do), [`names`] and [`files`] (what lies in it),
//! [`record`] (one log record), [`input`] (what can happen and be wanted).

mod ahead;
mod anchor;
mod beat;
mod boot;
mod checkpoint;
pub mod chooser;
mod claim;
mod clear;
pub mod config;
pub mod counts;
mod ending;
mod fence;
pub mod files;
mod floor;
mod follow;
mod formats;
pub mod input;
mod look;
pub mod names;
mod old_lease;
mod orders;
pub mod pack;
mod peer;
mod probe;
mod prune;
mod prune_ckpt;
pub mod record;
mod reign;
mod reload;
mod state;
pub mod status;
mod step;
pub mod successor;
mod terms;
mod trouble;
mod validate;
pub mod verbs;
mod view;
mod watch;

pub use state::Ha;

//! What is managed: entities, tasks and their life cycle, as a pure state machine.
//!
//! `step(root, moment, input) -> Step { root, changes, effects }`. A step works on a clone of the state's root
//! (cheap: the maps are persistent), so dropping the result undoes it. What it changed is in `changes`; folding
//! them over the old root gives the new one, on a standby, at a restart and in a replay alike. Effects are
//! released by the master only, and only when the changes are durable.
//!
//! Not here: I/O, clocks, threads, HTTP, who is master.

mod access;
mod adjunct;
mod advance;
mod apply;
mod calls;
mod catalog;
mod change;
mod checkpoint;
mod circle;
mod cluster;
mod condition;
mod conditional;
mod config;
mod constraint;
mod default_name;
mod draft;
mod dsl;
pub mod effect;
mod effectors;
mod entity;
mod fabric;
mod find;
mod fnv;
mod gaps;
mod group;
mod grow;
mod happened;
mod index;
pub mod input;
mod invariants;
mod leftover;
mod lifecycle;
pub mod limits;
mod machine;
mod metrics;
mod names;
mod on_cancel;
mod on_command;
mod on_delete;
mod on_deploy;
mod on_import;
mod on_invoke;
mod on_order;
mod on_tags;
mod on_timer;
mod on_took_over;
mod on_work;
mod on_write;
mod phases;
mod place;
mod process;
mod program;
mod programs;
mod prune;
mod quorum;
mod quorum_shown;
mod read;
mod run_script;
mod script;
mod sequence;
mod service;
mod state;
mod step;
mod task;
mod tasks;
mod waits;
mod watch;
mod web;
mod wholeness;

pub use apply::ApplyError;
pub use change::{Change, ChangeError};
pub use checkpoint::LoadProblem;
pub use dsl::{Externals, Provider};
pub use entity::{Adjunct, Definition, Entity, Sensor};
pub use index::Counts;
pub use invariants::check;
pub use lifecycle::Lifecycle;
pub use machine::Reached;
pub use on_import::Import;
pub use phases::{Latch, Stage};
pub use place::{LocationRef, MachineRef, Place, Reach};
pub use program::{Phase, StepKind};
pub use quorum_shown::quorum_text;
pub use read::EffectorRef;
pub use sequence::Asked;
pub use state::{CatalogBegun, Root, WriteRecord};
pub use step::{Step, step};
pub use task::{Call, Intent, Interruption, OnError, Status, Task};

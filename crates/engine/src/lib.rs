//! What is managed: entities, tasks and their life cycle, as a pure state machine.
//!
//! `step(root, moment, input) -> Step { root, changes, effects }`. A step works on a clone of the state's root
//! (cheap: the maps are persistent), so dropping the result undoes it. What it changed is in `changes`; folding
//! them over the old root gives the new one, on a standby, at a restart and in a replay alike. Effects are
//! released by the master only, and only when the changes are durable.
//!
//! Not here: I/O, clocks, threads, HTTP, who is master.

pub mod effect;
pub mod input;

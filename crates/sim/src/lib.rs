//! A whole plane in one seeded world: `ha` and `engine` of N servers over a simulated store, with faults and
//! checkers; and the exhaustive model of the protocol with its mutants.
//!
//! [`swarm`] draws what a seed means, [`world`] runs it, [`store`] lies as real stores lie, [`check`] judges, and
//! [`campaign`] runs many and counts what they met. [`scenes`] lead a world by the hand to what one rule is there for. See `docs/simulation.md`.

pub mod blueprints;
pub mod campaign;
pub mod check;
#[cfg(feature = "mutants")]
pub mod code_mutants;
#[path = "model/mod.rs"]
pub mod exhaustive;
#[cfg(feature = "store-mutants")]
pub mod folder_mutants;
pub mod scenes;
pub mod store;
pub mod swarm;
pub mod world;

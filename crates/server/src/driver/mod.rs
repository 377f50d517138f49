//! The one thread that owns the node: it feeds inputs, carries out effects, and never waits for a disk.
//!
//! What may take long has threads of its own: the store's lanes, the executor, [`errands`] (encoding, keeping
//! small files) and [`nudges`] (telling other servers). All of them come back with an input.

pub mod clock;
mod compile;
mod errands;
pub mod handle;
mod nudges;
mod permit;
mod run;
mod start;
mod works;

pub use handle::Handle;
pub use nudges::send as send_nudge;
pub use start::{Parts, Running, start};

/// Hears of the claims that this server makes, before it makes them.
pub trait Prover: Send + 'static {
    /// The term that is about to be claimed, in which life. Must not wait.
    fn claims(&mut self, term: base::Term, incarnation: base::Incarnation);
}

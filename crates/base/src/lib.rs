//! What every room shares: ids, time, secrets, seeded random, named limits.
//!
//! Nothing here does I/O, reads a clock or spawns a thread. Time and randomness come in as values, so that
//! a whole plane can be replayed from one seed.

pub mod histogram;
pub mod ids;
pub mod limits;
pub mod mutant;
pub mod orders;
pub mod rng;
pub mod secret;
pub mod suggest;
pub mod time;
pub mod version;

pub use histogram::Histogram;
pub use ids::{AdjunctId, EntityId, Incarnation, Lsn, NodeId, PlaneId, TaskId, Term};
pub use mutant::Mutant;
pub use orders::Orders;
pub use rng::Rng;
pub use secret::Secret;
pub use time::{Moment, Mono, Span, WallMs};
pub use version::Version;

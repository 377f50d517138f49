//! What `GET /metrics` and `GET /v1/server/ha/metrics` tell: how often this server did something, how long it took, when last, and
//! what went wrong.

mod counted;
mod loads;
mod page;
pub mod routes;
pub mod store_calls;
mod tally;

use std::sync::OnceLock;

pub use counted::Counted;
pub use loads::watch;
pub use page::{Page, seconds};
pub use tally::{Tallied, Tally};

/// All counters of a server. They begin at nothing when it starts.
#[derive(Debug, Default)]
pub struct Metrics {
    /// The state was loaded: from a checkpoint and the log, or anew from the log (Brooklyn: `rebind`).
    pub loads: Tally,
    /// Records and checkpoints were created (Brooklyn: `persist`).
    pub records: Tally,
    /// What servers tell of themselves was read.
    pub reads: Tally,
    /// What this server tells of itself was written.
    pub writes: Tally,
    /// Calls of the store.
    pub store: store_calls::StoreCalls,
    /// Requests.
    pub routes: routes::Routes,
    /// What was there when it was loaded first: applications, entities (applications included), all items.
    pub first_load: OnceLock<[u64; 3]>,
}

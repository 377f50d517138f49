//! What any store must keep, as a library: run on folders, in memory, on the simulated store, and by
//! `brownstone store check URL` from several processes.
//!
//! A check never looks up a name before it may exist and then expects to see it: on NFS absence is cached,
//! and nothing above the trait relies on it either. A lost reply is settled as the trait says (send the very
//! same again), so a store that loses some is not failed for it.

mod clients;
mod content;
mod listing;
mod once;
pub mod processes;
mod race;
mod remote;
mod result;
mod wire;

use std::sync::Arc;
use std::time::Instant;

use ha::verbs::{FaultKind, Name};

use crate::Store;
use clients::Clients;

pub use result::{CheckResult, Failure, Verdict};

/// What the hidden scratch folder of a check begins with, in the folder or bucket that is checked.
pub const SCRATCH_PREFIX: &str = ".check-";

/// Writers that race.
pub const WRITERS: usize = 8;
/// Names that they race for.
pub const RACE_NAMES: usize = 300;

type Check = fn(&Clients) -> Result<(), Failure>;

const CHECKS: [(&str, Check); 10] = [
    ("names that climb, hide or surprise are refused", listing::evil_names_are_refused),
    ("a name is created once, and keeps its content", once::a_name_is_created_once),
    ("of 8 writers racing for 300 names each name has one winner", race::each_name_has_one_winner),
    ("what one client created another reads at once", once::created_is_read_by_others),
    ("what one client replaced another reads at once", content::replaced_is_read_by_others),
    ("a reader never sees half of an old and half of a new file", content::replacing_is_whole),
    ("any bytes come back as they are, also none, torn text and a large file", content::bytes_come_back),
    ("a list is in order, in pages, and only of what lies below", listing::pages_are_in_order),
    ("a new name is listed for others at once", listing::created_is_listed),
    ("deleting what is not there is fine, and a deleted name is free", once::deleting_is_idempotent),
];

/// Runs all checks below `scratch`, which nothing else may use, and removes what they made. `client` gives
/// the store as client 0 to 7 has it: as many clients as the store can have, or one for all.
pub fn run(client: &dyn Fn(usize) -> Arc<dyn Store>, scratch: &Name) -> Vec<CheckResult> {
    let first = client(0);
    let advise = |kind| first.todo(kind);
    let clients = Clients::new(client, scratch);
    let mut results: Vec<CheckResult> =
        CHECKS.iter().map(|(name, check)| timed(name, &advise, || check(&clients))).collect();
    results.push(timed("everything is removed again", &advise, || clients.clean()));
    results
}

/// Runs one check and keeps its time. `advise` says what the store's owner can do.
fn timed(
    name: &'static str,
    advise: &dyn Fn(FaultKind) -> &'static str,
    check: impl FnOnce() -> Result<(), Failure>,
) -> CheckResult {
    let begun = Instant::now();
    let verdict = match check() {
        Ok(()) => Verdict::Passed,
        Err(Failure { what, kind }) => Verdict::Failed { what, todo: advise(kind).to_owned() },
    };
    CheckResult { name, verdict, took: begun.elapsed() }
}

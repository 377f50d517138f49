//! The log: what a commit costs beside its system calls, how fast history is read back, and whether a checkpoint holds
//! commits up.

mod commit;
mod paced;
mod replay;

use anyhow::Result;

use super::Bench;
use crate::bench::measure::table::Table;

pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let mut table = Table::default();
    commit::measure(bench, &mut table)?;
    replay::measure(bench, &mut table)?;
    paced::measure(bench, &mut table)?;
    Ok(table)
}

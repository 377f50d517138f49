//! Commits while checkpoints of a large state are written: these come in parts with pauses, and hold nobody up.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::super::Bench;
use crate::bench::measure::load::{load, numbered};
use crate::bench::measure::plane::{Plane, entities};
use crate::bench::measure::samples::Samples;
use crate::bench::measure::table::{Goal, Table};

const LARGE: usize = 10_000;
const MEASURED: Duration = Duration::from_secs(30);
/// What a checkpoint may add to a commit.
const ADDED: Duration = Duration::from_millis(20);

pub(super) fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    let (alone, _) = written(bench, 1)?;
    let (beside, checkpoints) = written(bench, LARGE)?;
    let half = beside.percentile(50).context("nothing was measured")?;
    let what = format!("durable write, 1 connection, while checkpoints of {LARGE} entities are written");
    if checkpoints == 0 {
        table.missing(&what, "too few writes: no checkpoint fell due", "max <= p50 + 20 ms");
        return Ok(());
    }
    table.timed(&what, &beside, Goal::Each(half + ADDED));
    table.note("- how many of them were", checkpoints, &checkpoints.to_string());
    table.beside("- the same write with 1 entity", &alone);
    Ok(())
}

/// Writes one after the other in a plane with so many entities; and how many checkpoints were marked meanwhile.
fn written(bench: &Bench, n: usize) -> Result<(Samples, usize)> {
    let dir = bench.folder()?;
    let (plane, login) = Plane::start(&bench.release, &dir.0, 1, "")?;
    let entity = plane.deploy(&login, &entities(n))?;
    let write = login.post(&format!("{entity}/sensors/bench"), "10000000");
    let marks = dir.0.join("shared/ckpt");
    let before = newest(&marks)?;
    let samples = load(&plane, &login, vec![write], numbered, bench.during(MEASURED))?;
    let after = newest(&marks)?;
    // Old ones are removed, so they are counted by how many are due between two numbers.
    Ok((samples, usize::try_from((after - before) / base::limits::CHECKPOINT_RECORDS)?))
}

/// The number of the newest mark.
fn newest(marks: &Path) -> Result<u64> {
    let Ok(entries) = fs::read_dir(marks) else { return Ok(0) };
    let mut newest = 0;
    for entry in entries {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|n| n.strip_suffix(".ok")).and_then(|n| n.parse().ok());
        newest = number.unwrap_or(0).max(newest);
    }
    Ok(newest)
}

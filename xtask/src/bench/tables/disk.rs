//! The disk alone. Every durable write ends in these calls, so no row that has them can be faster.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::Bench;
use crate::bench::measure::samples::Samples;
use crate::bench::measure::table::Table;

/// Times that each is measured.
const ROUNDS: usize = 500;
/// Times that it is measured beside another row.
const BESIDE: usize = 100;
/// The size of a record with one small change.
const RECORD: [u8; 512] = [b'x'; 512];

/// What a record costs on this disk, in two ways.
pub(super) fn measure(bench: &Bench) -> Result<Table> {
    let dir = bench.folder()?;
    let mut table = Table::default();
    let context = || format!("{} cannot be measured", dir.0.display());
    let plain = Samples::take(bench.rounds(ROUNDS), |i| created(&dir.0.join(format!("plain-{i}"))))
        .with_context(context)?;
    table.beside("disk: create and fsync 512 bytes", &plain);
    let linked = Samples::take(bench.rounds(ROUNDS), |i| linked(&dir.0, i)).with_context(context)?;
    table.beside("disk: stage, fsync, link, fsync the folder", &linked);
    Ok(table)
}

/// The same for a row that hangs on the disk, in the moment in which that was measured.
pub(super) fn beside(bench: &Bench, table: &mut Table) -> Result<()> {
    let dir = bench.folder()?;
    let raw = Samples::take(BESIDE, |i| linked(&dir.0, i))
        .with_context(|| format!("{} cannot be measured", dir.0.display()))?;
    table.beside("- the disk alone, in the same run: a record's fsync'd create", &raw);
    Ok(())
}

fn created(path: &Path) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(&RECORD)?;
    file.sync_all()
}

/// The steps of a record that may be created once only.
fn linked(dir: &Path, i: usize) -> io::Result<()> {
    let stage = dir.join(format!("stage-{i}"));
    created(&stage)?;
    fs::hard_link(&stage, dir.join(format!("record-{i}")))?;
    fs::remove_file(&stage)?;
    File::open(dir)?.sync_all()
}

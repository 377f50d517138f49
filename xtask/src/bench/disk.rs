//! The disk alone. Every durable write ends in these calls, so no row that has them can be faster.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::samples::Samples;
use super::table::Table;

/// Times that each is measured.
const ROUNDS: usize = 500;
/// The size of a record with one small change.
const RECORD: [u8; 512] = [b'x'; 512];

/// Measure below `target/`, which is on the disk that builds and tests use.
pub(crate) fn measure() -> Result<Table> {
    let dir =
        Folder::make(crate::workspace::root()?.join("target").join(format!("bench-{}", std::process::id())))?;
    let mut table = Table::default();
    let context = || format!("{} cannot be measured", dir.0.display());
    let plain =
        Samples::take(ROUNDS, |i| created(&dir.0.join(format!("plain-{i}")))).with_context(context)?;
    table.row("create and fsync 512 bytes", &plain);
    let linked = Samples::take(ROUNDS, |i| linked(&dir.0, i)).with_context(context)?;
    table.row("stage, fsync, link, fsync the folder", &linked);
    Ok(table)
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

/// A folder that is removed when the measurement ends.
struct Folder(PathBuf);

impl Folder {
    fn make(path: PathBuf) -> Result<Self> {
        fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is below target/ and harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

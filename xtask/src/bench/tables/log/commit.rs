//! A record's create against the bare system calls that it is made of.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use ha::verbs::{Answer, Name, Verb};
use store::Store;
use store::folder::FolderStore;

use super::super::Bench;
use crate::bench::measure::samples::Samples;
use crate::bench::measure::table::{Goal, Table};

const ROUNDS: usize = 1_000;
/// The size of a record with one small change.
const RECORD: [u8; 512] = [b'r'; 512];

/// In turn, so that a disk that grows slow does so for both.
pub(super) fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    let dir = bench.folder()?;
    let bare = dir.0.join("bare");
    fs::create_dir_all(bare.join(".stage"))?;
    fs::create_dir_all(bare.join("log"))?;
    let store = FolderStore::open(dir.0.join("store"))?;
    let (mut calls, mut creates) = (Vec::new(), Vec::new());
    for n in 0..bench.rounds(ROUNDS) {
        let began = Instant::now();
        called(&bare, n)?;
        calls.push(began.elapsed());
        let began = Instant::now();
        created(&store, n)?;
        creates.push(began.elapsed());
    }
    let (calls, creates) = (Samples::of(calls), Samples::of(creates));
    table.beside("bare calls on a folder: stage, fsync, link, fsync the folder, remove the stage", &calls);
    let goal = calls.percentile(50).context("nothing was measured")?.mul_f64(1.2);
    table.timed("commit on a folder: from the store call to its acknowledgement", &creates, Goal::Half(goal));
    Ok(())
}

fn called(dir: &Path, n: usize) -> Result<()> {
    let stage = dir.join(format!(".stage/{n}"));
    let mut file = File::create_new(&stage)?;
    file.write_all(&RECORD)?;
    file.sync_all()?;
    drop(file);
    fs::hard_link(&stage, dir.join(format!("log/{n:020}.json")))?;
    File::open(dir.join("log"))?.sync_all()?;
    Ok(fs::remove_file(stage)?)
}

fn created(store: &FolderStore, n: usize) -> Result<()> {
    let name = Name::parse(&format!("log/{n:020}.json")).context("not a name")?;
    match store.run(&Verb::Create { name, bytes: Arc::from(RECORD.as_slice()) }) {
        Answer::Created => Ok(()),
        other => bail!("a record cannot be created: {other:?}"),
    }
}

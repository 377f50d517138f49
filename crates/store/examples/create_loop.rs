//! How near `create` comes to the bare system calls on this disk:
//! `cargo run --example create_loop -p brownstone-store -- DIR [ROUNDS]`.
//! Both run in turn, so that a disk that grows slow does so for both.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, error};

use brownstone_store::Store;
use brownstone_store::folder::FolderStore;
use ha::verbs::{Answer, Name, Verb};

const RECORD: &[u8] = &[b'r'; 512];

fn bare(dir: &Path, n: usize) -> io::Result<()> {
    let stage = dir.join(format!(".stage/{n}"));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&stage)?;
    file.write_all(RECORD)?;
    file.sync_all()?;
    drop(file);
    fs::hard_link(&stage, dir.join(format!("log/{n:020}.json")))?;
    File::open(dir.join("log"))?.sync_all()?;
    fs::remove_file(stage)
}

fn create(store: &FolderStore, n: usize) -> Result<(), String> {
    let name = Name::parse(&format!("log/{n:020}.json")).ok_or("not a name")?;
    match store.run(&Verb::Create { name, bytes: Arc::from(RECORD) }) {
        Answer::Created => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

fn report(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)].as_micros();
    println!(
        "{what:<8} n={} p50={} us  p90={} us  p99={} us  max={} us",
        took.len(),
        at(50),
        at(90),
        at(99),
        at(100)
    );
}

fn main() -> Result<(), Box<dyn error::Error>> {
    let mut args = env::args().skip(1);
    let dir = args.next().ok_or("which folder? It will get a sub-folder that is removed again")?;
    let rounds: usize = args.next().map_or(Ok(1000), |text| text.parse())?;
    let dir = Path::new(&dir).join(format!("create-loop-{}", std::process::id()));
    fs::create_dir_all(dir.join("bare/.stage"))?;
    fs::create_dir_all(dir.join("bare/log"))?;
    let store = FolderStore::open(dir.join("store"))?;
    let (mut bare_took, mut create_took) = (Vec::new(), Vec::new());
    for n in 0..rounds.max(1) {
        let begun = Instant::now();
        bare(&dir.join("bare"), n)?;
        bare_took.push(begun.elapsed());
        let begun = Instant::now();
        create(&store, n)?;
        create_took.push(begun.elapsed());
    }
    report("bare", bare_took);
    report("create", create_took);
    drop(store);
    fs::remove_dir_all(dir)?;
    Ok(())
}

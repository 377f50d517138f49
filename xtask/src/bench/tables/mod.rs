//! The tables: one a file, each by its name.

mod disk;
mod enrichers;
mod entities;
mod failover;
mod idle;
mod log;
mod lone;
mod processes;
mod reads;
mod s3;
mod start;
mod status;
mod writers;
mod writes;
mod zombie;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Options;
use super::measure::folder::Folder;
use super::measure::table::Table;
use super::name::Name;

/// What every table needs to know.
struct Bench {
    root: PathBuf,
    /// The unpacked release that is measured.
    release: PathBuf,
    rounds: Option<u32>,
    seconds: Option<u32>,
    slow: bool,
}

impl Bench {
    /// A folder that is removed when the measurement ends.
    fn folder(&self) -> Result<Folder> {
        Folder::make(&self.root)
    }

    /// How often: as asked for, or what is usual.
    fn rounds(&self, usual: usize) -> usize {
        self.rounds.map_or(usual, |rounds| rounds as usize)
    }

    /// How long: as asked for, or what is usual.
    fn during(&self, usual: Duration) -> Duration {
        self.seconds.map_or(usual, |seconds| Duration::from_secs(seconds.into()))
    }
}

/// A table by its name, and how it is made.
type Entry = (Name, fn(&Bench) -> Result<Table>);

const TABLES: [Entry; 15] = [
    (Name::Disk, disk::measure),
    (Name::Start, start::measure),
    (Name::Idle, idle::measure),
    (Name::Failover, failover::measure),
    (Name::Lone, lone::measure),
    (Name::Writers, writers::measure),
    (Name::Zombie, zombie::measure),
    (Name::Writes, writes::measure),
    (Name::Entities, entities::measure),
    (Name::Processes, processes::measure),
    (Name::Enrichers, enrichers::measure),
    (Name::Reads, reads::measure),
    (Name::S3, s3::measure),
    (Name::Log, log::measure),
    (Name::Status, status::measure),
];

/// Measure and print.
pub(super) fn print(root: &Path, release: &Path, options: &Options) -> Result<()> {
    let bench = Bench {
        root: root.to_owned(),
        release: release.to_owned(),
        rounds: options.rounds,
        seconds: options.seconds,
        slow: options.slow,
    };
    let mut all = Table::default();
    let mut broken = Vec::new();
    for (name, measure) in TABLES {
        if options.name.is_some_and(|wanted| wanted != name) {
            continue;
        }
        let (name, about) = name.words();
        let (began, load) = (Instant::now(), crate::bench::load());
        match measure(&bench).with_context(|| format!("the table `{name}` cannot be made")) {
            Ok(table) => {
                let seconds = began.elapsed().as_secs_f64();
                let text = format!("### {name}: {about}\n\n{table}\nin {seconds:.0} s; {load} beforehand\n");
                if options.markdown {
                    eprintln!("{text}");
                } else {
                    println!("{text}");
                }
                all.append(table);
            }
            // One that cannot be made does not hide the others.
            Err(error) => {
                eprintln!("error: {error:#}\n");
                broken.push(name);
            }
        }
    }
    if options.markdown {
        print!("{all}");
    }
    if !broken.is_empty() {
        bail!("not measured: {}", broken.join(", "));
    }
    Ok(())
}

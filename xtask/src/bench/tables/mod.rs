//! The tables: one a file, each by its name.

mod disk;
mod enrichers;
mod entities;
mod failover;
mod idle;
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

/// A table by its name, what it tells, and how it is made.
type Entry = (&'static str, &'static str, fn(&Bench) -> Result<Table>);

const TABLES: [Entry; 14] = [
    ("disk", "the disk alone: what every durable write is built on", disk::measure),
    ("start", "from nothing to a server that takes a deployment", start::measure),
    ("idle", "what a plane costs that has nothing to do", idle::measure),
    ("failover", "how long nobody can write", failover::measure),
    ("lone", "a server without another, killed and started again", lone::measure),
    ("writers", "what becomes of acknowledged writes", writers::measure),
    ("zombie", "a master that was stopped for too long", zombie::measure),
    ("writes", "durable writes over TLS, with a login", writes::measure),
    ("entities", "large applications: deployed, taken over, started cold", entities::measure),
    ("processes", "processes on this host: until they are up, until a death is seen", processes::measure),
    ("enrichers", "sensors that are computed from sensors, for a minute", enrichers::measure),
    ("reads", "reads over TLS, with a login", reads::measure),
    ("s3", "a plane in a bucket of an S3 service on this host", s3::measure),
    ("status", "whether a server answers while its store does not", status::measure),
];

/// Measure and print.
pub(super) fn print(root: &Path, release: &Path, options: &Options) -> Result<()> {
    let wanted = |entry: &&Entry| options.name.as_deref().is_none_or(|name| name == entry.0);
    let tables: Vec<&Entry> = TABLES.iter().filter(wanted).collect();
    if tables.is_empty() {
        let names: Vec<&str> = TABLES.iter().map(|entry| entry.0).collect();
        bail!("there is no table of that name; there are: {}", names.join(", "));
    }
    let bench = Bench {
        root: root.to_owned(),
        release: release.to_owned(),
        rounds: options.rounds,
        seconds: options.seconds,
        slow: options.slow,
    };
    let mut all = Table::default();
    let mut broken = Vec::new();
    for (name, about, measure) in tables {
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
                broken.push(*name);
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

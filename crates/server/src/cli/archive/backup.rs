//! `brownstone store backup URL TARGET` and `backups TARGET`.

use archive::backup::{self, Made};
use archive::retention::{self, Keep};
use archive::{BackupMark, Source};
use base::Span;
use clap::Args;
use ha::names;
use jiff::Timestamp;

use super::show::Show;
use super::{Done, Why, open, open_to_read};
use crate::cli::store::Reach;
use crate::data::random_u64;
use crate::driver::clock;

/// A plane to copy.
#[derive(Debug, Args)]
pub(in crate::cli) struct Backup {
    /// The plane: a folder, or s3://container/path. Its servers may run.
    #[arg(value_name = "URL")]
    plane: String,
    /// Where back-ups lie: a folder, or s3://container/path.
    #[arg(value_name = "TARGET")]
    target: String,
    /// Then remove the oldest back-ups beyond so many.
    #[arg(long, value_name = "N")]
    keep: Option<usize>,
    /// Then remove back-ups that are older than this; the newest stays.
    #[arg(long, value_name = "30d")]
    keep_for: Option<Span>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// A place to list.
#[derive(Debug, Args)]
pub(in crate::cli) struct Backups {
    /// Where back-ups lie: a folder, or s3://container/path.
    #[arg(value_name = "TARGET")]
    target: String,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(super) fn run(self, reach: &Reach) -> Done {
        let store = open_to_read(&self.plane, reach)?;
        let source = Source::new(&*store);
        source.plane()?;
        let target = open(&self.target, reach)?;
        if Source::new(&*target).read(&names::plane())?.is_some() {
            return Err(Why(format!("{} is a plane; name a place of its own for back-ups", self.target)));
        }
        let at = clock::wall();
        let random = random_u64().map_err(|e| e.to_string())?;
        let made =
            Made { name: retention::name(at, random), at, version: env!("CARGO_PKG_VERSION").to_owned() };
        let mut show = Show::new();
        let (name, mark) =
            backup::backup(source, &target, &made, &mut |what, done, of| show.step(what, done, of))?;
        drop(show);
        let keep = Keep { count: self.keep, age: self.keep_for };
        let gone = retention::apply(Source::new(&*target), keep, at)?;
        if self.json {
            println!(
                "{}",
                serde_json::json!({ "name": name, "lsn": mark.lsn, "floor": mark.floor,
                "files": mark.files.len(), "losses": mark.losses, "removed": gone })
            );
            return Ok(u8::from(!mark.losses.is_empty()));
        }
        println!(
            "backed up plane {} at record {}: {} files, {} bytes, as {}",
            mark.plane,
            mark.lsn,
            mark.files.len(),
            size(&mark),
            name
        );
        println!(
            "It holds the plane's keys: who reads it can act as a server of the plane. Its files are 0600."
        );
        for name in &gone {
            println!("removed the back-up {name}");
        }
        for loss in &mark.losses {
            eprintln!("the plane is damaged, and so is its copy: {loss}");
        }
        Ok(u8::from(!mark.losses.is_empty()))
    }
}

fn size(mark: &BackupMark) -> u64 {
    mark.files.iter().map(|f| f.bytes).sum()
}

impl Backups {
    pub(super) fn run(self, reach: &Reach) -> Done {
        let target = open_to_read(&self.target, reach)?;
        let found = backup::list(Source::new(&*target))?;
        if self.json {
            let list = found.iter().map(|f| match &f.mark {
                Ok(mark) => {
                    serde_json::json!({ "name": f.name, "plane": mark.plane, "at": mark.at, "lsn": mark.lsn,
                    "floor": mark.floor, "bytes": size(mark), "losses": mark.losses })
                }
                Err(why) => serde_json::json!({ "name": f.name, "damaged": why }),
            });
            println!("{}", serde_json::Value::from(list.collect::<Vec<_>>()));
            return Ok(0);
        }
        for one in &found {
            match &one.mark {
                Ok(mark) => {
                    let at =
                        i64::try_from(mark.at.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
                    println!(
                        "{}  {}  plane {}  records {} to {}  {} bytes",
                        one.name,
                        at.map(|t| t.to_string()).unwrap_or_default(),
                        mark.plane,
                        mark.floor,
                        mark.lsn,
                        size(mark)
                    );
                }
                Err(why) => println!("{}  DAMAGED: {why}", one.name),
            }
        }
        if found.is_empty() {
            println!("no back-up lies in {}", self.target);
        }
        Ok(0)
    }
}

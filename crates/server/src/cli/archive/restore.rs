//! `brownstone store restore BACKUP URL`.

use std::sync::Arc;

use ::store::Store;
use archive::backup::{self, FOLDER, Found};
use archive::restore::{Restored, Restoring, restore};
use archive::state::{At, state_at};
use archive::{Folded, Source, Sub};
use base::{Lsn, WallMs};
use clap::Args;
use ha::names;
use jiff::Timestamp;

use super::show::Show;
use super::{Done, Why, open, open_to_read};
use crate::cli::store::Reach;
use crate::data::random_u64;
use crate::driver::clock;

/// What to bring back, and where.
#[derive(Debug, Args)]
pub(in crate::cli) struct Restore {
    /// Where back-ups lie (the newest that reaches is taken), or a plane, whose history is taken.
    #[arg(value_name = "BACKUP")]
    from: String,
    /// An empty place: a folder, or s3://container/path.
    #[arg(value_name = "URL")]
    target: String,
    /// Up to this record, or to this moment (2026-11-28T09:30:00Z); without it the newest.
    #[arg(long, value_name = "LSN|TIME", value_parser = at)]
    at: Option<At>,
    /// This back-up, by its name.
    #[arg(long)]
    name: Option<String>,
    /// Remove first what an unfinished restore left there.
    #[arg(long)]
    again: bool,
    /// Go on although something could not be read and is missing then.
    #[arg(long)]
    accept_loss: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

fn at(text: &str) -> Result<At, String> {
    if let Ok(lsn) = text.parse() {
        return Ok(At::Lsn(Lsn(lsn)));
    }
    let time: Timestamp =
        text.parse().map_err(|_| "expected a record's number, or a time such as 2026-11-28T09:30:00Z")?;
    let ms = u64::try_from(time.as_millisecond()).map_err(|_| "no plane is that old")?;
    Ok(At::Time(WallMs(ms)))
}

/// Where the state comes from, and the state.
struct Chosen {
    store: Arc<dyn Store>,
    name: String,
    folded: Folded,
    losses: Vec<String>,
}

impl Restore {
    pub(super) fn run(self, reach: &Reach) -> Done {
        let store = open_to_read(&self.from, reach)?;
        let at = self.at.unwrap_or(At::Newest);
        let mut show = Show::new();
        let is_plane = Source::new(&*store).read(&names::plane())?.is_some();
        let chosen = if is_plane {
            of_plane(store, &self.from, at, &mut show)?
        } else {
            self.of_back_ups(&store, at, &mut show)?
        };
        drop(show);
        let losses: Vec<String> = chosen.folded.losses.iter().chain(&chosen.losses).cloned().collect();
        if !losses.is_empty() && !self.accept_loss {
            return Err(Why(format!(
                "{} is damaged:\n  {}\nTake another one (see `brownstone store backups`), or say --accept-loss to go on \
                 without what cannot be read",
                chosen.name,
                losses.join("\n  ")
            )));
        }
        let restored = self.bring_back(&chosen, reach)?;
        if self.json {
            println!(
                "{}",
                serde_json::json!({ "from": chosen.name, "lsn": chosen.folded.lsn,
                "plane": restored.plane.plane, "era": restored.plane.era, "losses": losses })
            );
            return Ok(0);
        }
        println!(
            "brought plane {} back into {}, as it was at record {} ({}), in era {}",
            restored.plane.plane, self.target, chosen.folded.lsn, chosen.name, restored.plane.era
        );
        println!(
            "It has its own copy of {} terms', keys' and bundles' files. Point persistenceDir at it and start a server; \
             one that still runs on the old place manages the same applications: stop it first.",
            restored.files
        );
        for loss in &losses {
            eprintln!("missing: {loss}");
        }
        Ok(0)
    }

    fn bring_back(&self, chosen: &Chosen, reach: &Reach) -> Result<Restored, Why> {
        let target = open(&self.target, reach)?;
        let from = Source::new(&*chosen.store);
        let old = from.plane()?;
        let uid = format!("{:016x}", random_u64().map_err(|e| e.to_string())?);
        let how = Restoring { at: clock::wall(), uid, again: self.again };
        let mut show = Show::new();
        let mut step = |what: &str, done: u64, of: u64| show.step(what, done, of);
        Ok(restore(from, &old, &chosen.folded, Source::new(&*target), &how, &mut step)?)
    }

    /// The newest back-up that reaches the moment.
    fn of_back_ups(&self, place: &Arc<dyn Store>, at: At, show: &mut Show) -> Result<Chosen, Why> {
        let mut found = backup::list(Source::new(&**place))?;
        if let Some(name) = &self.name {
            found.retain(|f| f.name == *name);
        }
        let mut passed = Vec::new();
        for Found { name, mark } in found.into_iter().rev() {
            let mark = match mark {
                Ok(mark) => mark,
                Err(why) => {
                    passed.push(format!("{name}: {why}"));
                    continue;
                }
            };
            if let At::Lsn(lsn) = at
                && !backup::reaches(&mark, lsn)
            {
                passed.push(format!("{name} reaches from record {} to {}", mark.floor, mark.lsn));
                continue;
            }
            let store: Arc<dyn Store> = Arc::new(Sub::new(Arc::clone(place), format!("{FOLDER}/{name}")));
            let wrong =
                backup::check(Source::new(&*store), &mark, &mut |what, done, of| show.step(what, done, of))?;
            if !wrong.is_empty() && !self.accept_loss {
                passed.push(format!("{name} is damaged: {}", wrong.join(", ")));
                continue;
            }
            match of_plane(store, &name, at, show) {
                Ok(chosen) => return Ok(Chosen { losses: wrong, ..chosen }),
                Err(why) => passed.push(format!("{name}: {why}")),
            }
        }
        if passed.is_empty() {
            let what = self.name.as_ref().map_or("back-up".to_owned(), |n| format!("back-up {n}"));
            return Err(Why(format!("no {what} lies in {}, and no plane", self.from)));
        }
        Err(Why(format!("no back-up in {} can be used:\n  {}", self.from, passed.join("\n  "))))
    }
}

fn of_plane(store: Arc<dyn Store>, name: &str, at: At, show: &mut Show) -> Result<Chosen, Why> {
    let source = Source::new(&*store);
    let plane = source.plane()?;
    let folded = state_at(source, &plane, at, &mut |what, done, of| show.step(what, done, of))?;
    Ok(Chosen { store, name: name.to_owned(), folded, losses: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_record_or_a_time() {
        assert_eq!(at("17"), Ok(At::Lsn(Lsn(17))));
        assert_eq!(at("1970-01-01T00:00:02Z"), Ok(At::Time(WallMs(2000))));
        assert!(at("yesterday").unwrap_err().contains("2026-"));
    }
}

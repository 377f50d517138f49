//! The state of a plane at its newest or an earlier moment.

use base::{Lsn, WallMs};
use ha::files::{self, OkFile, PlaneFile};
use ha::names;
use ha::record::{self, Chain};
use ha::verbs::Name;

use crate::Progress;
use crate::folded::{Folded, time_of};
use crate::records::Records;
use crate::source::{Source, Trouble};

/// Which moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// As far as the log reaches.
    Newest,
    /// After this record.
    Lsn(Lsn),
    /// After the last record whose changes are not later.
    Time(WallMs),
}

/// A plane prunes while it is read; then it is read again, so often.
const TRIES: u32 = 5;
/// How many records below a checkpoint are asked for a time before it is passed over.
const TIME_LOOK_BACK: u64 = 64;

/// The state at a moment.
pub fn state_at(
    source: Source<'_>,
    plane: &PlaneFile,
    at: At,
    progress: &mut Progress<'_>,
) -> Result<Folded, Trouble> {
    let mut why = String::new();
    for _ in 0..TRIES {
        match try_state_at(source, plane, at, progress) {
            Err(Trouble::Restless(what)) => why = what,
            other => return other,
        }
    }
    Err(Trouble::Damaged(why))
}

fn try_state_at(
    source: Source<'_>,
    plane: &PlaneFile,
    at: At,
    progress: &mut Progress<'_>,
) -> Result<Folded, Trouble> {
    let mut records = Records::list(source)?;
    let mut folded = begin(source, plane, at, &mut records)?;
    let (first, last) = (folded.lsn, records.last());
    let last = if let At::Lsn(lsn) = at { lsn } else { last };
    while folded.lsn < last {
        let lsn = folded.lsn.next();
        let Some(bytes) = records.read(lsn)? else {
            return Err(Trouble::Restless(format!(
                "record {lsn} cannot be found, in the log or in a pack; the state can be had up to record {} \
                 (--at {}), or from a back-up",
                folded.lsn, folded.lsn
            )));
        };
        if let At::Time(time) = at
            && record::decode(lsn, &bytes).is_ok_and(|r| time_of(&r.ops).is_some_and(|t| t > time))
        {
            break;
        }
        folded.apply(&bytes).map_err(Trouble::Damaged)?;
        progress("records", lsn.0 - first.0, last.0 - first.0);
    }
    Ok(folded)
}

/// The newest checkpoint that is whole and not later than the moment, or the beginning of the log.
fn begin(
    source: Source<'_>,
    plane: &PlaneFile,
    at: At,
    records: &mut Records<'_>,
) -> Result<Folded, Trouble> {
    let mut marks: Vec<(Lsn, Name)> = marks(source)?;
    marks.extend(records.bases.iter().map(|(name, floor)| (*floor, name.clone())));
    marks.sort();
    let mut passed = Vec::new();
    for (floor, name) in marks.into_iter().rev() {
        let early = match at {
            At::Newest => true,
            At::Lsn(lsn) => floor <= lsn,
            At::Time(time) => time_below(records, floor)?.is_some_and(|t| t <= time),
        };
        if !early {
            continue;
        }
        match load(source, plane, &name)? {
            Ok(folded) => return Ok(folded),
            Err(why) => passed.push(why),
        }
    }
    // Nothing was pruned that is not in a pack: then the whole log is there.
    if plane_begins(records)? {
        return Ok(Folded::genesis(plane));
    }
    let passed = if passed.is_empty() { String::new() } else { format!(" ({})", passed.join("; ")) };
    Err(Trouble::Restless(format!(
        "no checkpoint that is whole stands at or before that moment, and the log does not reach back to its \
         beginning{passed}; what is older than the kept history is in back-ups only"
    )))
}

fn plane_begins(records: &mut Records<'_>) -> Result<bool, Trouble> {
    // An empty plane begins as well.
    Ok(records.last() == Lsn(0)
        || (records.read(Lsn(1))?.is_some() && records.read(Lsn(2))?.is_some())
        || records.last() == Lsn(1))
}

/// The time of a record or of the nearest one below it that names one.
fn time_below(records: &mut Records<'_>, lsn: Lsn) -> Result<Option<WallMs>, Trouble> {
    for lsn in (lsn.0.saturating_sub(TIME_LOOK_BACK).max(1)..=lsn.0).rev().map(Lsn) {
        let Some(bytes) = records.read(lsn)? else { continue };
        if let Some(time) = record::decode(lsn, &bytes).ok().and_then(|r| time_of(&r.ops)) {
            return Ok(Some(time));
        }
    }
    Ok(None)
}

/// The marks of the checkpoints that servers load from, oldest first.
pub(crate) fn marks(source: Source<'_>) -> Result<Vec<(Lsn, Name)>, Trouble> {
    let names = source.list("ckpt")?;
    let marks = names.into_iter().filter_map(|n| Some((Lsn(names::number(n.leaf(), ".ok")?), n)));
    Ok(marks.collect())
}

/// Loads a checkpoint by its mark; the inner error says why it is not whole.
pub(crate) fn load(
    source: Source<'_>,
    plane: &PlaneFile,
    name: &Name,
) -> Result<Result<Folded, String>, Trouble> {
    let Some(bytes) = source.read(name)? else { return Ok(Err(format!("{name} is gone"))) };
    let mark: OkFile = match files::from_bytes(&bytes) {
        Ok(mark) => mark,
        Err(why) => return Ok(Err(format!("{name}: {why}"))),
    };
    let mut folded = Folded::of_mark(plane, &mark);
    for (i, part) in mark.parts.iter().enumerate() {
        let Some(name) = names::ckpt_part(mark.floor, &mark.folder, i) else {
            return Ok(Err(format!("{name} names no sound folder")));
        };
        match source.read(&name)? {
            Some(bytes) if Chain::sum(&bytes) == part.sum => {
                folded.load(name.as_str(), &bytes).map_err(Trouble::Damaged)?;
            }
            Some(_) => return Ok(Err(format!("{name}: its sum does not fit"))),
            None => return Ok(Err(format!("{name} is gone"))),
        }
    }
    Ok(Ok(folded))
}

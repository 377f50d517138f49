//! Which back-ups stay: so many, so long. The newest always does.

use base::{Span, WallMs};

use crate::backup::{self, FOLDER, Found};
use crate::source::{Source, Trouble};

/// How many, and how long.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keep {
    /// At most so many.
    pub count: Option<usize>,
    /// None that is older.
    pub age: Option<Span>,
}

/// What was begun and never marked is somebody's who still works on it for so long.
const UNFINISHED_AGE: Span = Span::secs(24 * 3600);

/// Which of these go, oldest first. One whose mark cannot be read is left for its owner to look at.
pub fn superfluous(found: &[Found], keep: Keep, now: WallMs) -> Vec<String> {
    let mut sound: Vec<(&str, WallMs)> =
        found.iter().filter_map(|f| Some((f.name.as_str(), f.mark.as_ref().ok()?.at))).collect();
    sound.sort_by_key(|(name, at)| (*at, *name));
    let Some((_, older)) = sound.split_last() else { return Vec::new() };
    let too_many = keep.count.map_or(0, |n| sound.len().saturating_sub(n.max(1)));
    let is_old = |at: WallMs| keep.age.is_some_and(|age| now.0.saturating_sub(at.0) > age.as_millis());
    let goes = older.iter().enumerate().filter(|(i, (_, at))| *i < too_many || is_old(*at));
    goes.map(|(_, (name, _))| (*name).to_owned()).collect()
}

/// Removes what is superfluous; the names.
pub fn apply(target: Source<'_>, keep: Keep, now: WallMs) -> Result<Vec<String>, Trouble> {
    let found = backup::list(target)?;
    let mut gone = superfluous(&found, keep, now);
    gone.extend(unfinished(target, &found, now)?);
    for name in &gone {
        backup::remove(target, name)?;
    }
    Ok(gone)
}

/// Folders without a mark that nobody works on any more: their names begin with the time of their making.
fn unfinished(target: Source<'_>, found: &[Found], now: WallMs) -> Result<Vec<String>, Trouble> {
    let mut names: Vec<String> = target
        .list(FOLDER)?
        .iter()
        .filter_map(|n| n.as_str().strip_prefix(FOLDER)?.strip_prefix('/')?.split_once('/'))
        .map(|(name, _)| name.to_owned())
        .collect();
    names.dedup();
    let marked = |name: &String| found.iter().any(|f| f.name == *name);
    let made = |name: &String| name.split('-').next().and_then(|ms| ms.parse::<u64>().ok());
    names.retain(|n| {
        !marked(n) && made(n).is_some_and(|at| now.0.saturating_sub(at) > UNFINISHED_AGE.as_millis())
    });
    Ok(names)
}

/// A name for a back-up: the time in milliseconds, which sorts, and something random.
pub fn name(at: WallMs, random: u64) -> String {
    format!("{:014}-{random:016x}", at.0)
}

#[cfg(test)]
mod tests {
    use base::{Lsn, PlaneId};
    use ha::record::Chain;

    use super::*;
    use crate::BackupMark;

    fn found(secs: u64) -> Found {
        let plane = PlaneId::new("p");
        let chain = Chain::genesis(&plane, 1);
        let at = WallMs(secs * 1000);
        let mark = BackupMark {
            backup: 1,
            plane,
            era: 1,
            floor: Lsn(0),
            lsn: Lsn(0),
            chain,
            at,
            version: String::new(),
            losses: Vec::new(),
            files: Vec::new(),
        };
        Found { name: name(at, 7), mark: Ok(mark) }
    }

    #[test]
    fn the_newest_stays_whatever_is_asked_for() {
        let all: Vec<Found> = [10, 20, 30, 40].map(found).into();
        let gone = |count, age: Option<u64>| {
            superfluous(&all, Keep { count, age: age.map(Span::secs) }, WallMs(50_000)).len()
        };
        assert_eq!(gone(None, None), 0);
        assert_eq!(gone(Some(2), None), 2);
        assert_eq!(gone(Some(0), None), 3);
        assert_eq!(gone(None, Some(25)), 2);
        assert_eq!(gone(None, Some(1)), 3);
        assert_eq!(gone(Some(3), Some(25)), 2);
    }
}

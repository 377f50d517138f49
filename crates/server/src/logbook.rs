//! Reading the server's own log: the newest part of `brooklyn.debug.log`, an entry at a time.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use jiff::Timestamp;

/// So much of the end of the file is looked at, in bytes.
pub const LOGBOOK_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// At most so many entries are answered.
pub const LOGBOOK_ENTRIES_MAX: usize = 10_000;

/// Which entries are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// How many at most.
    pub count: usize,
    /// Whether the last ones of those that fit, not the first.
    pub from_end: bool,
    /// Of these levels; none: of all.
    pub levels: Vec<String>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Not after this time.
    pub until: Option<Timestamp>,
    /// With all of these texts in their message.
    pub phrases: Vec<String>,
    /// Of this module, or one below it.
    pub logger: Option<String>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it begins in the file, in bytes.
    pub at: u64,
    /// When.
    pub time: Timestamp,
    /// `INFO` and so on.
    pub level: String,
    /// The module that said it.
    pub logger: String,
    /// The thread.
    pub thread: String,
    /// What it says, with further lines.
    pub message: String,
}

/// The entries of a file that are wanted, oldest first.
pub fn read(path: &Path, wanted: &Wanted) -> io::Result<Vec<Entry>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut at = size.saturating_sub(LOGBOOK_BYTES_MAX);
    file.seek(SeekFrom::Start(at))?;
    let mut lines = BufReader::new(file.take(LOGBOOK_BYTES_MAX));
    let mut found = VecDeque::new();
    let mut open: Option<Entry> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        let n = lines.read_until(b'\n', &mut line)?;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches('\n');
        let begun = if n == 0 { None } else { entry(at, text) };
        at += n as u64;
        match (begun, &mut open) {
            // A further line of the same entry; before the first entry, the rest of one that is cut off.
            (None, open) if n > 0 => {
                if let Some(entry) = open {
                    entry.message.push('\n');
                    entry.message.push_str(text.trim_start());
                }
                continue;
            }
            (begun, open) => {
                if let Some(whole) = std::mem::replace(open, begun)
                    && wanted.fits(&whole)
                {
                    if wanted.from_end && found.len() >= wanted.count {
                        found.pop_front();
                    }
                    if found.len() < wanted.count {
                        found.push_back(whole);
                    }
                }
            }
        }
        if n == 0 || !wanted.from_end && found.len() >= wanted.count {
            return Ok(found.into());
        }
    }
}

/// `TIME - LEVEL CRATE MODULE [THREAD] MESSAGE`, as `logs` writes it.
fn entry(at: u64, line: &str) -> Option<Entry> {
    let (time, rest) = line.split_once(" - ")?;
    let time = time.parse().ok()?;
    let (level, rest) = rest.split_once(' ')?;
    let (place, rest) = rest.split_once('[')?;
    let (thread, message) = rest.split_once("] ").or_else(|| Some((rest.strip_suffix(']')?, "")))?;
    Some(Entry {
        at,
        time,
        level: level.to_owned(),
        logger: place.split_whitespace().collect::<Vec<_>>().join("::"),
        thread: thread.to_owned(),
        message: message.to_owned(),
    })
}

impl Wanted {
    fn fits(&self, entry: &Entry) -> bool {
        let below = |logger: &String| {
            let rest = entry.logger.strip_prefix(logger.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        (self.levels.is_empty() || self.levels.iter().any(|l| l.eq_ignore_ascii_case(&entry.level)))
            && self.since.is_none_or(|since| entry.time >= since)
            && self.until.is_none_or(|until| entry.time <= until)
            && self.phrases.iter().all(|phrase| entry.message.contains(phrase.as_str()))
            && self.logger.as_ref().is_none_or(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "    the rest of an entry that is cut off
2026-07-14T18:06:58.123Z - INFO  brownstone_server process::child [main] starting
2026-07-14T18:06:59.000Z - WARN  brownstone_ha  [driver] the store does not answer
    it hangs
2026-07-14T18:07:00.500Z - DEBUG brownstone_server http::front [web] asked [twice] app=q4h2m8xk1z
";

    fn found(wanted: &Wanted) -> Vec<(String, String)> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.log");
        std::fs::write(&path, LOG).unwrap();
        let all = read(&path, wanted).unwrap();
        all.into_iter().map(|e| (e.level, e.message)).collect()
    }

    #[test]
    fn entries_are_found_by_level_time_words_and_module() {
        let all = Wanted { count: 10, ..Wanted::default() };
        let pair = |level: &str, message: &str| (level.to_owned(), message.to_owned());
        let (first, second, third) = (
            pair("INFO", "starting"),
            pair("WARN", "the store does not answer\nit hangs"),
            pair("DEBUG", "asked [twice] app=q4h2m8xk1z"),
        );
        assert_eq!(found(&all), [first.clone(), second.clone(), third.clone()]);
        assert_eq!(found(&Wanted { count: 1, ..all.clone() }), [first]);
        assert_eq!(found(&Wanted { count: 1, from_end: true, ..all.clone() }), std::slice::from_ref(&third));
        assert_eq!(
            found(&Wanted { levels: vec!["warn".into()], ..all.clone() }),
            std::slice::from_ref(&second)
        );
        assert_eq!(
            found(&Wanted { phrases: vec!["q4h2m8xk1z".into()], ..all.clone() }),
            std::slice::from_ref(&third)
        );
        assert_eq!(found(&Wanted { logger: Some("brownstone_ha".into()), ..all.clone() }), [second]);
        let since = Some("2026-07-14T18:07:00Z".parse().unwrap());
        assert_eq!(found(&Wanted { since, ..all.clone() }), [third]);
        assert_eq!(found(&Wanted { until: since, since, ..all }), []);
    }
}

//! What became of each write, as plain functions: what writers were told is compared with what stands in the log, and
//! the words of both servers with the terms that they ruled in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::Value;

/// What a writer was told of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Recorded,
    Refused,
    Unknown,
}

/// One number that was written, once, to one server.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) writer: usize,
    pub(super) number: u64,
    pub(super) told: Told,
}

/// A server was heard as master: it said so, or it acknowledged a write.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) node: usize,
    pub(super) term: u64,
    pub(super) sent: Instant,
    pub(super) got: Instant,
    pub(super) what: &'static str,
}

/// How often each number of each writer stands in the log, and the last one of each writer.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) times: BTreeMap<(usize, u64), u32>,
    pub(super) last: BTreeMap<usize, u64>,
    /// The number of the newest record that was read.
    upto: u64,
}

/// What a round's writers were told, counted, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) recorded: u64,
    pub(super) refused: u64,
    pub(super) unknown: u64,
    pub(super) lost: u64,
    pub(super) doubled: u64,
    /// Refused, and there all the same.
    pub(super) ghosts: u64,
}

/// The sensor of a writer.
pub(super) fn sensor(writer: usize) -> String {
    format!("lab.writer.{writer}")
}

impl Log {
    /// Read what was added to a plane's log since, in the order of its numbers.
    pub(super) fn read_on(&mut self, plane: &Path) -> Result<()> {
        let mut records = Vec::new();
        for folder in fs::read_dir(plane.join("log")).context("the plane has no log")?.flatten() {
            // Names that begin with a dot are stages of records that are being made.
            let Ok(files) = fs::read_dir(folder.path()) else { continue };
            records.extend(files.flatten().filter_map(|file| {
                let name = file.file_name();
                let number: u64 = name.to_str()?.strip_suffix(".json")?.parse().ok()?;
                (number > self.upto).then(|| (number, file.path()))
            }));
        }
        records.sort();
        for (number, path) in records {
            let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
            self.add(&text);
            self.upto = number;
        }
        Ok(())
    }

    /// One record: a header line, then a line for each change, each behind its sum.
    fn add(&mut self, record: &str) {
        for line in record.lines().skip(1) {
            let change = line.split_once(' ').and_then(|(_, json)| serde_json::from_str::<Value>(json).ok());
            let Some(change) = change else { continue };
            let set = &change["sensor_set"];
            let writer = set["name"].as_str().and_then(|name| name.strip_prefix("lab.writer."));
            let (Some(Ok(writer)), Some(number)) = (writer.map(str::parse), set["value"].as_u64()) else {
                continue;
            };
            *self.times.entry((writer, number)).or_default() += 1;
            self.last.insert(writer, number);
        }
    }
}

/// Compare what was told with what stands in the log; each thing that is wrong as a sentence.
pub(super) fn compare(writes: &[Write], log: &Log) -> (Counts, Vec<String>) {
    let (mut counts, mut wrong) = (Counts::default(), Vec::new());
    for Write { writer, number, told } in writes {
        let times = log.times.get(&(*writer, *number)).copied().unwrap_or_default();
        match told {
            Told::Recorded => counts.recorded += 1,
            Told::Refused => counts.refused += 1,
            Told::Unknown => counts.unknown += 1,
        }
        let mut say = |what: &str| wrong.push(format!("{number} of writer {writer} was {what}"));
        match (told, times) {
            (_, 2..) => {
                counts.doubled += 1;
                say("recorded more than once");
            }
            (Told::Recorded, 0) => {
                counts.lost += 1;
                say("acknowledged and is not in the log");
            }
            (Told::Refused, 1) => {
                counts.ghosts += 1;
                say("refused and is in the log");
            }
            _ => {}
        }
    }
    (counts, wrong)
}

/// Nobody may be heard as master of an older term once a newer one was heard: each such case as a sentence. Of one term
/// there is one master.
pub(super) fn two_masters(heard: &[Heard]) -> Vec<String> {
    let mut by_end: Vec<&Heard> = heard.iter().collect();
    by_end.sort_by_key(|heard| heard.got);
    // Up to each answer, the one of the newest term.
    let mut newest: Vec<&Heard> = Vec::with_capacity(by_end.len());
    for one in &by_end {
        let before = newest.last().copied().unwrap_or(one);
        newest.push(if before.term > one.term { before } else { one });
    }
    let mut wrong = Vec::new();
    let mut owners: BTreeMap<u64, usize> = BTreeMap::new();
    for one in heard {
        let before = by_end.partition_point(|other| other.got <= one.sent);
        if let Some(other) = before.checked_sub(1).map(|at| newest[at])
            && other.term > one.term
        {
            wrong.push(format!(
                "server {} {} in term {}, {:?} after server {} was heard as master in term {}",
                one.node + 1,
                one.what,
                one.term,
                one.got.duration_since(other.got),
                other.node + 1,
                other.term
            ));
        }
        let owner = *owners.entry(one.term).or_insert(one.node);
        if owner != one.node {
            wrong.push(format!("both servers were heard as master in term {}", one.term));
        }
    }
    wrong.dedup();
    wrong
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn write(number: u64, told: Told) -> Write {
        Write { writer: 1, number, told }
    }

    #[test]
    fn lost_doubled_and_refused_writes_that_are_there_are_found_and_unknown_ones_are_not_blamed() {
        let mut log = Log::default();
        for number in [10, 11, 11, 12, 14] {
            log.add(&format!(
                "00 {{\"format\":1}}\n11 {{\"sensor_set\":{{\"entity\":\"e\",\"name\":\"lab.writer.1\",\"value\":{number},\"at\":1}}}}\n"
            ));
        }
        log.add("00 {}\n11 {\"sensor_set\":{\"entity\":\"e\",\"name\":\"other\",\"value\":13}}\n");
        let good = [write(10, Told::Recorded), write(14, Told::Unknown), write(15, Told::Unknown)];
        assert_eq!(compare(&good, &log).1, Vec::<String>::new());
        let bad = [write(11, Told::Recorded), write(12, Told::Refused), write(13, Told::Recorded)];
        let (counts, wrong) = compare(&bad, &log);
        assert_eq!((counts.doubled, counts.ghosts, counts.lost, wrong.len()), (1, 1, 1, 3), "{wrong:?}");
        assert_eq!(log.last[&1], 14);
    }

    #[test]
    fn an_older_master_may_be_heard_until_a_newer_one_was_but_not_asked_after_that() {
        let zero = Instant::now();
        let at = |ms| zero + Duration::from_millis(ms);
        let heard =
            |node, term, sent, got| Heard { node, term, sent: at(sent), got: at(got), what: "said MASTER" };
        // Asked before the newer one answered: nothing can be concluded.
        let fine = [heard(0, 1, 0, 5), heard(1, 2, 10, 20), heard(0, 1, 15, 30), heard(1, 2, 40, 50)];
        assert_eq!(two_masters(&fine), Vec::<String>::new());
        let late = [heard(0, 1, 0, 5), heard(1, 2, 10, 20), heard(0, 1, 21, 30)];
        assert_eq!(two_masters(&late).len(), 1);
        let same = [heard(0, 3, 0, 5), heard(1, 3, 10, 20)];
        assert_eq!(two_masters(&same).len(), 1);
    }

    #[test]
    fn records_are_read_once_and_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("log/0");
        fs::create_dir_all(&folder).unwrap();
        let put = |record: u64, value: u64| {
            let text = format!("h\ns {{\"sensor_set\":{{\"name\":\"lab.writer.0\",\"value\":{value}}}}}\n");
            fs::write(folder.join(format!("{record:020}.json")), text).unwrap();
        };
        let mut log = Log::default();
        put(2, 20);
        put(1, 10);
        log.read_on(dir.path()).unwrap();
        put(3, 30);
        log.read_on(dir.path()).unwrap();
        assert_eq!(log.last[&0], 30);
        assert!(log.times.values().all(|times| *times == 1) && log.times.len() == 3);
    }
}

//! What was seen in a campaign, one line of JSON for each thing: all that the checkers, the table and the plot know.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Microseconds since the campaign began, by one clock.
pub(crate) type At = u64;

/// The word of a server that rules.
pub(crate) const MASTER: &str = "MASTER";

/// One line of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    Campaign(Campaign),
    Write(Write),
    Read(Read),
    Number(Number),
    Script(Script),
    State(State),
    Odd(Odd),
    Fault(Fault),
    Round(Round),
    Tampered(Tampered),
    End(End),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Campaign {
    pub(crate) seed: u64,
    pub(crate) store: String,
    pub(crate) nodes: usize,
    pub(crate) timeout_ms: u64,
    /// Nemeses that were left out, and why.
    pub(crate) skipped: BTreeMap<String, String>,
}

/// What a client was told of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Told {
    Recorded,
    Refused,
    /// It may have happened, or may still happen.
    Unknown,
}

/// A question and its answer: who asked when, and what the answering server said that it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) who: String,
    /// When it was first sent.
    pub(crate) began: At,
    /// When the last answer was there.
    pub(crate) ended: At,
    /// Whom it was sent to last.
    pub(crate) node: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) term: Option<u64>,
    /// Sent under a key by which the plane does it once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) keyed: bool,
}

/// A number put into a register. Each register has one writer, who writes ascending numbers one after the other and
/// leaves it for ever once an outcome is unknown: so what may stand in it is always known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Write {
    #[serde(flatten)]
    pub(crate) asked: Asked,
    pub(crate) register: String,
    pub(crate) value: u64,
    pub(crate) told: Told,
}

/// What stood in a register; nothing while it does not exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Read {
    #[serde(flatten)]
    pub(crate) asked: Asked,
    pub(crate) register: String,
    pub(crate) value: Option<u64>,
}

/// A call of `incrementAndGet`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Number {
    #[serde(flatten)]
    pub(crate) asked: Asked,
    pub(crate) told: Told,
    pub(crate) value: Option<u64>,
}

/// A call of the effector whose script appends a word of its own to a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Script {
    #[serde(flatten)]
    pub(crate) asked: Asked,
    pub(crate) word: String,
    pub(crate) told: Told,
}

/// What a server said that it is; no role when it did not answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    #[serde(flatten)]
    pub(crate) asked: Asked,
}

/// An answer that no server should give.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Odd {
    #[serde(flatten)]
    pub(crate) asked: Asked,
    pub(crate) what: String,
}

/// A fault while it lasted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub(crate) round: u64,
    pub(crate) nemesis: String,
    pub(crate) nodes: Vec<usize>,
    pub(crate) began: At,
    pub(crate) ended: At,
}

/// A round: faults begin, are healed, and the plane serves again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Round {
    pub(crate) number: u64,
    pub(crate) nemeses: Vec<String>,
    pub(crate) began: At,
    pub(crate) healed: At,
    /// When there was one master, all others stood by hot, and a write was taken; nothing if never.
    pub(crate) serving: Option<At>,
    /// What was still missing when nobody waited any more.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) missing: String,
    /// Servers that ended although nothing had killed or stopped them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) fell: Vec<usize>,
}

/// What was really done to requests to the bucket in the whole campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tampered {
    /// PUTs that were delivered when their sender had given up.
    pub(crate) late: u64,
    /// Those of them that took effect then.
    pub(crate) landed: u64,
    /// PUTs that were delivered a second time.
    pub(crate) twice: u64,
    /// Answers that were not the bucket's.
    pub(crate) falsified: u64,
}

impl Tampered {
    pub(crate) fn plus(self, other: Tampered) -> Tampered {
        Tampered {
            late: self.late + other.late,
            landed: self.landed + other.landed,
            twice: self.twice + other.twice,
            falsified: self.falsified + other.falsified,
        }
    }
}

/// What was there when everything was healed and all clients had ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) at: At,
    pub(crate) registers: BTreeMap<String, u64>,
    pub(crate) sequence: u64,
    pub(crate) words: Vec<String>,
}

/// The file that is written while the campaign runs.
pub(crate) struct Recorder {
    began: Instant,
    file: Mutex<BufWriter<File>>,
}

impl Recorder {
    pub(crate) fn create(path: &Path) -> Result<Recorder> {
        let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Recorder { began: Instant::now(), file: Mutex::new(BufWriter::new(file)) })
    }

    pub(crate) fn now(&self) -> At {
        self.began.elapsed().as_micros() as At
    }

    /// A history with a hole proves nothing, so a failed write ends the campaign.
    pub(crate) fn add(&self, event: &Event) {
        let line = serde_json::to_string(event).expect("events are plain data");
        let mut file = self.file.lock().expect("nobody panics while writing a line");
        writeln!(file, "{line}").expect("the history cannot be written");
    }

    pub(crate) fn flush(&self) -> Result<()> {
        let mut file = self.file.lock().expect("nobody panics while writing a line");
        file.flush().context("the history cannot be written")
    }
}

/// Read a history again.
pub(crate) fn read(path: &Path) -> Result<Vec<Event>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let lines = BufReader::new(file).lines().enumerate();
    let parsed = lines.map(|(n, line)| {
        serde_json::from_str(&line?).with_context(|| format!("{}:{}: not an event", path.display(), n + 1))
    });
    parsed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.jsonl");
        let asked = Asked { who: "w1".into(), began: 3, ended: 9, term: Some(2), ..Asked::default() };
        let all = [
            Event::Write(Write { asked, register: "w1.0".into(), value: 7, told: Told::Unknown }),
            Event::End(End { at: 12, registers: BTreeMap::new(), sequence: 4, words: vec!["a".into()] }),
        ];
        let recorder = Recorder::create(&path).unwrap();
        for event in &all {
            recorder.add(event);
        }
        recorder.flush().unwrap();
        assert_eq!(read(&path).unwrap(), all);
    }

    #[test]
    fn a_line_that_is_no_event_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.jsonl");
        std::fs::write(&path, "{\"event\":\"never\"}\n").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("history.jsonl:1: not an event"));
    }
}

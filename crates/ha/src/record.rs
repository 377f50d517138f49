//! One record of the log: a header line, then one line for each operation, each with a sum of its own.
//!
//! ```text
//! 6d1c… {"format":1,"lsn":7,"term":2,"kind":"data","node":"…","incarnation":…,"uid":"…","prev":"…","ops":2}
//! 90ab… {"sensor_set":{…}}
//! 17fe… {"task_changed":{…}}
//! ```
//!
//! A flipped bit costs one operation, not the record. `prev` is the chain value of everything before, so two
//! histories can be told apart by one number.

use std::fmt;
use std::sync::Arc;

use base::{Incarnation, Lsn, NodeId, PlaneId, Term};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The record format of this release.
pub const FORMAT: u32 = 1;

/// A chain value: SHA-256 cut at 128 bits, in hex on disk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chain([u8; 16]);

impl Chain {
    /// chain(0): the empty history of one plane in one era.
    pub fn genesis(plane: &PlaneId, era: u64) -> Chain {
        Self::of(&[b"brownstone plane ", plane.as_str().as_bytes(), b" era ", era.to_string().as_bytes()])
    }

    /// chain(n) from chain(n-1) and the file bytes of n.
    pub fn next(self, file: &[u8]) -> Chain {
        Self::of(&[&self.0, file])
    }

    /// The sum of some bytes.
    pub fn sum(bytes: &[u8]) -> Chain {
        Self::of(&[bytes])
    }

    fn of(parts: &[&[u8]]) -> Chain {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
        }
        let mut cut = [0; 16];
        cut.copy_from_slice(&hash.finalize()[..16]);
        Chain(cut)
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Chain {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bad = || serde::de::Error::custom("a chain value is 32 hex digits");
        if text.len() != 32 || !text.is_ascii() {
            return Err(bad());
        }
        let mut cut = [0; 16];
        for (i, byte) in cut.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| bad())?;
        }
        Ok(Chain(cut))
    }
}

/// What a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// State changes.
    Data,
    /// Begins a term.
    Fence,
    /// Proves that the slot was still free.
    Noop,
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The record format.
    pub format: u32,
    /// The slot.
    pub lsn: Lsn,
    /// The writer's term.
    pub term: Term,
    /// What it is for.
    pub kind: Kind,
    /// The writer.
    pub node: NodeId,
    /// In which of its lives.
    pub incarnation: Incarnation,
    /// Random, one for each life.
    pub uid: String,
    /// The chain value of all before.
    pub prev: Chain,
    /// How many operations follow.
    pub ops: usize,
}

/// A record as it was read.
#[derive(Clone, Debug)]
pub struct Record {
    /// The first line, or nothing when its sum fails (the operations still count).
    pub header: Option<Header>,
    /// The operations that can be read, in order.
    pub ops: Vec<Arc<str>>,
    /// What cannot be read; empty for a sound record.
    pub damage: Vec<Flaw>,
}

impl Record {
    /// What cannot be read, in one text.
    pub fn damage_text(&self) -> String {
        self.damage.iter().map(|flaw| flaw.what.as_str()).collect::<Vec<_>>().join("; ")
    }
}

/// Something of a record that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Flaw {
    /// For people.
    pub what: String,
    /// Whether an operation is known to be lost with it. The header holds none, but says how many there were.
    #[serde(skip)]
    pub loses: bool,
}

impl Flaw {
    fn of_header(what: impl Into<String>) -> Flaw {
        Flaw { what: what.into(), loses: false }
    }

    fn loss(what: impl Into<String>) -> Flaw {
        Flaw { what: what.into(), loses: true }
    }
}

/// Why a record must not be folded at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A newer release wrote it.
    #[error(
        "record {lsn} has format {format}, and this release knows up to {FORMAT}; start a release that knows it"
    )]
    NewerFormat {
        /// The slot.
        lsn: Lsn,
        /// Its format.
        format: u32,
    },
    /// A kind that this release does not know.
    #[error(
        "record {lsn} is of a kind that this release does not know ({text}); start a release that knows it"
    )]
    UnknownKind {
        /// The slot.
        lsn: Lsn,
        /// The header's text.
        text: String,
    },
}

/// Makes a record's bytes.
pub fn encode(header: &Header, ops: &[impl AsRef<str>]) -> Arc<[u8]> {
    let head = serde_json::to_string(header).unwrap_or_default();
    let size = ops.iter().map(|op| op.as_ref().len() + 18).sum::<usize>() + head.len() + 18;
    let mut bytes = Vec::with_capacity(size);
    push_line(&mut bytes, &head);
    for op in ops {
        debug_assert!(!op.as_ref().contains('\n'));
        push_line(&mut bytes, op.as_ref());
    }
    bytes.into()
}

fn push_line(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&line_sum(text.as_bytes()));
    bytes.push(b' ');
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(b'\n');
}

/// 64 bits of SHA-256 in hex: enough against accident, short to read.
pub(crate) fn line_sum(text: &[u8]) -> [u8; 16] {
    let hash = Sha256::digest(text);
    let mut out = [0; 16];
    for (i, byte) in hash[..8].iter().enumerate() {
        out[2 * i] = b"0123456789abcdef"[usize::from(byte >> 4)];
        out[2 * i + 1] = b"0123456789abcdef"[usize::from(byte & 15)];
    }
    out
}

/// Reads a record's bytes: what is sound is given, what is not is named.
pub fn decode(lsn: Lsn, bytes: &[u8]) -> Result<Record, Refused> {
    let mut record = Record { header: None, ops: Vec::new(), damage: Vec::new() };
    let mut lines = bytes.split(|b| *b == b'\n').collect::<Vec<_>>();
    if lines.last().is_some_and(|l| l.is_empty()) {
        lines.pop();
    } else if !bytes.is_empty() {
        // What was cut off it is missed by its sum.
        record.damage.push(Flaw { what: "its last line is cut".to_owned(), loses: false });
    }
    for (i, line) in lines.iter().enumerate() {
        match sound_text(line) {
            Some(text) if i == 0 => match header(lsn, text)? {
                Ok(header) => record.header = Some(header),
                Err(why) => record.damage.push(Flaw::of_header(why)),
            },
            Some(text) => record.ops.push(text.into()),
            None if i == 0 => {
                record.damage.push(Flaw::of_header("line 1 (its header): the sum does not fit"));
            }
            None => record.damage.push(Flaw::loss(format!("line {}: the sum does not fit", i + 1))),
        }
    }
    match &record.header {
        Some(h) if h.ops + 1 != lines.len() => {
            let what = format!("{} lines of {} are there", lines.len(), h.ops + 1);
            record.damage.push(Flaw { what, loses: lines.len() < h.ops + 1 });
        }
        None if record.damage.is_empty() => record.damage.push(Flaw::loss("it is empty")),
        _ => {}
    }
    Ok(record)
}

/// The text of a line, if its sum fits.
pub fn sound_text(line: &[u8]) -> Option<&str> {
    let (sum, text) = line.split_at_checked(17)?;
    (sum[16] == b' ' && sum[..16] == line_sum(text)).then(|| std::str::from_utf8(text).ok()).flatten()
}

/// A header whose sum is right. Its format is looked at before its shape: a newer one is never "damage".
fn header(lsn: Lsn, text: &str) -> Result<Result<Header, String>, Refused> {
    #[derive(Deserialize)]
    struct Probe {
        format: u32,
    }
    match serde_json::from_str::<Probe>(text) {
        // A newer format is never read by guess.
        Ok(probe) if probe.format > FORMAT && !base::mutant::on(base::Mutant::NewerFormatRead) => {
            Err(Refused::NewerFormat { lsn, format: probe.format })
        }
        Ok(_) => match serde_json::from_str::<Header>(text) {
            Ok(h) if h.lsn == lsn => Ok(Ok(h)),
            Ok(h) => Ok(Err(format!("it says that it is record {}", h.lsn))),
            Err(_) => Err(Refused::UnknownKind { lsn, text: text.chars().take(200).collect() }),
        },
        Err(_) => Err(Refused::UnknownKind { lsn, text: text.chars().take(200).collect() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Header, Vec<String>) {
        let header = Header {
            format: FORMAT,
            lsn: Lsn(7),
            term: Term(2),
            kind: Kind::Data,
            node: NodeId::new("n1"),
            incarnation: Incarnation(3),
            uid: "u".into(),
            prev: Chain::genesis(&PlaneId::new("p"), 1),
            ops: 2,
        };
        (header, vec![r#"{"a":1}"#.into(), r#"{"b":"x y"}"#.into()])
    }

    #[test]
    fn a_record_reads_as_it_was_written() {
        let (header, ops) = sample();
        let read = decode(Lsn(7), &encode(&header, &ops)).unwrap();
        assert_eq!(read.header, Some(header));
        assert_eq!(read.ops.iter().map(|o| &**o).collect::<Vec<_>>(), ops);
        assert!(read.damage.is_empty());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen_and_costs_one_line() {
        let (header, ops) = sample();
        let bytes = encode(&header, &ops);
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.to_vec();
            bad[bit / 8] ^= 1 << (bit % 8);
            let read = decode(Lsn(7), &bad).unwrap();
            assert!(!read.damage.is_empty(), "bit {bit}");
            assert!(read.ops.len() + usize::from(read.header.is_some()) >= 1, "bit {bit}");
            let loses = read.damage.iter().any(|flaw| flaw.loses);
            let lost = read.ops.len() < ops.len();
            // A header that runs into the next line takes that with it, and nobody can tell.
            assert!(loses == lost || read.header.is_none() && !loses, "bit {bit}: {}", read.damage_text());
        }
        for len in 0..bytes.len() {
            assert!(!decode(Lsn(7), &bytes[..len]).unwrap().damage.is_empty(), "cut at {len}");
        }
    }

    #[test]
    fn a_newer_format_is_refused_and_not_called_damage() {
        let (mut header, ops) = sample();
        header.format = FORMAT + 1;
        assert!(matches!(decode(Lsn(7), &encode(&header, &ops)), Err(Refused::NewerFormat { .. })));
        let mut bytes = Vec::new();
        push_line(&mut bytes, r#"{"format":1,"lsn":7,"kind":"spell"}"#);
        assert!(matches!(decode(Lsn(7), &bytes), Err(Refused::UnknownKind { .. })));
    }
}

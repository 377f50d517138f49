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
//!
//! Two formats are read. In format 1 an operation's sum covers its text alone: when the header is damaged, a line that
//! went with it is missed by nobody, and a line of another record is taken for one of this. In format 2 it covers the
//! record's number and the line's place as well. The header's sum is the same in every format, so that any release
//! can tell whether it knows a record's format. Which one is written: see `formats.rs`.

use std::fmt;
use std::sync::Arc;

use base::{Incarnation, Lsn, NodeId, PlaneId, Term};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

mod lines;

use lines::Meant;
pub(crate) use lines::line_sum;

/// The newest record format that this release reads and writes.
pub const FORMAT: u32 = 2;
/// The first format, which every release reads.
pub const FIRST_FORMAT: u32 = 1;

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
        "record {lsn} has format {format}, and this release knows up to {knows}; start a release that knows it"
    )]
    NewerFormat {
        /// The slot.
        lsn: Lsn,
        /// Its format.
        format: u32,
        /// The newest that is known here.
        knows: u32,
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

/// Makes a record's bytes, in the format that its header names.
pub fn encode(header: &Header, ops: &[impl AsRef<str>]) -> Arc<[u8]> {
    let head = serde_json::to_string(header).unwrap_or_default();
    let size = ops.iter().map(|op| op.as_ref().len() + 18).sum::<usize>() + head.len() + 18;
    let mut bytes = Vec::with_capacity(size);
    lines::push_line(&mut bytes, line_sum(head.as_bytes()), &head);
    for (i, op) in ops.iter().map(AsRef::as_ref).enumerate() {
        debug_assert!(!op.contains('\n'));
        let sum = lines::op_sum(header.format, header.lsn, i + 1, op.as_bytes());
        lines::push_line(&mut bytes, sum, op);
    }
    bytes.into()
}

/// Reads a record's bytes: what is sound is given, what is not is named.
pub fn decode(lsn: Lsn, bytes: &[u8]) -> Result<Record, Refused> {
    decode_up_to(FORMAT, lsn, bytes)
}

/// The same for a server that knows the formats up to `knows`.
pub(crate) fn decode_up_to(knows: u32, lsn: Lsn, bytes: &[u8]) -> Result<Record, Refused> {
    let mut record = Record { header: None, ops: Vec::new(), damage: Vec::new() };
    let Some((first, rest)) = split(bytes) else {
        record.damage.push(Flaw::loss("it is empty"));
        return Ok(record);
    };
    if !bytes.ends_with(b"\n") {
        // What was cut off it is missed by its sum.
        record.damage.push(Flaw { what: "its last line is cut".to_owned(), loses: false });
    }
    match lines::sound_text(first) {
        Some(text) => match header(knows, lsn, text)? {
            Ok(header) => record.header = Some(header),
            Err(why) => record.damage.push(Flaw::of_header(why)),
        },
        None => record.damage.push(Flaw::of_header("line 1 (its header): the sum does not fit")),
    }
    let told = record.header.as_ref().map(|h| (h.format, h.ops));
    let read = Meant { lsn, told }.read(&rest);
    record.ops = read.ops;
    record.damage.extend(read.damage);
    Ok(record)
}

/// The first line, and those behind it.
fn split(bytes: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let mut lines = bytes.split(|b| *b == b'\n');
    let first = lines.next().filter(|_| !bytes.is_empty())?;
    Some((first, lines.collect()))
}

/// A header whose sum is right. Its format is looked at before its shape: a newer one is never "damage".
fn header(knows: u32, lsn: Lsn, text: &str) -> Result<Result<Header, String>, Refused> {
    #[derive(Deserialize)]
    struct Probe {
        format: u32,
    }
    match serde_json::from_str::<Probe>(text) {
        // A newer format is never read by guess.
        Ok(probe) if probe.format > knows && !base::mutant::on(base::Mutant::NewerFormatRead) => {
            Err(Refused::NewerFormat { lsn, format: probe.format, knows })
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

    fn sample(format: u32) -> (Header, Vec<String>) {
        let header = Header {
            format,
            lsn: Lsn(7),
            term: Term(2),
            kind: Kind::Data,
            node: NodeId::new("n1"),
            incarnation: Incarnation(3),
            uid: "u".into(),
            prev: Chain::genesis(&PlaneId::new("p"), 1),
            ops: 3,
        };
        (header, [r#"{"a":1}"#, r#"{"b":"x y"}"#, r#"{"c":[]}"#].map(str::to_owned).into())
    }

    fn texts(read: &Record) -> Vec<&str> {
        read.ops.iter().map(|op| &**op).collect()
    }

    #[test]
    fn a_record_reads_as_it_was_written() {
        for format in FIRST_FORMAT..=FORMAT {
            let (header, ops) = sample(format);
            let read = decode(Lsn(7), &encode(&header, &ops)).unwrap();
            assert_eq!(texts(&read), ops);
            assert_eq!(read.header, Some(header));
            assert!(read.damage.is_empty());
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen_and_costs_one_line() {
        for format in FIRST_FORMAT..=FORMAT {
            let (header, ops) = sample(format);
            let bytes = encode(&header, &ops);
            for bit in 0..bytes.len() * 8 {
                let mut bad = bytes.to_vec();
                bad[bit / 8] ^= 1 << (bit % 8);
                let read = decode(Lsn(7), &bad).unwrap();
                assert!(!read.damage.is_empty(), "bit {bit}");
                assert!(read.ops.len() + usize::from(read.header.is_some()) >= 2, "bit {bit}");
                let loses = read.damage.iter().any(|flaw| flaw.loses);
                let lost = read.ops.len() < ops.len();
                // In format 1 a header that runs into the next line takes that with it, and nobody can tell.
                let untold = format == FIRST_FORMAT && read.header.is_none() && !loses;
                assert!(loses == lost || untold, "format {format}, bit {bit}: {}", read.damage_text());
            }
            for len in 0..bytes.len() {
                assert!(!decode(Lsn(7), &bytes[..len]).unwrap().damage.is_empty(), "cut at {len}");
            }
        }
    }

    /// The lines of a record, to be put together otherwise.
    fn lines_of(lsn: u64) -> Vec<Vec<u8>> {
        let (header, ops) = sample(FORMAT);
        let bytes = encode(&Header { lsn: Lsn(lsn), ..header }, &ops);
        bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn a_line_belongs_to_its_place_in_its_record() {
        let (mine, others) = (lines_of(7), lines_of(8));
        let read = |lines: &[&Vec<u8>]| {
            decode(Lsn(7), &lines.iter().copied().flatten().copied().collect::<Vec<_>>()).unwrap()
        };
        let told = |read: &Record| (texts(read).len(), read.damage_text());
        let swapped = read(&[&mine[0], &mine[2], &mine[1], &mine[3]]);
        assert_eq!(
            told(&swapped),
            (2, "line 2: it is missing; 1 lines stand in it that are not its own".to_owned())
        );
        let twice = read(&[&mine[0], &mine[1], &mine[1], &mine[2], &mine[3]]);
        assert_eq!(told(&twice), (3, "1 lines stand in it that are not its own".to_owned()));
        let missing = read(&[&mine[0], &mine[1], &mine[3]]);
        assert_eq!(told(&missing), (2, "line 3: it is missing".to_owned()));
        // Another record under this name: with the header the rest is not its own either.
        let another = read(&[&others[0], &others[1], &others[2], &others[3]]);
        assert_eq!(another.ops.len(), 0);
        let mixed = read(&[&mine[0], &mine[1], &others[2], &mine[3]]);
        assert_eq!(told(&mixed), (2, "line 3: the sum does not fit".to_owned()));
        // What went with the header is missed, though nothing else says how many there were.
        let behind = read(&[&b"rotten\n".to_vec(), &mine[2], &mine[3]]);
        let costs = "line 1 (its header): the sum does not fit; line 2: it is missing";
        assert_eq!(told(&behind), (2, costs.to_owned()));
    }

    #[test]
    fn a_newer_format_is_refused_and_not_called_damage() {
        let (header, ops) = sample(FORMAT + 1);
        let bytes = encode(&header, &ops);
        assert!(matches!(decode(Lsn(7), &bytes), Err(Refused::NewerFormat { .. })));
        assert!(matches!(
            decode_up_to(FIRST_FORMAT, Lsn(7), &encode(&Header { format: FORMAT, ..header }, &ops)),
            Err(Refused::NewerFormat { format: FORMAT, knows: FIRST_FORMAT, .. })
        ));
        let mut bytes = Vec::new();
        let spell = r#"{"format":1,"lsn":7,"kind":"spell"}"#;
        lines::push_line(&mut bytes, line_sum(spell.as_bytes()), spell);
        assert!(matches!(decode(Lsn(7), &bytes), Err(Refused::UnknownKind { .. })));
    }
}

//! A pack: records of the log that were pruned, many in one file, so that a moment of the past can be restored.
//!
//! The first line says which records follow and how long each is; then come their bytes as they were, one after the
//! other. Each line of a record has a sum of its own. Packs decide nothing: no server needs one to serve.

use std::sync::Arc;

use base::{Lsn, WallMs, limits};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::verbs::Name;

/// The form of a pack in this release.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Head {
    pack: u32,
    at: WallMs,
    /// Number and length of each record.
    records: Vec<(Lsn, u64)>,
}

/// A pack as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// When it was made, for people and for how long it is kept.
    pub at: WallMs,
    /// The records, in order.
    pub records: Vec<(Lsn, Arc<[u8]>)>,
}

/// Records on their way into a pack.
#[derive(Clone, Debug, Default)]
pub struct Packing {
    records: Vec<(Lsn, Arc<[u8]>)>,
    bytes: usize,
}

impl Packing {
    /// Puts one more in. They come in order.
    pub fn push(&mut self, lsn: Lsn, bytes: Arc<[u8]>) {
        self.bytes += bytes.len();
        self.records.push((lsn, bytes));
    }

    /// Whether it is time to close it.
    pub fn is_full(&self) -> bool {
        self.bytes >= limits::PACK_BYTES || self.records.len() >= limits::PACK_RECORDS_MAX
    }

    /// The first and the last, if there are any.
    pub fn range(&self) -> Option<(Lsn, Lsn)> {
        Some((self.records.first()?.0, self.records.last()?.0))
    }

    /// Which records are in it.
    pub fn lsns(&self) -> impl Iterator<Item = Lsn> + '_ {
        self.records.iter().map(|(lsn, _)| *lsn)
    }

    /// Its bytes.
    pub fn to_bytes(&self, at: WallMs) -> Arc<[u8]> {
        let records = self.records.iter().map(|(lsn, bytes)| (*lsn, bytes.len() as u64)).collect();
        let head = files::to_bytes(&Head { pack: FORMAT, at, records });
        let mut all = Vec::with_capacity(head.len() + self.bytes);
        all.extend_from_slice(&head);
        for (_, bytes) in &self.records {
            all.extend_from_slice(bytes);
        }
        all.into()
    }
}

impl Pack {
    /// Reads a pack. Whether its records are sound is for [`crate::record::decode`] to say.
    pub fn from_bytes(bytes: &[u8]) -> Result<Pack, String> {
        let end = bytes.iter().position(|b| *b == b'\n').ok_or("it has no first line")?;
        let (head, mut rest) = bytes.split_at(end + 1);
        if files::sum(head) != files::Sum::Fits {
            return Err("the sum of its first line does not fit: it was damaged".to_owned());
        }
        let head: Head = files::from_bytes(head)?;
        if head.pack > FORMAT {
            return Err(format!("it is of format {}; use a release that knows it", head.pack));
        }
        let mut records = Vec::new();
        for (lsn, length) in head.records {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let (record, after) = rest.split_at_checked(length).ok_or("it is cut")?;
            records.push((lsn, record.into()));
            rest = after;
        }
        if rest.is_empty() { Ok(Pack { at: head.at, records }) } else { Err("it is too long".to_owned()) }
    }
}

/// `hist/FIRST-LAST-MS.pack`: the times are in the name, so that a listing tells what is old.
pub fn pack_name(first: Lsn, last: Lsn, at: WallMs) -> Name {
    Name::built(format!("hist/{:020}-{:020}-{:014}.pack", first.0, last.0, at.0))
}

/// `hist/F-MS.base`: the mark of a checkpoint that is kept as the beginning of what can be restored.
pub fn base_name(floor: Lsn, at: WallMs) -> Name {
    Name::built(format!("hist/{:020}-{:014}.base", floor.0, at.0))
}

/// What a name in `hist/` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A pack with records from the first to the last of these.
    Pack(Lsn, Lsn, WallMs),
    /// The mark of a checkpoint.
    Base(Lsn, WallMs),
}

impl Kept {
    /// Reads a name.
    pub fn of(name: &Name) -> Option<Kept> {
        let (numbers, ending) = name.leaf().split_once('.')?;
        let numbers: Option<Vec<u64>> = numbers.split('-').map(|n| n.parse().ok()).collect();
        match (ending, numbers?.as_slice()) {
            ("pack", &[first, last, at]) => Some(Kept::Pack(Lsn(first), Lsn(last), WallMs(at))),
            ("base", &[floor, at]) => Some(Kept::Base(Lsn(floor), WallMs(at))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_reads_as_it_was_written_and_shows_each_cut() {
        let mut packing = Packing::default();
        packing.push(Lsn(3), b"three\n".as_slice().into());
        packing.push(Lsn(5), b"five\n".as_slice().into());
        let bytes = packing.to_bytes(WallMs(77));
        let pack = Pack::from_bytes(&bytes).unwrap();
        assert_eq!(pack.at, WallMs(77));
        assert_eq!(pack.records, packing.records);
        for length in 0..bytes.len() {
            assert!(Pack::from_bytes(&bytes[..length]).is_err(), "cut at {length}");
        }
        let mut longer = bytes.to_vec();
        longer.push(b'x');
        assert!(Pack::from_bytes(&longer).is_err());
    }

    #[test]
    fn a_flipped_bit_of_its_first_line_and_a_newer_form_are_refused_by_name() {
        let mut packing = Packing::default();
        packing.push(Lsn(3), b"three\n".as_slice().into());
        let bytes = packing.to_bytes(WallMs(77));
        let line = bytes.iter().position(|b| *b == b'\n').unwrap();
        for bit in 0..line * 8 {
            let mut bad = bytes.to_vec();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Pack::from_bytes(&bad).is_err(), "bit {bit}");
        }
        let newer = Head { pack: FORMAT + 1, at: WallMs(77), records: Vec::new() };
        let why = Pack::from_bytes(&files::to_bytes(&newer)).unwrap_err();
        assert!(why.contains("use a release that knows it"), "{why}");
    }

    #[test]
    fn it_is_closed_when_it_has_enough_bytes_or_records() {
        let full_after = |bytes: usize| {
            let (mut packing, record) = (Packing::default(), Arc::<[u8]>::from(vec![0; bytes]));
            let mut records = 0;
            while !packing.is_full() {
                records += 1;
                packing.push(Lsn(records as u64), record.clone());
            }
            records
        };
        assert_eq!(full_after(0), limits::PACK_RECORDS_MAX);
        assert_eq!(full_after(limits::PACK_BYTES / 4), 4);
    }

    #[test]
    fn names_tell_what_they_hold() {
        let (first, last, at) = (Lsn(1), Lsn(9), WallMs(1_700_000_000_000));
        assert_eq!(Kept::of(&pack_name(first, last, at)), Some(Kept::Pack(first, last, at)));
        assert_eq!(Kept::of(&base_name(last, at)), Some(Kept::Base(last, at)));
        assert_eq!(Kept::of(&crate::names::plane()), None);
    }
}

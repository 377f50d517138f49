//! A state while it is folded from a checkpoint and the records after it. The rules are those of a standby
//! (`follow.rs` of `ha`); what a standby would read again, a command reads once.

use std::collections::BTreeSet;

use base::{Lsn, Term, WallMs};
use engine::{Change, Root};
use ha::files::{OkFile, PlaneFile};
use ha::record::{self, Chain, FIRST_FORMAT, Kind, Record};
use serde_json::Value;

/// A state at one position of the log.
#[derive(Clone)]
pub struct Folded {
    /// The state.
    pub root: Root,
    /// The last record in it.
    pub lsn: Lsn,
    /// Its chain value.
    pub chain: Chain,
    /// The term of the last valid fence.
    pub term: Term,
    /// The last term that wrote data.
    pub data_term: Term,
    /// The latest time that a record in it names.
    pub time: Option<WallMs>,
    /// What could not be read, for people.
    pub losses: Vec<String>,
    /// Terms whose records it holds.
    pub terms: BTreeSet<Term>,
    /// The record format in force.
    pub format: u32,
    uncertain: bool,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It belongs to this history.
    Taken,
    /// A misled claimant's fence: stepped over.
    Void,
    /// It names another history, and was applied as it is.
    Foreign,
}

impl Folded {
    /// The empty history of a plane.
    pub fn genesis(plane: &PlaneFile) -> Folded {
        Folded {
            root: Root::empty(),
            lsn: Lsn(0),
            chain: Chain::genesis(&plane.plane, plane.era),
            term: Term(0),
            data_term: Term(0),
            time: None,
            losses: Vec::new(),
            terms: BTreeSet::new(),
            format: FIRST_FORMAT,
            uncertain: false,
        }
    }

    /// The beginning of a checkpoint: its parts are still to be loaded.
    pub fn of_mark(plane: &PlaneFile, mark: &OkFile) -> Folded {
        Folded {
            lsn: mark.floor,
            chain: mark.chain,
            term: mark.term,
            data_term: mark.data_term,
            format: mark.format,
            ..Folded::genesis(plane)
        }
    }

    /// Loads a part of a checkpoint. The error says that a newer release wrote it.
    pub fn load(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let Err(problems) = self.root.load_part(bytes) else { return Ok(()) };
        if let Some(newer) = problems.iter().find(|p| p.newer) {
            return Err(format!("{name} was written by a newer release: {newer}"));
        }
        self.losses.extend(problems.iter().map(|p| format!("{name}: {p}")));
        Ok(())
    }

    /// Folds the next record. The error says why it cannot be.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Applied, String> {
        let lsn = self.lsn.next();
        let record = record::decode(lsn, bytes).map_err(|e| e.to_string())?;
        let mut prev = self.chain;
        let mut applied = Applied::Taken;
        if let Some(header) = record.header.as_ref().filter(|h| h.prev != self.chain) {
            if self.uncertain {
                prev = header.prev;
            } else if header.kind == Kind::Fence {
                self.term = self.term.max(header.term);
                self.terms.insert(header.term);
                self.advance(lsn, self.chain.next(bytes));
                return Ok(Applied::Void);
            } else {
                prev = header.prev;
                applied = Applied::Foreign;
                self.losses.push(format!("record {lsn} names another history; it is applied as it is"));
            }
        }
        self.fold(lsn, &record)?;
        self.uncertain = !record.damage.is_empty();
        self.advance(lsn, prev.next(bytes));
        Ok(applied)
    }

    fn fold(&mut self, lsn: Lsn, record: &Record) -> Result<(), String> {
        if !record.damage.is_empty() {
            self.root.accept_gaps();
            self.losses.push(format!("record {lsn}: {}", record.damage_text()));
        }
        if let Some(header) = &record.header {
            self.term = self.term.max(header.term);
            self.terms.insert(header.term);
            self.format = self.format.max(header.format);
            if header.kind == Kind::Data {
                self.data_term = header.term;
            }
        }
        for op in &record.ops {
            let change = Change::decode(op.as_bytes()).map_err(|e| format!("record {lsn}: {e}"))?;
            self.root.apply(&change).map_err(|e| format!("record {lsn} cannot be applied: {e}"))?;
        }
        self.time = self.time.max(time_of(&record.ops));
        Ok(())
    }

    fn advance(&mut self, lsn: Lsn, chain: Chain) {
        self.lsn = lsn;
        self.chain = chain;
    }
}

/// The latest time that the changes of a record name; many changes say when they were.
pub(crate) fn time_of(ops: &[impl AsRef<str>]) -> Option<WallMs> {
    let times = ops.iter().filter_map(|op| {
        let change: Value = serde_json::from_str(op.as_ref()).ok()?;
        change.as_object()?.values().filter_map(|v| v.get("at")?.as_u64()).max()
    });
    times.max().map(WallMs)
}

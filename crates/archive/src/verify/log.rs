//! The log and its packs: each line by its sum, each record by the chain, and none missing that no checkpoint covers.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use base::{Lsn, Term};
use engine::Root;
use ha::files;
use ha::names;
use ha::pack::Kept;
use ha::record::{self, Chain};

use super::ckpt::Marks;
use super::nodes::Nodes;
use super::{Check, told};
use crate::folded::{Applied, Folded};
use crate::records::Records;
use crate::source::Trouble;
use crate::state;

/// How far a name may be from what is there before it is taken for nonsense instead of being counted to.
pub(super) const FAR: u64 = 100_000;

impl Check<'_, '_> {
    /// The state at the end of the log, if it can be had.
    pub(super) fn log(
        &mut self,
        nodes: &Nodes,
        terms: &BTreeSet<Term>,
        marks: &Marks,
    ) -> Result<Option<Root>, Trouble> {
        let mut records = Records::list(self.source)?;
        self.packs(&mut records)?;
        let mut last = records.last().max(nodes.head);
        if last.0 > records.last().0 + FAR {
            let what = format!("a server names record {last}, and the log ends with {}", records.last());
            self.report.damage("log", what, "the log was cut off, or the server's file is damaged");
            last = records.last();
        }
        let is_backup = self.plane.layout == files::BACKUP;
        let needed_from = needed_from(marks, is_backup);
        let mut walk = Walk { before: None, missing: None, fenced: BTreeSet::new(), ruled: BTreeSet::new() };
        let mut folded = self.beginning(marks)?;
        let lsns = numbers(&records, needed_from, last);
        let total = lsns.len() as u64;
        for (i, lsn) in lsns.into_iter().enumerate() {
            let Some(bytes) = records.read(lsn)? else {
                self.gap(&mut walk, lsn, needed_from)?;
                continue;
            };
            self.end_gap(&mut walk, marks);
            self.report.counts.records += 1;
            self.record(&mut walk, lsn, &bytes, terms, marks);
            fold(&mut self.report, &mut folded, lsn, &bytes);
            (self.progress)("records", i as u64 + 1, total);
        }
        self.end_gap(&mut walk, marks);
        // A back-up holds no records below its checkpoint, fences neither.
        for term in walk.ruled.difference(&walk.fenced).filter(|_| !is_backup) {
            let costs = "an older master that comes back would not be stopped by it; leave the plane to servers of later \
                         terms only";
            self.report.damage("log", format!("the fence of term {term} is missing"), costs);
        }
        self.report.head = marks.listed.last().copied().unwrap_or_default().max(last);
        Ok(folded.filter(|f| f.lsn == last).map(|f| f.root))
    }

    /// Where folding begins: the newest checkpoint that is whole, as a server would.
    fn beginning(&mut self, marks: &Marks) -> Result<Option<Folded>, Trouble> {
        match marks.newest_whole() {
            Some(floor) => Ok(state::load(self.source, &self.plane, &names::ckpt_ok(floor))?.ok()),
            None if marks.listed.is_empty() => Ok(Some(Folded::genesis(&self.plane))),
            None => Ok(None),
        }
    }

    fn packs(&mut self, records: &mut Records<'_>) -> Result<(), Trouble> {
        for (name, first, last) in records.packs.clone() {
            let pack = records.pack(&name)?;
            self.report.counts.packs += 1;
            let costs = format!(
                "nothing now; a moment between records {first} and {last} cannot be restored from this plane"
            );
            let what = match pack {
                Err(why) if why == "it is gone" => continue,
                Err(why) => why.clone(),
                Ok(pack) if pack.records.first().map(|r| r.0) != Some(first) => {
                    "it begins elsewhere".to_owned()
                }
                Ok(pack) if pack.records.last().map(|r| r.0) != Some(last) => "it ends elsewhere".to_owned(),
                Ok(_) => continue,
            };
            self.report.damage(&name, what, costs);
        }
        Ok(())
    }

    fn record(
        &mut self,
        walk: &mut Walk,
        lsn: Lsn,
        bytes: &Arc<[u8]>,
        terms: &BTreeSet<Term>,
        marks: &Marks,
    ) {
        let name = names::record(lsn);
        let read = match record::decode(lsn, bytes) {
            Ok(read) => read,
            Err(refused) => {
                self.report.damage(&name, refused.to_string(), "no server of this release goes on behind it");
                walk.before = None;
                return;
            }
        };
        let covered = marks.newest_whole().filter(|floor| lsn <= *floor);
        if !read.damage.is_empty() {
            let (what, costs) = lines(bytes, &read);
            let costs = match covered {
                Some(floor) => format!(
                    "nothing now: checkpoint {floor} covers it; a restore to a moment before: {costs}"
                ),
                None => costs,
            };
            self.report.damage(&name, what, costs);
        }
        let before = walk.before.filter(|(at, _)| at.next() == lsn).and_then(|(_, chain)| chain);
        let before = before.or_else(|| self.known_chain(marks, Lsn(lsn.0 - 1)));
        if let Some(header) = &read.header {
            let seen = if header.kind == record::Kind::Fence { &mut walk.fenced } else { &mut walk.ruled };
            seen.insert(header.term);
            if !terms.contains(&header.term) {
                let what = format!("it is of term {}, which nobody claimed", header.term);
                self.report.damage(
                    &name,
                    what,
                    "the term file is missing, or the record was not written by a server",
                );
            }
            if before.is_some_and(|chain| chain != header.prev) {
                match header.kind {
                    record::Kind::Fence => self.report.note(
                        &name,
                        "a claimant that was misled made it",
                        "nothing: everybody steps over it",
                    ),
                    _ => self.report.damage(
                        &name,
                        "it names another history than the records before it",
                        "a record before it was replaced, or this one is of another plane",
                    ),
                }
            }
        }
        let prev = match (&read.header, before) {
            (Some(h), Some(chain)) if h.kind == record::Kind::Fence => Some(chain),
            (Some(h), _) => Some(h.prev),
            (None, before) => before,
        };
        // Its bytes are not what they were, so neither is the chain value that follows from them.
        let chain = prev.filter(|_| read.damage.is_empty()).map(|p| p.next(bytes));
        if let (Some(chain), Some(mark)) = (chain, marks.all.get(&lsn))
            && mark.chain != chain
        {
            let what = "the log up to it is not the history that it names".to_owned();
            self.report.damage(
                names::ckpt_ok(lsn),
                what,
                "servers that compare the two load the state anew, or stop",
            );
        }
        walk.before = Some((lsn, chain));
    }

    fn known_chain(&self, marks: &Marks, lsn: Lsn) -> Option<Chain> {
        match lsn.0 {
            // A restored plane begins at its first checkpoint.
            0 => Some(Chain::genesis(&self.plane.plane, self.plane.era)),
            _ => marks.all.get(&lsn).map(|mark| mark.chain),
        }
    }

    fn gap(&mut self, walk: &mut Walk, lsn: Lsn, needed_from: Lsn) -> Result<(), Trouble> {
        // What lies in the range of a pack is in it, or in the log. Old packs go while this reads.
        let packed = || {
            let names = self.source.list("hist")?;
            let mut packs = names.iter().filter_map(Kept::of);
            Ok(packs.any(|k| matches!(k, Kept::Pack(first, last, _) if (first..=last).contains(&lsn))))
        };
        if lsn < needed_from && !packed()? {
            return Ok(());
        }
        // Pruned while this was reading?
        let marks: Vec<Lsn> = state::marks(self.source)?.into_iter().map(|(floor, _)| floor).collect();
        if lsn >= needed_from && marks.len() >= 2 && lsn <= marks[marks.len() - 2] {
            return Ok(());
        }
        walk.missing = Some(walk.missing.map_or((lsn, lsn), |(first, _)| (first, lsn)));
        Ok(())
    }

    fn end_gap(&mut self, walk: &mut Walk, marks: &Marks) {
        let Some((first, last)) = walk.missing.take() else { return };
        walk.before = None;
        let what = if first == last {
            "it is missing".to_owned()
        } else {
            format!("it and all up to record {last} are missing")
        };
        let costs = match marks.newest_whole().filter(|floor| last <= *floor) {
            Some(floor) => format!(
                "nothing now: checkpoint {floor} covers it; if that one fails, no older one can be used"
            ),
            None => {
                "the changes in it are lost, and no server goes on behind it; a back-up has it".to_owned()
            }
        };
        self.report.damage(names::record(first), what, costs);
    }
}

/// Where a walk through the log stands.
struct Walk {
    /// The record before, with its chain value if that is known.
    before: Option<(Lsn, Option<Chain>)>,
    missing: Option<(Lsn, Lsn)>,
    /// Terms whose fence was read, and those of other records.
    fenced: BTreeSet<Term>,
    ruled: BTreeSet<Term>,
}

/// From where on no record may be missing. What lies at or below the second newest checkpoint may be pruned; as long
/// as there is only one, nothing was, except before a restore.
fn needed_from(marks: &Marks, is_backup: bool) -> Lsn {
    match marks.listed.as_slice() {
        [] => Lsn(1),
        [only] => {
            let restored = marks.all.get(only).is_some_and(|m| m.folder.starts_with(crate::restore::FOLDER));
            if restored || is_backup { only.next() } else { Lsn(1) }
        }
        [.., second, _] => second.next(),
    }
}

/// What is to be looked at: all that there is, and all that must be there.
fn numbers(records: &Records<'_>, needed_from: Lsn, last: Lsn) -> BTreeSet<Lsn> {
    let mut all = records.log.clone();
    for (_, first, last) in &records.packs {
        all.extend((first.0..=last.0.min(first.0 + FAR)).map(Lsn));
    }
    all.extend((needed_from.0..=last.0).map(Lsn));
    all
}

fn fold(report: &mut super::Report, folded: &mut Option<Folded>, lsn: Lsn, bytes: &[u8]) {
    let Some(state) = folded else { return };
    if state.lsn.next() != lsn {
        return;
    }
    match state.apply(bytes) {
        Ok(Applied::Taken | Applied::Void | Applied::Foreign) => {}
        Err(why) => {
            report.damage(
                names::record(lsn),
                why,
                "servers stop at it; start a release that knows it, or use a back-up",
            );
            *folded = None;
        }
    }
}

/// Which lines of a record cannot be read, and what they were about.
fn lines(bytes: &[u8], read: &record::Record) -> (String, String) {
    let mut all: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    if all.last().is_some_and(|l| l.is_empty()) {
        all.pop();
    }
    let sound: HashSet<&[u8]> = read.ops.iter().map(|op| op.as_bytes()).collect();
    let is_bad = |line: &&&[u8]| line.get(17..).is_none_or(|text| !sound.contains(text));
    let bad: Vec<&[u8]> = all.iter().skip(1).filter(is_bad).copied().collect();
    let ops = read.header.as_ref().map_or(all.len().saturating_sub(1), |h| h.ops);
    let mut costs: Vec<String> = bad.iter().map(|l| told(l.get(17..).unwrap_or_default())).collect();
    if read.header.as_ref().is_some_and(|h| h.ops + 1 > all.len()) {
        costs.push(format!("{} of its operations are not there", ops + 1 - all.len()));
    }
    if costs.is_empty() {
        costs.push("nothing: all of its operations can be read".to_owned());
    }
    costs.truncate(20);
    let unreadable = ops - read.ops.len().min(ops);
    (format!("{} of {ops} operations unreadable ({})", unreadable, read.damage_text()), costs.join("; "))
}

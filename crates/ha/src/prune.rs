//! Pruning of what two seasoned checkpoints cover. Fences and terms are never deleted: a deposed master that
//! wakes up must collide. Neither is a record that cannot be read.
//!
//! Where history is kept, records go into a pack before they are deleted. A pack is one more file and decides
//! nothing: what is deleted, and when, is the same with and without.

use std::collections::VecDeque;
use std::sync::Arc;

use base::{Lsn, Mono, Span, limits};

use crate::names;
use crate::pack::{Packing, pack_name};
use crate::prune_ckpt::{Ckpts, Hist};
use crate::record::{self, Kind};
use crate::state::{Ha, Stage, Want};
use crate::verbs::{Answer, Lane, Name, Verb};

const PERIOD: Span = Span::secs(10);

/// Pruning of what two checkpoints cover.
#[derive(Default)]
pub(crate) struct Prune {
    pub(crate) job: PruneJob,
    pub(crate) next_at: Mono,
    /// Records up to here were looked at in this life.
    pub(crate) done_to: Lsn,
    /// Records that were read and are to go into a pack.
    packing: Packing,
}

/// A place in the log that is being pruned.
pub(crate) struct Cursor {
    upto: Lsn,
    folder: u64,
    queue: VecDeque<Name>,
    /// Another page follows after this name.
    last: Option<Name>,
}

#[derive(Default)]
pub(crate) enum PruneJob {
    #[default]
    Idle,
    /// Listing the log up to a floor.
    List {
        upto: Lsn,
        folder: u64,
    },
    /// Reading the first of the queue: only data and noops are deleted.
    Read(Cursor),
    /// Deleting it.
    Delete(Cursor),
    /// Making a pack, or reading it back when it is not known whether it was made.
    Pack {
        cursor: Cursor,
        name: Name,
        bytes: Arc<[u8]>,
    },
    /// Deleting what is in it, one by one.
    Packed {
        cursor: Cursor,
        left: VecDeque<Name>,
    },
    /// What becomes of checkpoints and old packs.
    Hist(Hist),
    Ckpt(Ckpts),
}

impl Ha {
    pub(crate) fn prunes(&self) -> bool {
        self.serving() && matches!(self.prune.job, PruneJob::Idle)
    }

    /// The second newest of the checkpoints that this process has known for long enough.
    fn prune_floor(&self) -> Option<Lsn> {
        let age = self.cfg.prune_after.max(self.cfg.timeout * 2);
        // Longer than any directory cache (clause 9).
        let age = if base::mutant::on(base::Mutant::PrunedAtOnce) { Span::ZERO } else { age };
        let now = self.now();
        let seasoned = self.ckpt.known.iter().filter(|(_, seen)| now.since(*seen) >= age);
        let seasoned: Vec<Lsn> = seasoned.map(|(lsn, _)| *lsn).collect();
        // The second newest (clause 9).
        let back = if base::mutant::on(base::Mutant::NewestIsPruned) { 1 } else { 2 };
        seasoned.len().checked_sub(back).map(|i| seasoned[i])
    }

    pub(crate) fn run_prune(&mut self) {
        if !matches!(self.stage, Stage::Reign(_)) {
            self.prune.job = PruneJob::Idle;
            return;
        }
        if !self.prunes() || self.now() < self.prune.next_at {
            return;
        }
        self.prune.next_at = self.now() + PERIOD;
        if let Some(upto) = self.prune_floor().filter(|f| *f > self.prune.done_to) {
            let folder = self.prune.done_to.0 / names::LOG_FOLDER_SIZE;
            self.prune.packing = Packing::default();
            self.prune_list(upto, folder, None);
        }
    }

    pub(crate) fn prune_ask(&mut self, verb: Verb) {
        self.ask(Lane::Bulk, verb, Want::Prune);
    }

    fn prune_list(&mut self, upto: Lsn, folder: u64, after: Option<Name>) {
        if folder > upto.0 / names::LOG_FOLDER_SIZE {
            if self.prune.packing.range().is_some() {
                return self.prune_pack(Cursor { upto, folder, queue: VecDeque::new(), last: None });
            }
            return self.prune_hist(upto);
        }
        self.prune.job = PruneJob::List { upto, folder };
        self.prune_ask(Verb::List { prefix: names::log_folder(folder), after, max: limits::LIST_PAGE_MAX });
    }

    pub(crate) fn prune_answer(&mut self, answer: Answer) {
        if !self.serving() {
            self.prune.job = PruneJob::Idle;
            return;
        }
        match (std::mem::take(&mut self.prune.job), answer) {
            (PruneJob::List { upto, folder }, Answer::Page { names, more }) => {
                let last = more.then(|| names.last().cloned()).flatten();
                let queue: VecDeque<Name> =
                    names.into_iter().filter(|n| lsn_of(n).is_some_and(|lsn| lsn <= upto)).collect();
                self.prune_next(Cursor { upto, folder, queue, last });
            }
            (PruneJob::Read(cursor), Answer::Content(found)) => self.prune_record(cursor, found),
            (PruneJob::Delete(mut cursor), Answer::Done) => {
                cursor.queue.pop_front();
                self.prune_next(cursor);
            }
            (PruneJob::Pack { cursor, .. }, Answer::Created) => self.prune_packed(cursor),
            // Not known to be made: read back.
            (PruneJob::Pack { cursor, .. }, Answer::Unknown(_))
                if base::mutant::on(base::Mutant::PackUnproved) =>
            {
                self.prune_packed(cursor);
            }
            (PruneJob::Pack { cursor, name, bytes }, Answer::Exists | Answer::Unknown(_)) => {
                self.prune.job = PruneJob::Pack { cursor, name: name.clone(), bytes };
                self.prune_ask(Verb::Read { name });
            }
            (PruneJob::Pack { cursor, bytes, .. }, Answer::Content(Some(found))) if found == bytes => {
                self.prune_packed(cursor);
            }
            (PruneJob::Packed { cursor, mut left }, Answer::Done) => {
                left.pop_front();
                self.prune_unpack(cursor, left);
            }
            (PruneJob::Hist(hist), answer @ Answer::Page { .. }) => self.prune_hist_answer(hist, answer),
            (PruneJob::Ckpt(ckpts), answer) => self.prune_ckpt_answer(ckpts, answer),
            (_, Answer::Failed(fault) | Answer::Unknown(fault)) => {
                self.note_trouble("pruning the log", &fault.text);
            }
            _ => {}
        }
    }

    /// A record that was read: deleted, or put into the pack to be deleted with it, or left.
    fn prune_record(&mut self, mut cursor: Cursor, found: Option<Arc<[u8]>>) {
        let Some(name) = cursor.queue.front().cloned() else { return };
        let lsn = lsn_of(&name).unwrap_or_default();
        let deletable = found.filter(|bytes| {
            record::decode(lsn, bytes).is_ok_and(|r| {
                r.header.is_some_and(|h| {
                    matches!(h.kind, Kind::Data | Kind::Noop)
                        // Never fences (clause 9).
                        || base::mutant::on(base::Mutant::FencesDeleted)
                })
            })
        });
        match deletable {
            // Nothing goes that a pack does not hold.
            Some(bytes) if self.cfg.history > Span::ZERO && !base::mutant::on(base::Mutant::PackLeftOut) => {
                self.prune.packing.push(lsn, bytes);
                cursor.queue.pop_front();
                self.prune_next(cursor);
            }
            Some(_) => {
                self.prune.job = PruneJob::Delete(cursor);
                self.prune_ask(Verb::Delete { name });
            }
            None => {
                cursor.queue.pop_front();
                self.prune_next(cursor);
            }
        }
    }

    fn prune_next(&mut self, cursor: Cursor) {
        if self.prune.packing.is_full() {
            self.prune_pack(cursor);
        } else if let Some(name) = cursor.queue.front().cloned() {
            self.prune.job = PruneJob::Read(cursor);
            self.prune_ask(Verb::Read { name });
        } else if let Some(last) = cursor.last {
            self.prune_list(cursor.upto, cursor.folder, Some(last));
        } else {
            self.prune_list(cursor.upto, cursor.folder + 1, None);
        }
    }

    fn prune_pack(&mut self, cursor: Cursor) {
        let Some((first, last)) = self.prune.packing.range() else { return self.prune_next(cursor) };
        let name = pack_name(first, last, self.at.wall);
        let bytes = self.prune.packing.to_bytes(self.at.wall);
        self.prune.job = PruneJob::Pack { cursor, name: name.clone(), bytes: bytes.clone() };
        self.prune_ask(Verb::Create { name, bytes });
    }

    fn prune_packed(&mut self, cursor: Cursor) {
        let left = std::mem::take(&mut self.prune.packing).lsns().map(names::record).collect();
        self.prune_unpack(cursor, left);
    }

    fn prune_unpack(&mut self, cursor: Cursor, left: VecDeque<Name>) {
        match left.front().cloned() {
            Some(name) => {
                self.prune.job = PruneJob::Packed { cursor, left };
                self.prune_ask(Verb::Delete { name });
            }
            None => self.prune_next(cursor),
        }
    }

    pub(crate) fn prune_done(&mut self, upto: Lsn) {
        self.ckpt.known.retain(|(lsn, _)| *lsn >= upto);
        let next_at = self.prune.next_at;
        self.prune = Prune { next_at, done_to: upto, ..Prune::default() };
    }
}

fn lsn_of(name: &Name) -> Option<Lsn> {
    names::number(name.leaf(), ".json").map(Lsn)
}

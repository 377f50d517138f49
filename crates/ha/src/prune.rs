//! Pruning of what two seasoned checkpoints cover. Fences and terms are never deleted: a deposed master that
//! wakes up must collide. Neither is a record that cannot be read.

use std::collections::VecDeque;

use base::{Lsn, Mono, Span, limits};

use crate::names;
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
    /// Reading (only data and noops are deleted) and deleting, one by one; `last`: another page follows.
    Record {
        upto: Lsn,
        folder: u64,
        queue: VecDeque<crate::verbs::Name>,
        last: Option<crate::verbs::Name>,
    },
    /// Listing checkpoints below a floor.
    ListCkpt {
        upto: Lsn,
    },
    Ckpt {
        upto: Lsn,
        queue: VecDeque<crate::verbs::Name>,
    },
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
            self.prune_list(upto, folder, None);
        }
    }

    fn prune_ask(&mut self, verb: Verb) {
        self.ask(Lane::Bulk, verb, Want::Prune);
    }

    fn prune_list(&mut self, upto: Lsn, folder: u64, after: Option<Name>) {
        if folder > upto.0 / names::LOG_FOLDER_SIZE {
            self.prune.job = PruneJob::ListCkpt { upto };
            let prefix = names::folder(names::Folder::Ckpt);
            return self.prune_ask(Verb::List { prefix, after: None, max: limits::LIST_PAGE_MAX });
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
                let queue: VecDeque<Name> = names
                    .into_iter()
                    .filter(|n| names::number(n.leaf(), ".json").is_some_and(|lsn| lsn <= upto.0))
                    .collect();
                self.prune_next(upto, folder, queue, last);
            }
            (PruneJob::Record { upto, folder, mut queue, last }, Answer::Content(found)) => {
                let Some(name) = queue.front().cloned() else { return };
                let deletable = found.is_some_and(|bytes| {
                    let lsn = names::number(name.leaf(), ".json").map(Lsn).unwrap_or_default();
                    record::decode(lsn, &bytes).is_ok_and(|r| {
                        r.header.is_some_and(|h| {
                            matches!(h.kind, Kind::Data | Kind::Noop)
                            // Never fences (clause 9).
                            || base::mutant::on(base::Mutant::FencesDeleted)
                        })
                    })
                });
                if deletable {
                    self.prune.job = PruneJob::Record { upto, folder, queue, last };
                    self.prune_ask(Verb::Delete { name });
                } else {
                    queue.pop_front();
                    self.prune_next(upto, folder, queue, last);
                }
            }
            (PruneJob::Record { upto, folder, mut queue, last }, Answer::Done) => {
                queue.pop_front();
                self.prune_next(upto, folder, queue, last);
            }
            (PruneJob::ListCkpt { upto }, Answer::Page { names, .. }) => {
                // What a full page leaves over is met the next time.
                let below = |n: &Name| {
                    let number = n.as_str().split('/').nth(1).map(|s| s.trim_end_matches(".ok"));
                    number.and_then(|s| s.parse::<u64>().ok()).is_some_and(|lsn| lsn < upto.0)
                };
                let queue = names.into_iter().filter(below).collect();
                self.prune_ckpt(upto, queue);
            }
            (PruneJob::Ckpt { upto, mut queue }, Answer::Done) => {
                queue.pop_front();
                self.prune_ckpt(upto, queue);
            }
            (_, Answer::Failed(fault) | Answer::Unknown(fault)) => {
                self.note_trouble("pruning the log", &fault.text);
            }
            _ => {}
        }
    }

    fn prune_next(&mut self, upto: Lsn, folder: u64, queue: VecDeque<Name>, last: Option<Name>) {
        if let Some(name) = queue.front().cloned() {
            self.prune.job = PruneJob::Record { upto, folder, queue, last };
            self.prune_ask(Verb::Read { name });
        } else if let Some(last) = last {
            self.prune_list(upto, folder, Some(last));
        } else {
            self.prune_list(upto, folder + 1, None);
        }
    }

    fn prune_ckpt(&mut self, upto: Lsn, queue: VecDeque<Name>) {
        match queue.front().cloned() {
            Some(name) => {
                self.prune.job = PruneJob::Ckpt { upto, queue };
                self.prune_ask(Verb::Delete { name });
            }
            None => {
                self.ckpt.known.retain(|(lsn, _)| *lsn >= upto);
                let next_at = self.prune.next_at;
                self.prune = Prune { job: PruneJob::Idle, next_at, done_to: upto };
            }
        }
    }
}

//! The second half of pruning: checkpoints that two newer ones make superfluous, and packs that are too old.
//!
//! Going back to a moment needs a checkpoint below it. So now and then a checkpoint that is due to go stays as a
//! *base*: its mark moves to `hist/`, where nobody who loads the state looks, and its parts stay where they are.

use std::collections::{BTreeSet, VecDeque};

use base::{Lsn, Span, WallMs, limits};

use crate::files::{self, OkFile};
use crate::names::{self, Folder};
use crate::pack::{Kept, base_name};
use crate::prune::PruneJob;
use crate::state::Ha;
use crate::verbs::{Answer, Name, Verb};

/// So many bases cover the time for which history is kept.
const BASES: u64 = 8;

/// Listing what is kept.
pub(crate) struct Hist {
    upto: Lsn,
    kept: Vec<(Name, Kept)>,
}

/// Deleting checkpoints, then what is too old.
pub(crate) struct Ckpts {
    upto: Lsn,
    bases: BTreeSet<Lsn>,
    /// When the youngest base was made.
    youngest: Option<WallMs>,
    expired: VecDeque<Name>,
    step: Step,
}

enum Step {
    List,
    /// Reading the mark of a checkpoint that becomes a base, then creating it there.
    Base {
        floor: Lsn,
        page: Vec<Name>,
        last: Option<Name>,
    },
    Delete {
        queue: VecDeque<Name>,
        last: Option<Name>,
    },
    Expire,
}

impl Ha {
    pub(crate) fn prune_hist(&mut self, upto: Lsn) {
        self.prune_list_hist(Hist { upto, kept: Vec::new() }, None);
    }

    fn prune_list_hist(&mut self, hist: Hist, after: Option<Name>) {
        self.prune.job = PruneJob::Hist(hist);
        let (prefix, max) = (names::folder(Folder::Hist), limits::LIST_PAGE_MAX);
        self.prune_ask(Verb::List { prefix, after, max });
    }

    pub(crate) fn prune_hist_answer(&mut self, mut hist: Hist, answer: Answer) {
        let Answer::Page { names, more } = answer else { return };
        let last = more.then(|| names.last().cloned()).flatten();
        hist.kept.extend(names.into_iter().filter_map(|name| Some((name.clone(), Kept::of(&name)?))));
        if last.is_some() {
            return self.prune_list_hist(hist, last);
        }
        let expired = expired(&hist.kept, self.cfg.history, self.at.wall);
        let bases = hist.kept.iter().filter(|(name, _)| !expired.contains(name));
        let bases: Vec<(Lsn, WallMs)> = bases
            .filter_map(|(_, kept)| match kept {
                Kept::Base(floor, at) => Some((*floor, *at)),
                Kept::Pack(..) => None,
            })
            .collect();
        let youngest = bases.iter().map(|(_, at)| *at).max();
        let bases = bases.into_iter().map(|(floor, _)| floor).collect();
        let ckpts = Ckpts { upto: hist.upto, bases, youngest, expired: expired.into(), step: Step::List };
        self.prune_list_ckpt(ckpts, None);
    }

    fn prune_list_ckpt(&mut self, ckpts: Ckpts, after: Option<Name>) {
        self.prune.job = PruneJob::Ckpt(Ckpts { step: Step::List, ..ckpts });
        let (prefix, max) = (names::folder(Folder::Ckpt), limits::LIST_PAGE_MAX);
        self.prune_ask(Verb::List { prefix, after, max });
    }

    pub(crate) fn prune_ckpt_answer(&mut self, mut ckpts: Ckpts, answer: Answer) {
        let step = std::mem::replace(&mut ckpts.step, Step::List);
        match (step, answer) {
            (Step::List, Answer::Page { names, more }) => {
                let last = more.then(|| names.last().cloned()).flatten();
                let due = names.iter().find_map(|name| self.base_due(&ckpts, name));
                match due {
                    Some(floor) => {
                        ckpts.step = Step::Base { floor, page: names, last };
                        self.prune.job = PruneJob::Ckpt(ckpts);
                        self.prune_ask(Verb::Read { name: names::ckpt_ok(floor) });
                    }
                    None => self.prune_page(ckpts, names, last),
                }
            }
            (Step::Base { floor, page, last }, Answer::Content(found)) => {
                let sound = found.filter(|bytes| files::from_bytes::<OkFile>(bytes).is_ok());
                match sound {
                    Some(bytes) => {
                        ckpts.step = Step::Base { floor, page, last };
                        self.prune.job = PruneJob::Ckpt(ckpts);
                        self.prune_ask(Verb::Create { name: base_name(floor, self.at.wall), bytes });
                    }
                    // It marks nothing that could be loaded.
                    None => self.prune_page(ckpts, page, last),
                }
            }
            (Step::Base { floor, page, last }, Answer::Created | Answer::Exists) => {
                ckpts.bases.insert(floor);
                ckpts.youngest = Some(self.at.wall);
                self.prune_page(ckpts, page, last);
            }
            (Step::Delete { mut queue, last }, Answer::Done) => {
                queue.pop_front();
                self.prune_delete(ckpts, queue, last);
            }
            (Step::Expire, Answer::Done) => {
                ckpts.expired.pop_front();
                self.prune_expire(ckpts);
            }
            (_, Answer::Failed(fault) | Answer::Unknown(fault)) => {
                self.note_trouble("pruning checkpoints", &fault.text);
            }
            _ => {}
        }
    }

    /// Whether this name is the mark of a checkpoint that is due to go, and should stay as a base.
    fn base_due(&self, ckpts: &Ckpts, name: &Name) -> Option<Lsn> {
        let floor = names::number(name.leaf(), ".ok").map(Lsn).filter(|f| *f < ckpts.upto)?;
        let apart = Span(self.cfg.history.0 / BASES);
        let due = ckpts.youngest.is_none_or(|at| self.at.wall.0.saturating_sub(at.0) >= apart.as_millis());
        (self.cfg.history > Span::ZERO && due && !ckpts.bases.contains(&floor)).then_some(floor)
    }

    fn prune_page(&mut self, ckpts: Ckpts, page: Vec<Name>, last: Option<Name>) {
        let goes = |name: &Name| {
            let below = names::ckpt_floor(name).filter(|floor| *floor < ckpts.upto);
            below.is_some_and(|floor| {
                names::number(name.leaf(), ".ok").is_some() || !ckpts.bases.contains(&floor)
            })
        };
        let queue = page.into_iter().filter(goes).collect();
        self.prune_delete(ckpts, queue, last);
    }

    fn prune_delete(&mut self, mut ckpts: Ckpts, queue: VecDeque<Name>, last: Option<Name>) {
        match (queue.front().cloned(), last) {
            (Some(name), last) => {
                ckpts.step = Step::Delete { queue, last };
                self.prune.job = PruneJob::Ckpt(ckpts);
                self.prune_ask(Verb::Delete { name });
            }
            (None, Some(last)) => self.prune_list_ckpt(ckpts, Some(last)),
            (None, None) => self.prune_expire(ckpts),
        }
    }

    fn prune_expire(&mut self, mut ckpts: Ckpts) {
        match ckpts.expired.front().cloned() {
            Some(name) => {
                ckpts.step = Step::Expire;
                self.prune.job = PruneJob::Ckpt(ckpts);
                self.prune_ask(Verb::Delete { name });
            }
            None => self.prune_done(ckpts.upto),
        }
    }
}

/// What of this is too old, or too much. A base stays as long as a kept pack may need it.
fn expired(kept: &[(Name, Kept)], history: Span, wall: WallMs) -> Vec<Name> {
    let packs: Vec<(&Name, Lsn, WallMs)> = kept
        .iter()
        .filter_map(|(name, kept)| match kept {
            Kept::Pack(first, _, at) => Some((name, *first, *at)),
            Kept::Base(..) => None,
        })
        .collect();
    let too_many = packs.len().saturating_sub(limits::PACKS_MAX);
    let is_old = |at: WallMs| {
        wall.0.saturating_sub(at.0) >= history.as_millis() || base::mutant::on(base::Mutant::PackGoesEarly)
    };
    let goes = |(i, (_, _, at)): &(usize, &(&Name, Lsn, WallMs))| *i < too_many || is_old(*at);
    let (old, young): (Vec<_>, Vec<_>) = packs.iter().enumerate().partition(goes);
    let oldest = young.iter().map(|(_, (_, first, _))| *first).min();
    let floors = || {
        kept.iter().filter_map(|(name, kept)| match kept {
            Kept::Base(floor, _) => Some((name, *floor)),
            Kept::Pack(..) => None,
        })
    };
    // The newest base below the oldest pack is where going back begins.
    let begin = oldest.and_then(|first| floors().map(|(_, f)| f).filter(|f| *f < first).max());
    let bases = floors().filter(|(_, floor)| oldest.is_none() || begin.is_some_and(|begin| *floor < begin));
    old.into_iter()
        .map(|(_, (name, ..))| (*name).clone())
        .chain(bases.map(|(name, _)| name.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::pack_name;

    fn kept(names: &[Name]) -> Vec<(Name, Kept)> {
        names.iter().map(|name| (name.clone(), Kept::of(name).unwrap())).collect()
    }

    #[test]
    fn a_base_stays_as_long_as_a_pack_above_it_is_kept() {
        let at = |secs: u64| WallMs(secs * 1000);
        let packs = [(1, 9), (10, 19), (20, 29), (30, 39)];
        let packs: Vec<Name> = packs.iter().map(|(a, b)| pack_name(Lsn(*a), Lsn(*b), at(*b))).collect();
        let bases: Vec<Name> = [5, 9, 25].iter().map(|f| base_name(Lsn(*f), at(*f))).collect();
        let all = kept(&[packs.clone(), bases.clone()].concat());
        // At 35 s, with 20 s kept, the first pack is old; the base at 9 is where the second one begins.
        let gone = expired(&all, Span::secs(20), at(35));
        assert_eq!(gone, [packs[0].clone(), bases[0].clone()]);
        assert!(expired(&all, Span::secs(100), at(35)).is_empty());
        // Without any pack nothing lies above a base.
        assert_eq!(expired(&all, Span::ZERO, at(40)).len(), all.len());
    }

    #[test]
    fn there_are_never_more_packs_than_the_limit() {
        let names: Vec<Name> =
            (0..limits::PACKS_MAX as u64 + 3).map(|n| pack_name(Lsn(n), Lsn(n), WallMs(5))).collect();
        let gone = expired(&kept(&names), Span::secs(1000), WallMs(5));
        assert_eq!(gone, names[..3]);
    }
}

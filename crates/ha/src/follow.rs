//! Reading the log: record after record by name, never a name that may not exist yet; or anew from a checkpoint.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use base::{Lsn, Mono, Span, Term};

use crate::ahead::Ahead;
use crate::input::{Effect, Fold, Level, Point};
use crate::names;
use crate::record::{self, Chain, Kind, Record};
use crate::reload::Reload;
use crate::state::{Ha, Stage};
use crate::verbs::Answer;

/// Between two tries while a record cannot be had.
pub(crate) const RETRY: Span = Span::millis(250);
/// What to do about a file of the history that stays missing.
pub(crate) const NEXT_STEP: &str = "if it stays so, see what is missing with `brownstone store verify`, then bring the file \
                                    back, or a back-up with `brownstone store restore`";
/// Chain values that are kept, to compare with a checkpoint's without reading anything again.
const RECENT_MAX: usize = 32_768;

/// The log as it was folded.
pub(crate) struct Follow {
    /// The last record folded; `None`: this node holds no state.
    pub(crate) have: Option<Point>,
    /// The term of the last valid fence, and the last term that wrote data.
    pub(crate) fence_term: Term,
    pub(crate) data_term: Term,
    /// The newest format of a record that was folded: that in force.
    pub(crate) format: u32,
    /// Up to where an earlier life had it.
    pub(crate) had: Lsn,
    /// Up to where the log is known to reach: by a beat, or because it was folded in this life. It never falls.
    pub(crate) target: Lsn,
    /// Up to where the master, or a listing, says that it reaches. A hint, dropped when it is wrong.
    pub(crate) told: Lsn,
    pub(crate) job: Job,
    /// Records above `have`: asked for, or there and not folded yet.
    pub(crate) ahead: Ahead,
    /// Counts requests of reloads and records.
    pub(crate) serial: u64,
    /// The last record was damaged: what follows decides the chain.
    pub(crate) uncertain: bool,
    /// Where `prev` did not fit before a reload; what does not fit again after it is judged.
    pub(crate) mismatches: BTreeSet<Lsn>,
    /// Chain values of the last records, oldest first; the last belongs to `have`.
    pub(crate) recent: VecDeque<Chain>,
    /// Where the state was loaded from.
    pub(crate) loaded: Option<Point>,
    /// Whether the target was reached since the state was loaded.
    pub(crate) ready: bool,
    /// Why the log cannot be followed, and whether it may pass by itself.
    pub(crate) failed: Option<FollowFailed>,
    /// Since when the next record cannot be had.
    pub(crate) stuck_since: Option<Mono>,
}

pub(crate) struct FollowFailed {
    pub(crate) why: String,
    pub(crate) passing: bool,
}

/// What is being read of the log.
pub(crate) enum Job {
    /// Nothing but records ahead, if there are any.
    Idle,
    /// Wait before the next try.
    Wait(Mono),
    Reload(Reload),
}

impl Follow {
    /// Wants nothing of the log any more; answers that are under way are for nobody.
    pub(crate) fn rest(&mut self) {
        self.job = Job::Idle;
        self.ahead.clear();
    }
}

impl Ha {
    /// Gives up the folded state.
    pub(crate) fn drop_state(&mut self) {
        if self.log.have.is_some() {
            self.out.push(Effect::Fold(Fold::Drop));
        }
        self.forget_log();
    }

    fn forget_log(&mut self) {
        self.log.have = None;
        self.log.recent.clear();
        self.log.loaded = None;
        self.log.uncertain = false;
        self.log.ready = false;
        self.log.rest();
    }

    /// Begins again from the newest checkpoint.
    pub(crate) fn reload(&mut self, why: &str) {
        self.say(Level::Info, format!("loading the state from the newest checkpoint: {why}"));
        self.forget_log();
    }

    /// A record that must not be folded, or a state that cannot be: said, and tried again now and then.
    pub(crate) fn follow_failed(&mut self, why: String, passing: bool) {
        if self.log.failed.as_ref().is_none_or(|f| f.why != why) {
            self.say(Level::Error, format!("cannot follow the log: {why}"));
            self.log.failed = Some(FollowFailed { why: why.clone(), passing });
            self.beat_soon();
        }
        if !passing {
            self.drop_state();
        }
        if let Stage::Claim(_) = self.stage {
            self.give_up_claim(&why);
        }
    }

    pub(crate) fn fold_failed(&mut self, lsn: Lsn, why: String) {
        self.forget_log();
        self.follow_failed(format!("record {lsn} cannot be applied: {why}"), false);
        if matches!(self.stage, Stage::Reign(_)) {
            self.depose("its own state could not be folded");
        }
    }

    pub(crate) fn run_log(&mut self) {
        if !self.wants_state() || matches!(self.stage, Stage::Reign(_)) || self.anchor.gone.is_some() {
            return;
        }
        if let Job::Wait(at) = self.log.job {
            if self.now() < at {
                return;
            }
            self.log.job = Job::Idle;
            self.log.forget_failures();
        }
        if !matches!(self.log.job, Job::Idle) || self.log.failed.as_ref().is_some_and(|f| !f.passing) {
            return;
        }
        match self.log.have {
            None => self.begin_reload(),
            Some(_) => {
                self.fold_ahead();
                let Some(point) = self.log.have.filter(|_| matches!(self.log.job, Job::Idle)) else { return };
                if point.lsn >= self.log.target {
                    self.caught_up();
                }
                self.read_ahead(point.lsn);
            }
        }
    }

    /// The master names its head before its next beat does: what it names can be read now.
    pub(crate) fn told_head(&mut self, term: Term, lsn: Lsn) {
        // Of the newest term only: what a deposed master names may not exist yet.
        let rules = term == self.terms.newest || base::mutant::on(base::Mutant::ToldByTheDeposed);
        if rules && matches!(self.stage, Stage::Follow) {
            self.log.told = self.log.told.max(lsn);
            // A hint that decides nothing.
            if base::mutant::on(base::Mutant::ToldIsDurable) {
                self.log.target = self.log.target.max(lsn);
            }
        }
    }

    fn caught_up(&mut self) {
        self.log.stuck_since = None;
        self.log.ready = true;
        if self.log.failed.take().is_some() {
            self.say(Level::Info, "the log can be followed again");
            self.beat_soon();
        }
    }

    pub(crate) fn log_wake(&self) -> Option<Mono> {
        match self.log.job {
            Job::Wait(at) if self.wants_state() && self.anchor.gone.is_none() => Some(at),
            _ => None,
        }
    }

    /// The next record, or why it could not be had.
    pub(crate) fn next_record(&mut self, lsn: Lsn, tries: u32, answer: Answer) {
        match answer {
            Answer::Content(Some(bytes)) => self.fold_record(lsn, &bytes, tries),
            _ if lsn > self.log.target => self.log.told = Lsn(0),
            Answer::Content(None) if self.ckpt.known.last().is_some_and(|(f, _)| lsn <= *f) => {
                self.reload(&format!("record {lsn} lies below the newest checkpoint and is pruned"));
            }
            Answer::Content(None) => {
                self.doubt_anchor();
                let name = names::record(lsn);
                self.stuck(lsn, &format!("{name} is named as durable and cannot be found; {NEXT_STEP}"));
            }
            Answer::Failed(fault) | Answer::Unknown(fault) => {
                self.note_trouble("reading the log", &fault.text);
                self.stuck(lsn, &fault.text);
            }
            _ => {}
        }
    }

    fn stuck(&mut self, lsn: Lsn, what: &str) {
        let now = self.now();
        self.log.job = Job::Wait(now + RETRY.min(self.cfg.poll));
        let since = *self.log.stuck_since.get_or_insert(now);
        if now.since(since) > self.cfg.timeout {
            self.follow_failed(format!("lost touch with the log at record {lsn}: {what}"), true);
        }
    }

    /// Folds a record over the state, if it belongs to this history.
    pub(crate) fn fold_record(&mut self, lsn: Lsn, bytes: &Arc<[u8]>, tries: u32) {
        let Some(point) = self.log.have else { return };
        debug_assert_eq!(point.lsn.next(), lsn);
        let record = match record::decode_up_to(self.cfg.formats, lsn, bytes) {
            Ok(record) => record,
            Err(refused) => return self.follow_failed(refused.to_string(), false),
        };
        if !record.damage.is_empty() && tries == 0 {
            // Called damaged only when a second, separate open says the same.
            return self.read_record(lsn, 1);
        }
        self.log.stuck_since = None;
        if let Some(header) = &record.header
            && header.prev != point.chain
            // It belongs to this history or is judged (clause 5).
            && !base::mutant::on(base::Mutant::ChainIgnored)
        {
            if self.log.uncertain {
                // The record before was damaged: what follows tells what its chain value was.
                self.fold_sound(lsn, bytes, &record, header.prev);
                return;
            }
            if self.log.mismatches.insert(lsn) {
                return self.reload(&format!("record {lsn} names another history than the one folded here"));
            }
            // Read again from the newest checkpoint, and it still does not fit: I agree with the checkpoint.
            if header.kind == Kind::Fence {
                self.say(Level::Warn, format!("record {lsn} is a misled claimant's fence: stepped over"));
                let (term, node) = (header.term, header.node.clone());
                self.log.fence_term = self.log.fence_term.max(term);
                self.advance(lsn, point.chain.next(bytes));
                return self.saw_term(term, &node);
            }
            self.note_damage(
                names::record(lsn).to_string(),
                "it names another history; its operations are applied as they are",
            );
            return self.fold_sound(lsn, bytes, &record, header.prev);
        }
        self.fold_sound(lsn, bytes, &record, point.chain);
    }

    fn fold_sound(&mut self, lsn: Lsn, bytes: &Arc<[u8]>, record: &Record, prev: Chain) {
        let name = names::record(lsn).to_string();
        for flaw in &record.damage {
            let costs = match record.header {
                _ if flaw.loses => "what it changed is missing here",
                Some(_) => "all operations that can be read are applied",
                None => "all operations that can be read are applied; how many there were is not known",
            };
            self.note_damage(name.clone(), format!("{}: {costs}", flaw.what));
            self.out.push(Effect::Fold(Fold::Gap));
        }
        if let Some(header) = &record.header {
            self.saw_format(header.format);
        }
        match &record.header {
            Some(h) if h.kind == Kind::Fence => {
                if h.term < self.log.fence_term && !self.log.uncertain {
                    self.note_damage(
                        name,
                        format!("a fence of term {} after one of {}", h.term, self.log.fence_term),
                    );
                }
                self.log.fence_term = self.log.fence_term.max(h.term);
                let node = h.node.clone();
                self.saw_term(h.term, &node);
            }
            Some(h) => {
                if self.log.uncertain {
                    self.log.fence_term = self.log.fence_term.max(h.term);
                }
                if h.term != self.log.fence_term {
                    let what =
                        format!("a record of term {} in the reign of term {}", h.term, self.log.fence_term);
                    self.note_damage(name, what);
                }
                if h.kind == Kind::Data {
                    self.log.data_term = h.term;
                }
            }
            None => {}
        }
        // Also one that changes nothing (a refusal was acknowledged with it): whoever waits for its number gets there.
        let is_data = record.header.as_ref().is_some_and(|h| h.kind == Kind::Data);
        if is_data || !record.ops.is_empty() {
            self.out.push(Effect::Fold(Fold::Apply { lsn, ops: record.ops.clone() }));
        }
        // Its bytes are not what they were, so neither is the chain value that follows from them.
        self.log.uncertain = !record.damage.is_empty();
        self.advance(lsn, prev.next(bytes));
    }

    /// This node's history ends with this record now.
    pub(crate) fn advance(&mut self, lsn: Lsn, chain: Chain) {
        self.log.have = Some(Point { lsn, chain });
        self.log.recent.push_back(chain);
        if self.log.recent.len() > RECENT_MAX {
            self.log.recent.pop_front();
        }
        self.log.target = self.log.target.max(lsn);
    }

    /// The chain value of an earlier record, if it is still known.
    pub(crate) fn chain_at(&self, lsn: Lsn) -> Option<Chain> {
        let have = self.log.have?;
        if let Some(loaded) = self.log.loaded.filter(|p| p.lsn == lsn) {
            return Some(loaded.chain);
        }
        let back = have.lsn.0.checked_sub(lsn.0)? as usize;
        let index = self.log.recent.len().checked_sub(back + 1)?;
        self.log.recent.get(index).copied()
    }
}

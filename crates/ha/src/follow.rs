//! Reading the log: record after record by name, never a name that may not exist yet; or anew from a checkpoint.

use std::sync::Arc;

use base::{Lsn, Mono, Span, Term};

use crate::files::OkFile;
use crate::input::{Effect, Fold, Level, Point};
use crate::names;
use crate::record::{self, Chain, Kind, Record};
use crate::state::{FollowFailed, Ha, Job, Reload, Stage, Want};
use crate::verbs::{Answer, Lane, Verb};

/// Between two tries while a record cannot be had.
const RETRY: Span = Span::millis(250);
/// Chain values that are kept, to compare with a checkpoint's without reading anything again.
const RECENT_MAX: usize = 32_768;

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
        self.log.job = Job::Idle;
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
        if !self.wants_state() || matches!(self.stage, Stage::Reign(_)) {
            return;
        }
        if let Job::Wait(at) = self.log.job {
            if self.now() < at {
                return;
            }
            self.log.job = Job::Idle;
        }
        if !matches!(self.log.job, Job::Idle) || self.log.failed.as_ref().is_some_and(|f| !f.passing) {
            return;
        }
        match self.log.have {
            None => self.begin_reload(),
            Some(point) if point.lsn < self.log.target => self.read_record(point.lsn.next(), 0),
            Some(_) => self.caught_up(),
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

    fn read_record(&mut self, lsn: Lsn, tries: u32) {
        self.log.job = Job::Record { lsn, tries };
        self.ask(Lane::Log, Verb::Read { name: names::record(lsn) }, Want::Log(lsn));
    }

    pub(crate) fn log_wake(&self) -> Option<Mono> {
        match self.log.job {
            Job::Wait(at) if self.wants_state() => Some(at),
            _ => None,
        }
    }

    pub(crate) fn log_answer(&mut self, lsn: Lsn, answer: Answer) {
        let Job::Record { lsn: wanted, tries } = self.log.job else { return };
        if wanted != lsn {
            return;
        }
        self.log.job = Job::Idle;
        if self.log.have.is_none_or(|p| p.lsn.next() != lsn) {
            // An answer to a question that was asked twice.
            return;
        }
        match answer {
            Answer::Content(Some(bytes)) => self.fold_record(lsn, &bytes, tries),
            Answer::Content(None) if self.ckpt.known.last().is_some_and(|(f, _)| lsn <= *f) => {
                self.reload(&format!("record {lsn} lies below the newest checkpoint and is pruned"));
            }
            Answer::Content(None) => self.stuck(lsn, "it is named as durable and cannot be found"),
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
        let record = match record::decode(lsn, bytes) {
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
                self.advance(lsn, point.chain.next(bytes));
                return;
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
        for what in &record.damage {
            self.note_damage(name.clone(), format!("{what}: what it changed is missing here"));
            self.out.push(Effect::Fold(Fold::Gap));
        }
        match &record.header {
            Some(h) if h.kind == Kind::Fence => {
                if h.term <= self.log.fence_term && !self.log.uncertain {
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
        if !record.ops.is_empty() {
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
        self.log.highest = self.log.highest.max(lsn);
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

    // Loading a checkpoint.

    fn reload_ask(&mut self, verb: Verb) {
        // An answer to an earlier reload, which was given up, must not be taken for this one's.
        self.log.serial += 1;
        self.ask(Lane::Log, verb, Want::Reload(self.log.serial));
    }

    fn begin_reload(&mut self) {
        self.log.job = Job::Reload(Reload::List { found: Vec::new() });
        self.list_marks(None);
    }

    fn list_marks(&mut self, after: Option<crate::verbs::Name>) {
        let max = base::limits::LIST_PAGE_MAX;
        self.reload_ask(Verb::List { prefix: names::folder(names::Folder::Ckpt), after, max });
    }

    fn reload_retry(&mut self, why: &str) {
        self.note_trouble("loading a checkpoint", why);
        self.log.job = Job::Wait(self.now() + RETRY);
        let since = *self.log.stuck_since.get_or_insert(self.at.now);
        if self.now().since(since) > self.cfg.timeout {
            self.follow_failed(format!("cannot load a checkpoint: {why}"), true);
        }
    }

    pub(crate) fn reload_answer(&mut self, serial: u64, answer: Answer) {
        if serial != self.log.serial {
            return;
        }
        let Job::Reload(job) = std::mem::replace(&mut self.log.job, Job::Idle) else { return };
        if let Answer::Failed(fault) | Answer::Unknown(fault) = &answer {
            return self.reload_retry(&fault.text.clone());
        }
        match (job, answer) {
            (Reload::List { mut found }, Answer::Page { names, more }) => {
                found.extend(names.iter().filter_map(|n| names::number(n.leaf(), ".ok")).map(Lsn));
                if more && let Some(last) = names.last().cloned() {
                    self.log.job = Job::Reload(Reload::List { found });
                    return self.list_marks(Some(last));
                }
                self.marks_listed(found);
            }
            (Reload::Ok { left, tries }, Answer::Content(found)) => {
                self.mark_read(left, tries, found.as_deref());
            }
            (Reload::Part { ok, next, tries, left }, Answer::Content(found)) => {
                self.part_read(ok, next, tries, left, found);
            }
            _ => {}
        }
    }

    fn marks_listed(&mut self, mut found: Vec<Lsn>) {
        // A floor that a node file names may be newer than a (cached) listing.
        found.extend(self.ckpt.known.iter().map(|(lsn, _)| *lsn));
        found.sort_unstable();
        found.dedup();
        for floor in &found {
            self.saw_floor(*floor);
        }
        if found.is_empty() {
            let Some(plane) = &self.plane else { return };
            let chain = Chain::genesis(&plane.plane, plane.era);
            self.out.push(Effect::Fold(Fold::Reset(Lsn(0))));
            self.log.fence_term = Term(0);
            self.log.data_term = Term(0);
            self.loaded(Point { lsn: Lsn(0), chain });
        } else {
            self.read_mark(found, 0);
        }
    }

    fn read_mark(&mut self, left: Vec<Lsn>, tries: u32) {
        let Some(floor) = left.last().copied() else {
            return self.reload_retry("no checkpoint can be read; the log below it may be pruned");
        };
        self.log.job = Job::Reload(Reload::Ok { left, tries });
        self.reload_ask(Verb::Read { name: names::ckpt_ok(floor) });
    }

    fn mark_read(&mut self, mut left: Vec<Lsn>, tries: u32, found: Option<&[u8]>) {
        let Some(floor) = left.last().copied() else { return };
        match found.map(crate::files::from_bytes::<OkFile>) {
            Some(Ok(ok)) if ok.format > record::FORMAT => {
                let why =
                    format!("checkpoint {floor} has format {}; start a release that knows it", ok.format);
                self.follow_failed(why, false);
            }
            Some(Ok(ok)) => {
                self.out.push(Effect::Fold(Fold::Reset(ok.floor)));
                self.read_part(ok, 0, 0, left);
            }
            // A floor without its mark: look again, then fail by name; never start empty.
            None => self.reload_retry(&format!("{} is named and cannot be found", names::ckpt_ok(floor))),
            Some(Err(_)) if tries == 0 => self.read_mark(left, 1),
            Some(Err(why)) => {
                self.note_damage(names::ckpt_ok(floor).to_string(), format!("{why}; the one before is used"));
                left.pop();
                self.read_mark(left, 0);
            }
        }
    }

    fn read_part(&mut self, ok: OkFile, next: usize, tries: u32, left: Vec<Lsn>) {
        if next >= ok.parts.len() {
            self.log.fence_term = ok.term;
            self.log.data_term = ok.data_term;
            self.ckpt.newest = Some(Point { lsn: ok.floor, chain: ok.chain });
            return self.loaded(Point { lsn: ok.floor, chain: ok.chain });
        }
        match names::ckpt_part(ok.floor, &ok.folder, next) {
            Some(name) => {
                self.log.job = Job::Reload(Reload::Part { ok, next, tries, left });
                self.reload_ask(Verb::Read { name });
            }
            None => self.reload_retry(&format!("checkpoint {} names no sound folder", ok.floor)),
        }
    }

    fn part_read(
        &mut self,
        ok: OkFile,
        next: usize,
        tries: u32,
        mut left: Vec<Lsn>,
        found: Option<Arc<[u8]>>,
    ) {
        let sound = found.as_ref().is_some_and(|b| Chain::sum(b) == ok.parts[next].sum);
        if !sound && tries == 0 {
            return self.read_part(ok, next, 1, left);
        }
        let name = names::ckpt_part(ok.floor, &ok.folder, next).map_or_else(String::new, |n| n.to_string());
        let since = self.log.stuck_since.unwrap_or(self.at.now);
        if found.is_none() && self.now().since(since) <= self.cfg.timeout {
            // Pruned meanwhile, or a cached absence: a fresh listing names a newer checkpoint.
            return self.reload_retry(&format!("{name} cannot be found"));
        }
        if !sound && left.len() > 1 {
            // The log since the one before is kept: going back there loses nothing.
            self.note_damage(
                name,
                "its sum does not fit; the checkpoint before it and the log since are used",
            );
            left.pop();
            return self.read_mark(left, 0);
        }
        if !sound {
            self.note_damage(
                name.clone(),
                "its sum does not fit; what can be read of it is used, the rest is missing here",
            );
        }
        if let Some(bytes) = found {
            self.out.push(Effect::Fold(Fold::Load { file: name, bytes }));
        }
        self.read_part(ok, next + 1, 0, left);
    }

    fn loaded(&mut self, point: Point) {
        self.log.job = Job::Idle;
        self.log.recent.clear();
        self.log.uncertain = false;
        self.log.loaded = Some(point);
        self.log.mismatches.retain(|lsn| *lsn > point.lsn);
        self.advance(point.lsn, point.chain);
        self.beat_soon();
    }
}

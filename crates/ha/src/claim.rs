//! From the wish to rule until serving: claim, beat, read the last records, fence, validate, wait while an old
//! lease may live. The order is the safety argument; see the clauses 3 to 6 of the protocol.

use std::sync::Arc;

use base::{Lsn, Mono, NodeId, Span, Term};

use crate::files::{self, EndWhy, TermFile};
use crate::input::{Effect, Level};
use crate::names;
use crate::record::{self, Chain, Header, Kind};
use crate::state::{Claim, ClaimStep, Ha, Job, Reign, Stage, Target, Want};
use crate::verbs::{Answer, Lane, Verb};

const RETRY: Span = Span::millis(200);
/// Claims of earlier terms that are read in one look round.
const TERMS_A_ROUND: usize = 64;
/// A claim that needs more reloads than this meets something that waiting does not mend.
const RELOADS_MAX: u32 = 8;

impl Ha {
    pub(crate) fn begin_claim(&mut self, why: String) {
        let Some(plane) = self.plane.clone() else { return };
        let term = self.terms.newest.next();
        let file = TermFile {
            term,
            plane: plane.plane,
            node: self.cfg.node.clone(),
            incarnation: self.incarnation,
            uid: self.cfg.uid.clone(),
            uri: self.cfg.uri.clone(),
            why: why.clone(),
            at: self.at.wall,
        };
        let bytes = files::to_bytes(&file);
        self.say(Level::Info, format!("claiming term {term}: {why}"));
        self.out.push(Effect::TellProver { term, incarnation: self.incarnation });
        self.stage = Stage::Claim(Claim {
            term,
            why,
            since: self.now(),
            step: ClaimStep::Create,
            bytes: bytes.clone(),
            lease_from: None,
            fence: None,
            data_term: Term(0),
            fenced_at: Mono(0),
            owners_known_at: None,
            again_at: None,
            reloads: 0,
            marks_back: 0,
        });
        self.log.job = Job::Idle;
        self.ask(Lane::Look, Verb::Create { name: names::term(term), bytes }, Want::Claim(term));
    }

    fn claim(&mut self) -> Option<&mut Claim> {
        match &mut self.stage {
            Stage::Claim(claim) => Some(claim),
            _ => None,
        }
    }

    /// The claim cannot be finished: its term is ended, and others may try first.
    pub(crate) fn give_up_claim(&mut self, why: &str) {
        let Some(claim) = self.claim() else { return };
        let term = claim.term;
        self.say(Level::Warn, format!("gave up the claim of term {term}: {why}"));
        if self.created == term {
            self.create_end(term, self.incarnation, self.beat.sent + 1, EndWhy::GaveUp);
            self.terms.over = Some("this server gave it up".to_owned());
        }
        self.back_to_follow();
        self.hold_off();
    }

    /// Back to standing by, keeping the folded state if the mode wants one.
    pub(crate) fn back_to_follow(&mut self) {
        self.stage = Stage::Follow;
        self.log.job = Job::Idle;
        self.watch_anew();
        self.look.wanted_full = true;
        if !self.wants_state() {
            self.drop_state();
        }
        self.beat_soon();
    }

    pub(crate) fn claim_answer(&mut self, term: Term, answer: Answer) {
        if matches!(self.stage, Stage::Reign(_)) {
            // The hint was rewritten; a failure is met again at the next look.
            return;
        }
        let again = self.at.now + RETRY;
        let Some(claim) = self.claim().filter(|c| c.term == term) else {
            // Not wanted any more, yet created after all: ended, or its owner would be waited for.
            if answer == Answer::Created {
                self.create_end(term, self.incarnation, self.beat.sent, EndWhy::GaveUp);
            }
            return;
        };
        match (claim.step.clone(), answer) {
            (ClaimStep::Create, Answer::Created) => self.claimed(),
            (ClaimStep::Create, Answer::Exists | Answer::Unknown(_)) => {
                self.ask(Lane::Look, Verb::Read { name: names::term(term) }, Want::Claim(term));
            }
            (ClaimStep::Create, Answer::Content(Some(bytes))) if bytes == claim.bytes => self.claimed(),
            (ClaimStep::Create, Answer::Content(Some(bytes))) => {
                self.back_to_follow();
                match files::from_bytes::<TermFile>(&bytes) {
                    Ok(other) => {
                        self.say(Level::Info, format!("{} has claimed term {term}", other.node));
                        self.saw_claim(other);
                    }
                    Err(why) => {
                        self.note_damage(names::term(term).to_string(), format!("it cannot be read ({why})"));
                        self.saw_term(term, &NodeId::new("unknown"));
                    }
                }
            }
            (ClaimStep::Create, Answer::Content(None)) => {
                // Asked whether it was created after all; it seems not. The same bytes again.
                claim.again_at = Some(again);
            }
            (ClaimStep::Create, Answer::Failed(fault)) => {
                self.note_trouble("claiming a term", &fault.text);
                self.back_to_follow();
                self.hold_off();
            }
            (ClaimStep::Hint, Answer::Done) => self.hinted(),
            (ClaimStep::Hint, Answer::Failed(fault) | Answer::Unknown(fault)) => {
                self.note_trouble("writing leader.json", &fault.text);
                // It decides nothing: others find the new master by its own file.
                self.hinted();
            }
            _ => {}
        }
    }

    fn claimed(&mut self) {
        let Some(claim) = self.claim() else { return };
        claim.step = ClaimStep::Beat;
        let term = claim.term;
        self.created = term;
        self.terms.newest = term;
        self.terms.owner = Some(self.cfg.node.clone());
        self.terms.claim = None;
        self.terms.over = None;
        self.terms.owners.insert(term, (self.cfg.node.clone(), self.incarnation));
        self.beat_soon();
        // All files are read again: heads may have moved, nodes may have come.
        self.look.wanted_full = true;
    }

    /// A beat of this claim counts: the store holds it, and no newer term was seen after it.
    pub(crate) fn lease_beat(&mut self, started: Mono) {
        let (lease, now) = (self.cfg.lease_held(), self.now());
        let role = self.beat.confirmed_role;
        let term = self.beat.confirmed_term;
        match &mut self.stage {
            Stage::Claim(claim) if term == claim.term => {
                // Carried on without a gap, or begun anew: a gap after the fence is proved over later.
                let unbroken = claim.lease_from.is_none_or(|from| now < from + lease);
                if unbroken || claim.fence.is_none() {
                    claim.lease_from = Some(started);
                }
                if claim.step == ClaimStep::Beat && role == Some(crate::files::FileRole::Claiming) {
                    claim.step = ClaimStep::CatchUp;
                }
            }
            Stage::Reign(reign) if term == reign.term => {
                if reign.lease_from.is_some_and(|from| now < from + lease) {
                    reign.lease_from = Some(started);
                } else {
                    reign.lease_from = None;
                    reign.proof_base = Some(started);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn claim_wake(&self) -> Option<Mono> {
        match &self.stage {
            Stage::Claim(claim) => Some(claim.again_at.unwrap_or(self.now() + self.cfg.poll)),
            _ => None,
        }
    }

    fn claim_bound(&self) -> Span {
        Span::secs(60).max(self.cfg.timeout * 4)
    }

    pub(crate) fn run_claim(&mut self) {
        let now = self.at.now;
        let bound = self.claim_bound();
        let Some(claim) = self.claim() else { return };
        if claim.again_at.is_some_and(|at| now < at) {
            return;
        }
        let retry = claim.again_at.take().is_some();
        let (term, since, step) = (claim.term, claim.since, claim.step.clone());
        if now.since(since) > bound {
            return self.give_up_claim(&format!("it could not be finished within {bound}"));
        }
        match step {
            ClaimStep::Create if retry => {
                let bytes = claim.bytes.clone();
                self.ask(Lane::Look, Verb::Create { name: names::term(term), bytes }, Want::Claim(term));
            }
            ClaimStep::CatchUp => self.claim_catch_up(),
            ClaimStep::Fence if retry => self.send_fence(),
            ClaimStep::Validate if retry => self.begin_validate(),
            ClaimStep::Still => self.claim_still(),
            _ => {}
        }
    }

    /// Every record up to the highest head that any beat names is folded in; from there the create is the probe.
    fn claim_catch_up(&mut self) {
        let listed = self.look.listed_at;
        let Some(claim) = self.claim() else { return };
        // Heads and floors must have been read after the claim.
        let since = claim.since;
        if listed.is_none_or(|at| at < since) {
            return self.want_full_look_since(since);
        }
        let Some(point) = self.log.have else { return };
        if point.lsn < self.log.target || !matches!(self.log.job, Job::Idle) {
            return;
        }
        if self.log.fence_term > self.created {
            // The checkpoint that was loaded stands for a history in which a newer term rules.
            let newer = self.log.fence_term;
            self.saw_term(newer, &NodeId::new("unknown"));
            return self.depose(&format!("term {newer} is in the log already"));
        }
        if point.lsn < self.log.highest {
            let why = format!(
                "the store lost data: it ends at record {}, and this server has folded record {}",
                point.lsn, self.log.highest
            );
            return self.follow_failed(why, false);
        }
        // Nor above one that does not stand any more: a restored store would get a hole.
        self.send_fence();
    }

    fn send_fence(&mut self) {
        let Some(point) = self.log.have else { return };
        let lsn = point.lsn.next();
        let bytes = self.encode(Kind::Fence, lsn, point.chain, &[]);
        let Some(claim) = self.claim() else { return };
        let bytes = match &claim.fence {
            // Once sent it never changes.
            Some((sent, bytes)) if *sent == lsn => bytes.clone(),
            _ => bytes,
        };
        claim.fence = Some((lsn, bytes.clone()));
        claim.step = ClaimStep::Fence;
        let term = claim.term;
        self.ask(Lane::Log, Verb::Create { name: names::record(lsn), bytes }, Want::Fence(term, lsn));
    }

    pub(crate) fn encode(&self, kind: Kind, lsn: Lsn, prev: Chain, ops: &[Arc<str>]) -> Arc<[u8]> {
        let header = Header {
            format: record::FORMAT,
            lsn,
            term: self.created,
            kind,
            node: self.cfg.node.clone(),
            incarnation: self.incarnation,
            uid: self.cfg.uid.clone(),
            prev,
            ops: ops.len(),
        };
        record::encode(&header, ops)
    }

    pub(crate) fn fence_answer(&mut self, term: Term, lsn: Lsn, answer: Answer) {
        let again = self.at.now + RETRY;
        let Some(claim) = self.claim().filter(|c| c.term == term) else { return };
        let Some((_, mine)) = claim.fence.clone().filter(|(slot, _)| *slot == lsn) else { return };
        match answer {
            Answer::Created => self.fenced(lsn, &mine),
            Answer::Exists => {
                self.ask(Lane::Log, Verb::Read { name: names::record(lsn) }, Want::Fence(term, lsn));
            }
            Answer::Content(Some(bytes)) if bytes == mine => self.fenced(lsn, &mine),
            Answer::Content(Some(bytes)) => {
                // Somebody's record: part of the history, to be folded; then the next slot.
                claim.step = ClaimStep::CatchUp;
                let folded = self.log.have.map(|p| p.lsn);
                if folded.is_some_and(|at| at.next() == lsn) {
                    self.log.target = self.log.target.max(lsn);
                    self.fold_record(lsn, &bytes, 0);
                }
                self.abort_if_newer();
            }
            // It exists and cannot be read, or the reply was lost: the same again.
            Answer::Content(None) => claim.again_at = Some(again),
            Answer::Unknown(fault) | Answer::Failed(fault) => {
                claim.again_at = Some(again);
                self.note_trouble("fencing the log", &fault.text);
            }
            _ => {}
        }
    }

    /// A newer term, met in the log or in a file, ends this claim.
    fn abort_if_newer(&mut self) {
        if matches!(&self.stage, Stage::Claim(c) if self.created == c.term && self.terms.newest > c.term) {
            self.depose("a newer term was met");
        }
    }

    fn fenced(&mut self, lsn: Lsn, bytes: &Arc<[u8]>) {
        let Some(point) = self.log.have else { return };
        let now = self.now();
        let data_term = self.log.data_term;
        let Some(claim) = self.claim() else { return };
        claim.data_term = data_term;
        claim.fenced_at = now;
        self.log.fence_term = self.created;
        self.advance(lsn, point.chain.next(bytes));
        self.say(Level::Debug, format!("fence of term {} stands at {lsn}", self.created));
        self.beat_soon();
        self.begin_validate();
    }

    /// The newest checkpoint is looked up afresh, after the fence exists.
    fn begin_validate(&mut self) {
        let Some(claim) = self.claim() else { return };
        claim.step = ClaimStep::Validate;
        let term = claim.term;
        let after = self.ckpt.known.last().map(|(lsn, _)| names::ckpt_ok(*lsn));
        let max = base::limits::LIST_PAGE_MAX;
        // Names are in order: whatever is newer than the newest that is known comes after it.
        self.ask(
            Lane::Log,
            Verb::List { prefix: names::folder(names::Folder::Ckpt), after, max },
            Want::ValidateList(term),
        );
    }

    pub(crate) fn validate_list(&mut self, term: Term, answer: Answer) {
        let again = self.at.now + RETRY;
        let Some(claim) = self.claim().filter(|c| c.term == term && c.step == ClaimStep::Validate) else {
            return;
        };
        match answer {
            Answer::Page { names, .. } => {
                for lsn in names.iter().filter_map(|n| names::number(n.leaf(), ".ok")) {
                    self.saw_floor(Lsn(lsn));
                }
                self.compare_with_mark(0);
            }
            Answer::Content(Some(bytes)) => self.compare(&bytes),
            Answer::Content(None) => claim.again_at = Some(again),
            Answer::Failed(fault) | Answer::Unknown(fault) => {
                claim.again_at = Some(again);
                self.note_trouble("validating against the newest checkpoint", &fault.text);
            }
            _ => {}
        }
    }

    /// Reads the newest mark, or (`back` 1) the one before it when the newest cannot be read.
    fn compare_with_mark(&mut self, back: usize) {
        let marks = self.ckpt.known.len();
        let Some(claim) = self.claim() else { return };
        claim.marks_back = back;
        let term = claim.term;
        match marks.checked_sub(back + 1).and_then(|i| self.ckpt.known.get(i)) {
            Some((floor, _)) => {
                let verb = Verb::Read { name: names::ckpt_ok(*floor) };
                self.ask(Lane::Log, verb, Want::ValidateList(term));
            }
            // Fewer than two marks: nothing was ever pruned, so no number is free again.
            None => self.validated(),
        }
    }

    fn compare(&mut self, bytes: &[u8]) {
        let Some(back) = self.claim().map(|c| c.marks_back) else { return };
        let ok = match files::from_bytes::<files::OkFile>(bytes) {
            Ok(ok) => ok,
            Err(why) => {
                let mark = self.ckpt.known.iter().rev().nth(back);
                let name = mark.map_or_else(String::new, |(floor, _)| names::ckpt_ok(*floor).to_string());
                self.note_damage(name, format!("{why}; the fence is compared with the mark before it"));
                // Pruning reaches no further than the second newest mark, so that one tells as much.
                return if back == 0 {
                    self.compare_with_mark(1);
                } else {
                    self.give_up_claim("neither of the two newest checkpoint marks can be read");
                };
            }
        };
        self.ckpt.newest = Some(crate::input::Point { lsn: ok.floor, chain: ok.chain });
        if self.chain_at(ok.floor) == Some(ok.chain) {
            return self.validated();
        }
        // The fence landed on a history that is not the plane's, or what I know of it is gone: reload, fence anew.
        let Some(claim) = self.claim() else { return };
        claim.reloads += 1;
        if claim.reloads > RELOADS_MAX {
            return self.give_up_claim("its state does not agree with the newest checkpoint");
        }
        claim.step = ClaimStep::CatchUp;
        claim.fence = None;
        claim.owners_known_at = None;
        self.reload("the fence must be compared with the newest checkpoint");
    }

    fn validated(&mut self) {
        let newest = self.terms.newest;
        let Some(claim) = self.claim() else { return };
        claim.step = ClaimStep::Still;
        let first = claim.data_term.0.max(1);
        let unknown: Vec<Term> =
            (first..newest.0).map(Term).filter(|t| !self.terms.owners.contains_key(t)).take(10_000).collect();
        self.terms.owners.retain(|t, _| t.0 >= first);
        self.claim_terms = unknown;
    }

    /// All nodes are to be read in a round that begins at or after `since`.
    fn want_full_look_since(&mut self, since: Mono) {
        if !self.look.round.as_ref().is_some_and(|r| r.full && r.started >= since) {
            self.look.wanted_full = true;
            self.run_look();
        }
    }

    /// Owners of earlier terms must have given up for good, or been still for a whole lease since they last rose.
    fn claim_still(&mut self) {
        let now = self.at.now;
        let Some(claim) = self.claim() else { return };
        let (term, fenced_at, why, data_term) =
            (claim.term, claim.fenced_at, claim.why.clone(), claim.data_term);
        let owners = &self.terms.owners;
        self.claim_terms.retain(|t| !owners.contains_key(t));
        if !self.claim_terms.is_empty() {
            if self.look.round.is_none() {
                self.look.wanted = true;
                self.run_look();
            }
            if let Some(round) = &mut self.look.round {
                let missing = self.claim_terms.iter().take(TERMS_A_ROUND).copied().map(Target::Term);
                let missing: Vec<_> = missing.filter(|t| !round.queue.contains(t)).collect();
                round.queue.extend(missing);
            }
            return;
        }
        // Now that all owners are known by name, each of their files is read, whatever a listing shows.
        let known_at = match self.claim().and_then(|c| c.owners_known_at) {
            Some(at) => at,
            None => {
                let now = self.now();
                if let Some(claim) = self.claim() {
                    claim.owners_known_at = Some(now);
                }
                now
            }
        };
        if self.look.listed_at.is_none_or(|at| at < known_at) {
            return self.want_full_look_since(known_at);
        }
        let owners: Vec<_> =
            self.terms.owners.range(Term(data_term.0.max(1))..term).map(|(t, o)| (*t, o.clone())).collect();
        for (_, (owner, life)) in owners {
            if owner == self.cfg.node {
                // My own earlier term: I gave it up before I claimed this one, or it was an earlier life.
                continue;
            }
            let Some(peer) = self.peers.get(&owner) else {
                // No file: the whole timeout since the fence.
                if now.since(fenced_at) < self.cfg.timeout {
                    return;
                }
                continue;
            };
            let read_after = peer.read >= fenced_at;
            let file = &peer.file;
            let later_life = life.0 > 0 && file.incarnation > life;
            let gave_up = read_after && (file.ended || later_life || file.role.gave_up());
            let lease = file.lease_outlived();
            let still = read_after && now.since(peer.rose) >= self.cfg.timeout.max(lease);
            if !(gave_up || still) {
                if !self.still_said {
                    self.still_said = true;
                    self.say(
                        Level::Info,
                        format!("term {term}: waiting until an old lease of {owner} has run out"),
                    );
                }
                return;
            }
        }
        self.still_said = false;
        self.say(Level::Debug, format!("term {term}: nobody else may hold a lease ({why})"));
        if let Some(claim) = self.claim() {
            claim.step = ClaimStep::Hint;
        }
        self.write_hint();
    }

    /// All is done: rule. The lease counts from the beats since the claim, if they left no gap.
    fn hinted(&mut self) {
        let lease = self.cfg.lease_held();
        let now = self.at.now;
        let Some(claim) = self.claim() else { return };
        let (term, why) = (claim.term, claim.why.clone());
        let lease_from = claim.lease_from.filter(|from| now < *from + lease);
        let took = now.since(claim.since);
        self.stage = Stage::Reign(Reign {
            term,
            lease_from,
            proof_base: None,
            outstanding: None,
            want_noop: false,
            records_since: 0,
            bytes_since: 0,
        });
        self.log.job = Job::Idle;
        self.watch.failures = 0;
        self.ckpt.last_at = now;
        self.say(Level::Info, format!("master of term {term} after {took}: {why}"));
        self.out.push(Effect::Serve { term, why });
        self.beat_soon();
    }

    pub(crate) fn depose(&mut self, why: &str) {
        match &self.stage {
            Stage::Claim(_) => {
                self.say(Level::Info, format!("the claim of term {} is over: {why}", self.created));
                self.back_to_follow();
            }
            Stage::Reign(_) => self.demote(why),
            _ => {}
        }
    }
}

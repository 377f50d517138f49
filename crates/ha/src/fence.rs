//! Clause 4, the fence: the log is read up to its end, and the create of a fence record at the next slot is the
//! probe for what comes after. Older masters collide with it and stop.

use std::sync::Arc;

use base::{Lsn, NodeId, Term};

use crate::claim::ClaimStep;
use crate::claim::RETRY;
use crate::follow::Job;
use crate::input::Level;
use crate::names;
use crate::record::{self, Chain, Header, Kind};
use crate::state::{Ha, Stage, Want};
use crate::verbs::{Answer, Lane, Verb};

impl Ha {
    /// Every record up to the highest head that any beat names is folded in; from there the create is the probe.
    pub(crate) fn claim_catch_up(&mut self) {
        let listed = self.look.listed_at;
        let Some(claim) = self.claim() else { return };
        claim.step = ClaimStep::CatchUp;
        // Heads and floors must have been read after the claim.
        let since = claim.since;
        if listed.is_none_or(|at| at < since) {
            return self.want_full_look_since(since);
        }
        let Some(point) = self.log.have else { return };
        if point.lsn < self.log.target.max(self.log.told) || !matches!(self.log.job, Job::Idle) {
            return;
        }
        if self.log.fence_term > self.created {
            // The checkpoint that was loaded stands for a history in which a newer term rules.
            let newer = self.log.fence_term;
            self.saw_term(newer, &NodeId::new("unknown"));
            return self.depose(&format!("term {newer} is in the log already"));
        }
        // Nor unless the last record still stands: over a store that was restored, a hot standby would leave a hole.
        if self.log.loaded.is_some_and(|loaded| loaded.lsn == point.lsn) {
            return self.send_fence();
        }
        self.ask_whether_last_stands();
    }

    fn ask_whether_last_stands(&mut self) {
        let Some(lsn) = self.log.have.map(|p| p.lsn) else { return };
        let Some(claim) = self.claim() else { return };
        claim.step = ClaimStep::LastStands;
        let term = claim.term;
        self.ask(Lane::Log, Verb::Read { name: names::record(lsn) }, Want::LastRecord(term, lsn));
    }

    pub(crate) fn last_record_answer(&mut self, term: Term, lsn: Lsn, answer: Answer) {
        let again = self.at.now + RETRY;
        let (have, before) = (self.log.have, lsn.0.checked_sub(1).and_then(|n| self.chain_at(Lsn(n))));
        let Some(claim) = self.claim().filter(|c| c.term == term && c.step == ClaimStep::LastStands) else {
            return;
        };
        match answer {
            Answer::Content(found) => {
                let stands = found.is_some_and(|bytes| {
                    // Behind a damaged record its own word was taken for what came before.
                    let named = record::decode(lsn, &bytes).ok().and_then(|r| r.header).map(|h| h.prev);
                    [before, named]
                        .into_iter()
                        .flatten()
                        .any(|prev| have.is_some_and(|p| prev.next(&bytes) == p.chain))
                });
                if stands {
                    self.send_fence();
                } else {
                    self.claim_reload(&format!(
                        "record {lsn}, the last that was folded, does not stand any more"
                    ));
                }
            }
            Answer::Failed(fault) | Answer::Unknown(fault) => {
                claim.again_at = Some(again);
                self.note_trouble("reading the log", &fault.text);
            }
            _ => {}
        }
    }

    pub(crate) fn send_fence(&mut self) {
        let Some(point) = self.log.have else { return };
        let lsn = point.lsn.next();
        let bytes = self.encode(self.format_to_write(), Kind::Fence, lsn, point.chain, &[]);
        let Some(claim) = self.claim() else { return };
        let bytes = match &claim.fence {
            // Once sent it never changes.
            Some((sent, bytes)) if *sent == lsn => bytes.clone(),
            _ => bytes,
        };
        claim.fence = Some((lsn, bytes.clone()));
        claim.step = ClaimStep::Fence;
        let term = claim.term;
        // It must exist before anything is concluded (clause 4).
        if base::mutant::on(base::Mutant::FenceNotWritten) {
            return self.fenced(lsn, &bytes);
        }
        self.ask(Lane::Log, Verb::Create { name: names::record(lsn), bytes }, Want::Fence(term, lsn));
    }

    pub(crate) fn encode(
        &self,
        format: u32,
        kind: Kind,
        lsn: Lsn,
        prev: Chain,
        ops: &[Arc<str>],
    ) -> Arc<[u8]> {
        let header = Header {
            format,
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
                self.met_a_record();
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
        claim.owners_known_at = None;
        claim.step = ClaimStep::Files;
        self.log.fence_term = self.created;
        if let Some(header) = record::decode(lsn, bytes).ok().and_then(|r| r.header) {
            self.saw_format(header.format);
        }
        self.advance(lsn, point.chain.next(bytes));
        self.say(Level::Debug, format!("fence of term {} stands at {lsn}", self.created));
        self.beat_soon();
        self.read_all_files();
    }
}

//! Clause 6, old leases: whoever may have held one since the last term that wrote data must have given it up, or
//! have been still for longer than it can last. Then the hint is written, and this node rules.

use base::{Mono, Term};

use crate::claim::{Claim, ClaimStep};
use crate::input::{Effect, Level};
use crate::look::Target;
use crate::reign::Reign;
use crate::state::{Ha, Stage};
use crate::terms::Owner;

/// Claims of earlier terms that are read in one look round.
const TERMS_A_ROUND: usize = 64;

/// What is known of the owner of an earlier term.
enum OldLease {
    /// It can hold none any more.
    Over,
    /// It may hold one; another look tells more.
    MayLive,
    /// It is over if nothing has moved by then.
    StillAt(Mono),
}

impl Ha {
    /// Terms since the last that wrote data, whose owners are not known by the claim itself yet.
    fn unknown_terms(&self, claim: &Claim) -> Vec<Term> {
        let all = (claim.data_term.0.max(1)..claim.term.0).map(Term);
        all.filter(|t| !self.terms.owners.contains_key(t)).take(TERMS_A_ROUND).collect()
    }

    /// The fence stands: who owned the terms before is learnt by name, and then the file of every node is read.
    pub(crate) fn read_all_files(&mut self) {
        let Stage::Claim(claim) = &self.stage else { return };
        let unknown = self.unknown_terms(claim);
        if !unknown.is_empty() {
            return self.look_for_terms(&unknown);
        }
        // Now that all owners are known by name, each of their files is read, whatever a listing shows.
        let known_at = claim.owners_known_at.unwrap_or(self.at.now);
        if let Some(claim) = self.claim() {
            claim.owners_known_at = Some(known_at);
        }
        if self.look.listed_at.is_none_or(|at| at < known_at) {
            return self.want_full_look_since(known_at);
        }
        self.begin_validate();
    }

    fn look_for_terms(&mut self, unknown: &[Term]) {
        if self.look.round.is_none() {
            self.look.wanted = true;
            self.run_look();
        }
        if let Some(round) = &mut self.look.round {
            let missing: Vec<_> =
                unknown.iter().map(|t| Target::Term(*t)).filter(|t| !round.queue.contains(t)).collect();
            round.queue.extend(missing);
        }
    }

    /// All nodes are to be read in a round that begins at or after `since`.
    pub(crate) fn want_full_look_since(&mut self, since: Mono) {
        if !self.look.round.as_ref().is_some_and(|r| r.full && r.started >= since) {
            self.look.wanted_full = true;
            self.run_look();
        }
    }

    /// The fence is validated: from here only time, or a word, is waited for.
    pub(crate) fn wait_for_old_leases(&mut self) {
        let Some(claim) = self.claim() else { return };
        claim.step = ClaimStep::Still;
        let first = Term(claim.data_term.0.max(1));
        self.terms.owners.retain(|term, _| *term >= first);
    }

    fn old_lease(&self, term: Term, owner: &Owner, fenced_at: Mono) -> OldLease {
        if owner.node == self.cfg.node || base::mutant::on(base::Mutant::WaitsForNoLease) {
            // My own earlier term: I gave it up before I claimed this one, or it was an earlier life.
            return OldLease::Over;
        }
        // T is a server's own: whoever owned the term may hold its lease for longer.
        let patience = self.cfg.timeout.max(owner.lease);
        let Some(peer) = self.peers.get(&owner.node) else {
            // No file: the whole of it since the fence.
            let still_at = fenced_at + patience;
            return if self.now() >= still_at { OldLease::Over } else { OldLease::StillAt(still_at) };
        };
        let patience = patience.max(peer.file.lease_outlived());
        // Until still, not once (clause 6).
        if base::mutant::on(base::Mutant::WaitsOnce) && self.now() >= fenced_at + self.cfg.timeout {
            return OldLease::Over;
        }
        // What was read after the fence (clause 6).
        let fenced_at =
            if base::mutant::on(base::Mutant::WordFromBeforeTheFence) { Mono(0) } else { fenced_at };
        if peer.gave_up(term, owner.life, fenced_at, self.cfg.store) || peer.was_still(patience, fenced_at) {
            return OldLease::Over;
        }
        // Silence is what was read, not what was not: one more read confirms it.
        let still_at = peer.still_at(patience, fenced_at);
        if self.now() >= still_at { OldLease::MayLive } else { OldLease::StillAt(still_at) }
    }

    /// Owners of earlier terms must have given up for good, or been still for a whole lease since they last moved.
    pub(crate) fn claim_still(&mut self) {
        let Stage::Claim(claim) = &self.stage else { return };
        let (term, fenced_at, why) = (claim.term, claim.fenced_at, claim.why.clone());
        let first = Term(claim.data_term.0.max(1));
        let waits = self.terms.owners.range(first..term).find_map(|(old, owner)| {
            match self.old_lease(*old, owner, fenced_at) {
                OldLease::Over => None,
                OldLease::MayLive => Some((owner.node.clone(), None)),
                OldLease::StillAt(at) => Some((owner.node.clone(), Some(at))),
            }
        });
        let Some((owner, until)) = waits else {
            self.say(Level::Debug, format!("term {term}: nobody else may hold a lease ({why})"));
            if let Some(claim) = self.claim() {
                claim.step = ClaimStep::Hint;
            }
            return self.write_hint();
        };
        if let Some(until) = until {
            self.look.next_at = self.look.next_at.min(until);
        }
        let Some(claim) = self.claim() else { return };
        if !std::mem::replace(&mut claim.wait_said, true) {
            self.say(Level::Info, format!("term {term}: waiting until an old lease of {owner} has run out"));
        }
    }

    /// All is done: rule. The lease counts from the beats since the claim, if they left no gap.
    pub(crate) fn hinted(&mut self) {
        let lease = self.cfg.lease_held();
        let now = self.at.now;
        let Some(claim) = self.claim() else { return };
        let (term, why) = (claim.term, claim.why.clone());
        let lease_from = claim.lease_from.filter(|from| now < *from + lease);
        let took = now.since(claim.since);
        // What masters before this one left behind counts: where they change often, none of them would get as far as
        // a checkpoint, and the log would grow for ever.
        let records_since = self.log.have.map_or(0, |have| have.lsn.0.saturating_sub(self.ckpt.floor().0));
        self.stage = Stage::Reign(Reign {
            term,
            lease_from,
            proof_base: None,
            outstanding: None,
            want_noop: false,
            over: None,
            readable: None,
            records_since,
            bytes_since: 0,
        });
        self.log.rest();
        self.watch.failures = 0;
        self.ckpt.last_at = now;
        self.say(Level::Info, format!("master of term {term} after {took}: {why}"));
        self.counts.serves(now);
        self.out.push(Effect::Serve { term, why });
        self.beat_soon();
    }
}

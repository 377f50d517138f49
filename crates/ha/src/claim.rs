//! Clause 3, the claim: a term is created, and the first CLAIMING beat is sent. What follows until this node rules
//! has files of its own: `fence.rs` (4), `validate.rs` (5), `old_lease.rs` (6). The order is the safety argument.

use std::sync::Arc;

use base::{Lsn, Mono, NodeId, Span, Term};

use crate::files::{self, EndWhy, TermFile};
use crate::input::{Effect, Level};
use crate::names;
use crate::state::{Ha, Stage, Want};
use crate::terms::Owner;
use crate::verbs::{Answer, Lane, Verb};

/// Between two tries of what the store failed at.
pub(crate) const RETRY: Span = Span::millis(200);
/// A claim that needs more reloads than this meets something that waiting does not mend.
pub(crate) const RELOADS_MAX: u32 = 8;

/// Steps of a claim, from the wish to serve on.
pub(crate) struct Claim {
    /// The term that is claimed.
    pub(crate) term: Term,
    /// Why, for people.
    pub(crate) why: String,
    /// When it began.
    pub(crate) since: Mono,
    pub(crate) step: ClaimStep,
    /// The bytes of the claim, to know it again after a lost reply.
    pub(crate) bytes: Arc<[u8]>,
    /// The start of the last beat that counts, while they carry each other on without a gap.
    pub(crate) lease_from: Option<Mono>,
    /// The fence that was sent: slot, bytes.
    pub(crate) fence: Option<(Lsn, Arc<[u8]>)>,
    /// The last term that wrote data before the fence.
    pub(crate) data_term: Term,
    /// When the fence was known to exist.
    pub(crate) fenced_at: Mono,
    /// When the owners of all earlier terms that matter were known by name.
    pub(crate) owners_known_at: Option<Mono>,
    /// When to try again what the store failed at.
    pub(crate) again_at: Option<Mono>,
    /// Records that the fence's create has met.
    pub(crate) met: u32,
    /// Rounds of validation, to keep them bounded.
    pub(crate) reloads: u32,
    /// Which mark the fence is compared with: 0 the newest, 1 the one before it.
    pub(crate) marks_back: usize,
    /// Whether the wait for an old lease was said.
    pub(crate) wait_said: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClaimStep {
    /// `terms/N` is being created (or read back).
    Create,
    /// The first CLAIMING beat is on its way.
    Beat,
    /// The log is read up to the highest head that anybody names.
    CatchUp,
    /// Does the last record that was folded still stand?
    LastStands,
    /// The fence is being created.
    Fence,
    /// It has met several records: what comes after them is listed.
    Rest,
    /// The owners of earlier terms are learnt by name, then every node's file is read.
    Files,
    /// The newest checkpoint is looked up and compared.
    Validate,
    /// Owners of earlier terms are watched until each has given up or been still.
    Still,
    /// `leader.json` is written.
    Hint,
}

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
            gap_ms: self.gap().map(Span::as_millis),
            lease_ms: Some(self.cfg.lease().as_millis()),
        };
        let bytes = files::to_bytes(&file);
        self.note_outage();
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
            met: 0,
            reloads: 0,
            marks_back: 0,
            wait_said: false,
        });
        self.log.rest();
        // A master that is to be deposed may have told it.
        self.log.told = Lsn(0);
        self.ask(Lane::Look, Verb::Create { name: names::term(term), bytes }, Want::Claim(term));
    }

    pub(crate) fn claim(&mut self) -> Option<&mut Claim> {
        match &mut self.stage {
            Stage::Claim(claim) => Some(claim),
            _ => None,
        }
    }

    /// The claim cannot be finished: its term is ended, and others may try first.
    pub(crate) fn give_up_claim(&mut self, why: &str) {
        let Some(claim) = self.claim() else { return };
        let term = claim.term;
        self.counts.claims_given_up += 1;
        self.say(Level::Warn, format!("gave up the claim of term {term}: {why}"));
        if self.created == term {
            self.create_end(term, self.incarnation, self.beat.sent, EndWhy::GaveUp);
            self.terms.over = Some("this server gave it up".to_owned());
            self.ordered.unfinished = Some(term);
        }
        self.back_to_follow();
        self.hold_off();
        self.let_others_go_first();
        self.nudge_all();
    }

    /// Back to standing by, keeping the folded state if the mode wants one.
    pub(crate) fn back_to_follow(&mut self) {
        self.stage = Stage::Follow;
        self.log.rest();
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
            // Who creates it owns it (clause 3).
            (ClaimStep::Create, Answer::Exists) if base::mutant::on(base::Mutant::TermExistsIsMine) => {
                self.claimed();
            }
            (ClaimStep::Create, Answer::Exists | Answer::Unknown(_)) => {
                self.ask(Lane::Look, Verb::Read { name: names::term(term) }, Want::Claim(term));
            }
            (ClaimStep::Create, Answer::Content(Some(bytes))) if bytes == claim.bytes => self.claimed(),
            (ClaimStep::Create, Answer::Content(Some(bytes))) => {
                self.counts.claims_lost += 1;
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
                self.counts.claims_given_up += 1;
                self.note_trouble("claiming a term", &fault.text);
                // Nobody has shown a sign of life since: the silence that was read stands.
                let (quiet, sign) = (self.watch.quiet, self.watch.sign);
                self.back_to_follow();
                (self.watch.quiet, self.watch.sign) = (quiet, sign);
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
        let newest = self.terms.newest;
        let Some(claim) = self.claim() else { return };
        let term = claim.term;
        if newest > term {
            // Somebody went past it while it was on its way: not wanted any more, and its owner must not be waited for.
            self.create_end(term, self.incarnation, self.beat.sent, EndWhy::GaveUp);
            self.counts.claims_lost += 1;
            return self.back_to_follow();
        }
        claim.step = ClaimStep::Beat;
        self.created = term;
        self.terms.newest = term;
        self.terms.owner = Some(self.cfg.node.clone());
        self.terms.claim = None;
        self.terms.over = None;
        let (node, life, lease) = (self.cfg.node.clone(), self.incarnation, Span::ZERO);
        self.terms.owners.insert(term, Owner { node, life, lease });
        self.beat_soon();
        // All files are read again: heads may have moved, nodes may have come.
        self.look.wanted_full = true;
    }

    /// A beat of this claim counts: the store holds it, and no newer term was seen after it.
    pub(crate) fn lease_beat(&mut self, started: Mono) {
        let (lease, now) = (self.cfg.lease_held(), self.now());
        let role = self.beat.confirmed_role;
        let term = self.beat.confirmed_term;
        // From its start: that is when others may have seen it last (clause 10).
        let started = if base::mutant::on(base::Mutant::LeaseFromBeatsEnd) { now } else { started };
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
            Stage::Reign(reign) if term == reign.term && reign.over.is_none() => {
                // A lapsed one needs a proof (clause 11).
                let goes_on = reign.lease_from.is_some_and(|from| now < from + lease);
                if goes_on || base::mutant::on(base::Mutant::ResumedByBeat) {
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
            ClaimStep::LastStands if retry => self.claim_catch_up(),
            ClaimStep::Fence if retry => self.send_fence(),
            ClaimStep::Files => self.read_all_files(),
            ClaimStep::Validate if retry => self.begin_validate(),
            ClaimStep::Still => self.claim_still(),
            _ => {}
        }
    }

    pub(crate) fn depose(&mut self, why: &str) {
        match &self.stage {
            Stage::Claim(_) => {
                self.counts.claims_lost += 1;
                self.say(Level::Info, format!("the claim of term {} is over: {why}", self.created));
                self.back_to_follow();
            }
            Stage::Reign(_) => self.reign_is_over(why),
            _ => {}
        }
    }
}

//! Ruling: one create at a time, a lease on the own clock, suspended when the store does not answer, resumed
//! without a reload when nobody else took over meanwhile.

use std::sync::Arc;

use base::{Lsn, Mono, Span, Term};

use crate::files::EndWhy;
use crate::input::{Effect, Level, LostAppend};
use crate::names;
use crate::record::{self, Kind};
use crate::state::{EndStep, Ending, Ha, Outstanding, Reign, Stage, Want};
use crate::verbs::{Answer, Lane, Verb};

/// Between two tries of the same create.
const RETRY: Span = Span::millis(100);

impl Ha {
    fn reign(&mut self) -> Option<&mut Reign> {
        match &mut self.stage {
            Stage::Reign(reign) => Some(reign),
            _ => None,
        }
    }

    /// Until when this node may answer as master, by its own clock.
    pub fn lease_until(&self) -> Option<Mono> {
        match &self.stage {
            Stage::Reign(Reign { lease_from: Some(from), .. }) => Some(*from + self.cfg.lease_held()),
            _ => None,
        }
    }

    /// Whether it rules with a valid lease at this moment.
    pub(crate) fn serving(&self) -> bool {
        self.lease_until().is_some_and(|until| self.now() < until)
    }

    /// Whether the host may hand over the next batch.
    pub fn ready_to_append(&self) -> bool {
        match &self.stage {
            Stage::Reign(reign) => reign.outstanding.is_none() && self.serving(),
            _ => false,
        }
    }

    /// The term that this node rules in, while its lease lasts.
    pub fn serving_term(&self, now: Mono) -> Option<Term> {
        match &self.stage {
            Stage::Reign(reign) => self.lease_until().is_some_and(|until| now < until).then_some(reign.term),
            _ => None,
        }
    }

    pub(crate) fn append(&mut self, ops: Vec<Arc<str>>) {
        if !self.ready_to_append() {
            // A batch that comes at the wrong moment was certainly not sent.
            self.out.push(Effect::Lost(LostAppend::NotRecorded));
            return;
        }
        self.send(Kind::Data, &ops, None);
    }

    fn send(&mut self, kind: Kind, ops: &[Arc<str>], base: Option<Mono>) {
        let Some(point) = self.log.have else { return };
        let lsn = point.lsn.next();
        let bytes = self.encode(kind, lsn, point.chain, ops);
        let since = self.now();
        let Some(reign) = self.reign() else { return };
        let term = reign.term;
        reign.outstanding = Some(Outstanding {
            lsn,
            bytes: bytes.clone(),
            is_data: kind == Kind::Data,
            is_taken: false,
            base,
            since,
            again_at: None,
        });
        self.ask(Lane::Log, Verb::Create { name: names::record(lsn), bytes }, Want::Slot(term, lsn));
    }

    fn outstanding(&mut self, term: Term, lsn: Lsn) -> Option<&mut Outstanding> {
        self.reign().filter(|r| r.term == term)?.outstanding.as_mut().filter(|o| o.lsn == lsn)
    }

    pub(crate) fn slot_answer(&mut self, term: Term, lsn: Lsn, answer: Answer) {
        let again = self.at.now + RETRY;
        let Some(outstanding) = self.outstanding(term, lsn) else { return };
        match answer {
            Answer::Created => self.landed(lsn),
            Answer::Exists => {
                self.ask(Lane::Log, Verb::Read { name: names::record(lsn) }, Want::SlotRead(term, lsn));
            }
            // Once sent a batch never changes: the very same again.
            Answer::Unknown(fault) | Answer::Failed(fault) => {
                outstanding.again_at = Some(again);
                self.note_trouble("writing to the log", &fault.text);
            }
            _ => {}
        }
    }

    /// The slot is taken: by my very bytes, or I am fenced.
    pub(crate) fn slot_read(&mut self, term: Term, lsn: Lsn, answer: Answer) {
        let again = self.at.now + RETRY;
        let Some(outstanding) = self.outstanding(term, lsn) else { return };
        match answer {
            Answer::Content(Some(bytes)) if bytes == outstanding.bytes => self.landed(lsn),
            Answer::Content(Some(bytes)) => {
                let header = record::decode(lsn, &bytes).ok().and_then(|r| r.header);
                match header {
                    Some(h) if h.term > term => {
                        outstanding.is_taken = true;
                        self.saw_term(h.term, &h.node);
                        self.demote(&format!("{} has fenced the log with term {}", h.node, h.term));
                    }
                    _ => {
                        self.say(
                            Level::Error,
                            format!("slot {lsn} holds a record that no newer term explains: the store lost data, or \
                                     somebody wrote to it who must not"),
                        );
                        self.demote("the log holds a foreign record at the next slot");
                    }
                }
            }
            Answer::Content(None) => outstanding.again_at = Some(again),
            Answer::Unknown(fault) | Answer::Failed(fault) => {
                outstanding.again_at = Some(again);
                self.note_trouble("reading the log", &fault.text);
            }
            _ => {}
        }
    }

    fn landed(&mut self, lsn: Lsn) {
        let Some(point) = self.log.have else { return };
        let now = self.at.now;
        let created = self.created;
        let Some(reign) = self.reign() else { return };
        let Some(done) = reign.outstanding.take() else { return };
        reign.want_noop &= done.is_data;
        reign.records_since += 1;
        reign.bytes_since += done.bytes.len() as u64;
        let lapsed = reign.lease_from.is_none();
        if let Some(base) = done.base {
            // Nobody took over since that beat: the lease counts from it.
            reign.lease_from = reign.lease_from.max(Some(base));
            reign.proof_base = None;
            self.look_proved();
        }
        self.advance(lsn, point.chain.next(&done.bytes));
        if done.is_data {
            self.log.data_term = created;
            self.out.push(Effect::Landed(lsn));
        } else if lapsed && self.serving() {
            self.say(
                Level::Info,
                format!("resumed: nobody took over while the store was away ({})", now.since(done.since)),
            );
            self.beat_soon();
        }
    }

    /// Files that could not be read tell of no newer term after all.
    fn look_proved(&mut self) {
        for peer in self.peers.values_mut() {
            if let Some((_, proved)) = &mut peer.unreadable {
                *proved = true;
            }
        }
    }

    /// The lease ends by the clock, whatever the store does.
    pub(crate) fn run_lease(&mut self) {
        let now = self.now();
        let until = self.lease_until();
        let patience = self.cfg.lease_held();
        let Some(reign) = self.reign() else { return };
        let stuck = reign.outstanding.as_ref().is_some_and(|o| now.since(o.since) >= patience);
        let over = until.is_some_and(|until| now >= until);
        if reign.lease_from.is_some() && (over || stuck) {
            reign.lease_from = None;
            reign.proof_base = None;
            let why = if stuck { "a record is not answered for" } else { "no beat has counted" };
            self.say(
                Level::Warn,
                format!("suspended: {why} for {patience}; writes are refused until the store answers"),
            );
            self.beat_soon();
        }
    }

    pub(crate) fn reign_wake(&self) -> Option<Mono> {
        match &self.stage {
            Stage::Reign(Reign { outstanding: Some(o), .. }) => {
                let patience = o.since + self.cfg.lease_held();
                let patience = if patience > self.now() { patience } else { self.now() + Span::secs(1) };
                Some(o.again_at.map_or(patience, |at| at.min(patience)))
            }
            _ => None,
        }
    }

    pub(crate) fn run_reign(&mut self) {
        let now = self.now();
        let Some(reign) = self.reign() else { return };
        let term = reign.term;
        if let Some(outstanding) = &mut reign.outstanding {
            if outstanding.again_at.is_some_and(|at| now >= at) {
                outstanding.again_at = None;
                let (lsn, bytes) = (outstanding.lsn, outstanding.bytes.clone());
                self.ask(Lane::Log, Verb::Create { name: names::record(lsn), bytes }, Want::Slot(term, lsn));
            }
            return;
        }
        // Lapsed, a beat counts, and nothing is on its way: a noop first sent after that beat proves the slot.
        if reign.lease_from.is_none()
            && let Some(base) = reign.proof_base
        {
            self.send(Kind::Noop, &[], Some(base));
        } else if reign.want_noop
            && let Some(base) = reign.lease_from
        {
            self.send(Kind::Noop, &[], Some(base));
        }
    }

    /// The slot or the term is lost: back to the durable state, follow whoever rules.
    pub(crate) fn demote(&mut self, why: &str) {
        let floor = self.ckpt.floor();
        let Some(reign) = self.reign() else { return };
        let lost = reign.outstanding.take();
        self.say(Level::Warn, format!("not master any more: {why}"));
        if let Some(lost) = lost.filter(|o| o.is_data) {
            // Above the floor somebody else's record stands in the slot. Elsewhere, or while the create may still
            // arrive, it cannot be known.
            // A record that was sent long ago may have been marked, pruned, and its slot taken by a late fence: the
            // floor known here would not show it.
            let recent = self.now().since(lost.since) < self.cfg.prune_after.scaled(1, 2);
            let newer = self.terms.newest > self.created;
            let sure = recent && newer && lost.lsn > floor && lost.is_taken;
            self.out.push(Effect::Lost(if sure { LostAppend::NotRecorded } else { LostAppend::Unknown }));
        }
        self.out.push(Effect::Demoted { why: why.to_owned() });
        self.back_to_follow();
    }

    /// Gives the term up of its own will, and goes on as a standby.
    pub(crate) fn give_up_term(&mut self, why: &str) {
        match &self.stage {
            Stage::Claim(_) => self.give_up_claim(why),
            Stage::Reign(_) => {
                self.demote(why);
                self.terms.over = Some("this server gave it up".to_owned());
                let term = self.created;
                self.stage = Stage::Ending(Ending {
                    since: self.now(),
                    term: Some(term),
                    step: EndStep::Beat,
                    exit: false,
                });
                self.beat_soon();
            }
            _ => {}
        }
    }

    pub(crate) fn end_why(exit: bool) -> EndWhy {
        if exit { EndWhy::Exit } else { EndWhy::StepDown }
    }
}

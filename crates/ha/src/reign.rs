//! Ruling: one create at a time, a lease on the own clock, suspended when the store does not answer, resumed
//! without a reload when nobody else took over meanwhile.

use std::sync::Arc;

use base::{Lsn, Mono, Span, Term};

use crate::files::EndWhy;
use crate::floor::{FloorLook, Found};
use crate::formats::Readable;
use crate::input::{Effect, Level, LostAppend};
use crate::names;
use crate::record::{self, Kind};
use crate::state::{Ha, Stage, Want};
use crate::verbs::{Answer, Lane, Verb};

/// Between two tries of the same create.
pub(crate) const RETRY: Span = Span::millis(100);
/// How long a master that is over waits for what is on its way, before it calls it unknown.
const SETTLE_BOUND: Span = Span::secs(2);

/// A reign.
pub(crate) struct Reign {
    pub(crate) term: Term,
    /// When the last beat that counts began; `None` when the lease has lapsed and the slot must be proved.
    pub(crate) lease_from: Option<Mono>,
    /// While lapsed: the start of the last beat that counts, from which a proof may count.
    pub(crate) proof_base: Option<Mono>,
    /// The create that is on its way.
    pub(crate) outstanding: Option<Outstanding>,
    /// A file of another node could not be read; a noop must prove the slot.
    pub(crate) want_noop: bool,
    /// A newer term was seen, why and when. Nothing is served any more; what is on its way is answered for first.
    pub(crate) over: Option<(String, Mono)>,
    /// Which record format all who live read.
    pub(crate) readable: Option<Readable>,
    /// Records and bytes since the last checkpoint.
    pub(crate) records_since: u64,
    pub(crate) bytes_since: u64,
}

/// The one create that may be on its way.
pub(crate) struct Outstanding {
    pub(crate) lsn: Lsn,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) format: u32,
    pub(crate) is_data: bool,
    /// The slot was answered for, and the floor is looked at.
    pub(crate) floor: Option<FloorLook>,
    /// For a noop: the beat from which the lease counts when it lands.
    pub(crate) base: Option<Mono>,
    pub(crate) since: Mono,
    /// When to send it again, if it is not with the store now.
    pub(crate) again_at: Option<Mono>,
}

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

    /// Whether the host may hand over the next batch at this moment. The last step may lie long back (a stopped
    /// process): a lease that has run out since then counts.
    pub fn ready_to_append(&self, now: Mono) -> bool {
        match &self.stage {
            Stage::Reign(reign) => reign.outstanding.is_none() && self.serving_term(now).is_some(),
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
        if !self.ready_to_append(self.now()) {
            // A batch that comes at the wrong moment was certainly not sent.
            self.out.push(Effect::Lost(LostAppend::NotRecorded));
            return;
        }
        self.send(Kind::Data, &ops, None);
        // Acknowledged when the slot holds my bytes, not before (clause 8).
        if base::mutant::on(base::Mutant::AcknowledgedWhenSent)
            && let Some(lsn) = self.log.have.map(|p| p.lsn.next())
        {
            self.landed(lsn);
        }
    }

    fn send(&mut self, kind: Kind, ops: &[Arc<str>], base: Option<Mono>) {
        let Some(point) = self.log.have else { return };
        let lsn = point.lsn.next();
        let format = self.format_to_write();
        let bytes = self.encode(format, kind, lsn, point.chain, ops);
        let since = self.now();
        let Some(reign) = self.reign() else { return };
        let term = reign.term;
        reign.outstanding = Some(Outstanding {
            lsn,
            bytes: bytes.clone(),
            format,
            is_data: kind == Kind::Data,
            floor: None,
            base,
            since,
            again_at: None,
        });
        self.ask(Lane::Log, Verb::Create { name: names::record(lsn), bytes }, Want::Slot(term, lsn));
    }

    pub(crate) fn outstanding(&mut self, term: Term, lsn: Lsn) -> Option<&mut Outstanding> {
        self.reign().filter(|r| r.term == term)?.outstanding.as_mut().filter(|o| o.lsn == lsn)
    }

    pub(crate) fn slot_answer(&mut self, term: Term, lsn: Lsn, answer: Answer) {
        let again = self.at.now + RETRY;
        let Some(outstanding) = self.outstanding(term, lsn) else { return };
        match answer {
            Answer::Created => self.is_mine(term, lsn),
            // That it exists says nothing of whose it is (clause 7).
            Answer::Exists if base::mutant::on(base::Mutant::ExistsIsMine) => self.is_mine(term, lsn),
            Answer::Exists => {
                self.ask(Lane::Log, Verb::Read { name: names::record(lsn) }, Want::SlotRead(term, lsn));
            }
            // A lost reply is no answer (clause 7).
            Answer::Unknown(_) if base::mutant::on(base::Mutant::LostReplyIsNo) => {
                self.demote_with(LostAppend::NotRecorded);
            }
            // Once sent a batch never changes: the very same again.
            Answer::Unknown(fault) | Answer::Failed(fault) => {
                outstanding.again_at = Some(again);
                self.note_unwritten("writing to the log", &fault);
            }
            _ => {}
        }
    }

    /// The slot is taken: by my very bytes, or I am fenced.
    pub(crate) fn slot_read(&mut self, term: Term, lsn: Lsn, answer: Answer) {
        let again = self.at.now + RETRY;
        let Some(outstanding) = self.outstanding(term, lsn) else { return };
        match answer {
            Answer::Content(Some(bytes)) if bytes == outstanding.bytes => self.is_mine(term, lsn),
            Answer::Content(Some(bytes)) => {
                let is_data = outstanding.is_data;
                let header = match record::decode_up_to(self.cfg.formats, lsn, &bytes) {
                    Ok(record) => record.header,
                    // Not damage, and nothing of it may be guessed.
                    Err(refused) => {
                        self.say(Level::Error, refused.to_string());
                        return self.demote("a newer release has written to the log");
                    }
                };
                let same_uid = header.as_ref().is_some_and(|h| h.uid == self.cfg.uid);
                match header {
                    // Only my very bytes are mine (clause 7).
                    _ if same_uid && base::mutant::on(base::Mutant::OwnUidIsMine) => self.is_mine(term, lsn),
                    Some(h) if h.term > term => {
                        self.counts.fenced_writes += u64::from(is_data);
                        self.saw_term(h.term, &h.node);
                        self.reign_is_over(&format!("{} has fenced the log with term {}", h.node, h.term));
                        self.look_at_floor(term, lsn, Found::Others);
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

    /// The slot holds my very bytes.
    fn is_mine(&mut self, term: Term, lsn: Lsn) {
        // The second look (clause 8).
        if self.cfg.strict_ack && !base::mutant::on(base::Mutant::StrictAckSkipped) {
            self.look_at_floor(term, lsn, Found::Mine);
        } else {
            self.landed(lsn);
        }
    }

    pub(crate) fn landed(&mut self, lsn: Lsn) {
        let Some(point) = self.log.have else { return };
        let now = self.at.now;
        let created = self.created;
        let is_gone = self.anchor.gone.is_some();
        let Some(reign) = self.reign() else { return };
        if is_gone {
            // It lies where its history does not: answered for when that is back.
            if let Some(outstanding) = &mut reign.outstanding {
                (outstanding.floor, outstanding.again_at) = (None, Some(now + RETRY));
            }
            return;
        }
        let Some(done) = reign.outstanding.take() else { return };
        reign.want_noop &= done.is_data;
        reign.records_since += 1;
        reign.bytes_since += done.bytes.len() as u64;
        let (lapsed, is_over) = (reign.lease_from.is_none(), reign.over.is_some());
        if done.is_data && lapsed && base::mutant::on(base::Mutant::ResentIsProof) {
            // Its number may be pruned and free: it proves nothing (clause 11).
            reign.lease_from = reign.proof_base.take();
        }
        if let Some(base) = done.base {
            // Nobody took over since that beat: the lease counts from it.
            reign.lease_from = reign.lease_from.max(Some(base));
            reign.proof_base = None;
            self.look_proved();
        }
        self.saw_format(done.format);
        self.advance(lsn, point.chain.next(&done.bytes));
        if done.is_data {
            self.log.data_term = created;
            self.out.push(Effect::Landed(lsn));
            if is_over {
                self.demote_with(LostAppend::Unknown);
            }
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
            Stage::Reign(_) if self.anchor.gone.is_some() => None,
            Stage::Reign(Reign { outstanding: Some(o), over, .. }) => {
                let patience = o.since + self.cfg.lease_held();
                let patience = if patience > self.now() { patience } else { self.now() + Span::secs(1) };
                let bound = over.as_ref().map(|(_, since)| *since + SETTLE_BOUND);
                o.again_at.into_iter().chain(bound).chain([patience]).min()
            }
            _ => None,
        }
    }

    pub(crate) fn run_reign(&mut self) {
        if self.anchor.gone.is_some() {
            return;
        }
        let now = self.now();
        let Some(reign) = self.reign() else { return };
        let term = reign.term;
        if let Some(outstanding) = &mut reign.outstanding {
            if reign.over.as_ref().is_some_and(|(_, since)| now.since(*since) >= SETTLE_BOUND) {
                return self.demote_with(LostAppend::Unknown);
            }
            if outstanding.again_at.is_some_and(|at| now >= at) {
                outstanding.again_at = None;
                let (lsn, bytes) = (outstanding.lsn, outstanding.bytes.clone());
                // Never a noop for a slot that something was sent for (clause 11).
                if reign.lease_from.is_none() && base::mutant::on(base::Mutant::NoopForTheRecord) {
                    reign.outstanding = None;
                    self.out.push(Effect::Lost(LostAppend::NotRecorded));
                    return;
                }
                match outstanding.floor.take() {
                    Some(look) => self.look_at_floor(term, lsn, look.found),
                    None => {
                        let verb = Verb::Create { name: names::record(lsn), bytes };
                        self.ask(Lane::Log, verb, Want::Slot(term, lsn));
                    }
                }
            }
            return;
        }
        // Lapsed, a beat counts, and nothing is on its way: a noop first sent after that beat proves the slot.
        // First sent after a beat that counts (clauses 10, 11).
        let base = if base::mutant::on(base::Mutant::NoopBeforeBeat) { Some(now) } else { reign.proof_base };
        if reign.lease_from.is_none()
            && let Some(base) = base
        {
            self.send(Kind::Noop, &[], Some(base));
        } else if reign.want_noop
            && let Some(base) = reign.lease_from
        {
            self.send(Kind::Noop, &[], Some(base));
        }
    }

    /// A newer term was seen: nothing is served from here on. A record that is on its way is answered for first, so
    /// that its client is told what became of it: soon, see `SETTLE_BOUND`.
    pub(crate) fn reign_is_over(&mut self, why: &str) {
        let now = self.now();
        let Some(reign) = self.reign() else { return };
        reign.over.get_or_insert((why.to_owned(), now));
        (reign.lease_from, reign.proof_base) = (None, None);
        match &mut reign.outstanding {
            Some(outstanding) if outstanding.is_data => {
                outstanding.again_at = outstanding.again_at.map(|_| now);
            }
            _ => self.demote_with(LostAppend::Unknown),
        }
    }

    /// The term is given up, or lost: what is on its way may have landed.
    pub(crate) fn demote(&mut self, why: &str) {
        let now = self.now();
        if let Some(reign) = self.reign() {
            reign.over.get_or_insert((why.to_owned(), now));
        }
        self.demote_with(LostAppend::Unknown);
    }

    /// Back to the durable state, to follow whoever rules; this became of the record that was on its way.
    pub(crate) fn demote_with(&mut self, outcome: LostAppend) {
        let Some(reign) = self.reign() else { return };
        // What may have landed is not denied (clause 7).
        let outcome =
            if base::mutant::on(base::Mutant::UnknownIsDenied) { LostAppend::NotRecorded } else { outcome };
        let lost = reign.outstanding.take();
        let why = reign.over.take().map_or_else(String::new, |(why, _)| why);
        self.say(Level::Warn, format!("not master any more: {why}"));
        if lost.is_some_and(|o| o.is_data) {
            self.out.push(Effect::Lost(outcome));
        }
        self.out.push(Effect::Demoted { why });
        self.back_to_follow();
    }

    /// Gives the term up of its own will, and goes on as a standby.
    pub(crate) fn give_up_term(&mut self, why: &str) {
        match &self.stage {
            Stage::Claim(_) => self.give_up_claim(why),
            Stage::Reign(_) => {
                self.demote(why);
                self.terms.over = Some("this server gave it up".to_owned());
                self.end_begins(Some(self.created), false);
            }
            _ => {}
        }
    }

    pub(crate) fn end_why(exit: bool) -> EndWhy {
        if exit { EndWhy::Exit } else { EndWhy::StepDown }
    }
}

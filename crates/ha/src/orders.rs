//! What operators ordered about the chair: learnt from the own state and from the others' files, whichever is newer;
//! what a pause forbids; and how the chair is handed over.
//!
//! None of it decides safety: a claim that an order should have held back is as safe as any other.

use base::{NodeId, Orders, Span, Term};

use crate::beat::BeatFlow;
use crate::input::Level;
use crate::state::{Ha, Stage};
use crate::successor::{self, HandOver, NoSuccessor};

/// What is known of orders.
#[derive(Default)]
pub(crate) struct Ordered {
    /// The newest that were met anywhere.
    pub(crate) newest: Orders,
    /// The orders whose pause was lifted at this server, while no master was there to record it.
    pub(crate) lifted: Option<(u64, String)>,
    /// The last term that this node handed over.
    pub(crate) handed: Option<HandOver>,
    /// The last claim that this node could not finish: what allowed it allows another try.
    pub(crate) unfinished: Option<Term>,
    /// Why the last hand-over that was wanted did not begin, and the serial of the orders then.
    pub(crate) refused: Option<(u64, String)>,
}

impl Ha {
    /// Orders were read: in the own state, or in another server's file.
    pub(crate) fn learn_orders(&mut self, orders: &Orders) {
        // Whichever is newer.
        let is_older = orders.serial < self.ordered.newest.serial;
        let is_known = orders.serial == self.ordered.newest.serial;
        if is_known || (is_older && !base::mutant::on(base::Mutant::OlderOrdersWin)) {
            return;
        }
        let before = std::mem::replace(&mut self.ordered.newest, orders.clone());
        match (&before.pause, &orders.pause) {
            (None, Some(pause)) => {
                let why = if pause.why.is_empty() { String::new() } else { format!(": {}", pause.why) };
                self.say(Level::Warn, format!("automatic fail-over is paused by {}{why}", pause.by));
            }
            (Some(_), None) => self.say(Level::Info, "automatic fail-over is on again"),
            _ => {}
        }
        // A server that follows no log learns it from this one's file.
        self.beat_soon();
    }

    /// Whether a pause holds here and now.
    pub(crate) fn paused(&self) -> bool {
        self.ordered.newest.paused_at(self.at.wall).is_some() && self.lifted_by().is_none()
    }

    /// Who has lifted the pause at this server, where no master has recorded that yet.
    pub fn lifted_by(&self) -> Option<&str> {
        let (serial, by) = self.ordered.lifted.as_ref()?;
        // This pause, no later one.
        let holds = *serial == self.ordered.newest.serial || base::mutant::on(base::Mutant::LiftOutlives);
        holds.then_some(by.as_str())
    }

    /// There is no master who could record it: this server takes part in the election again.
    pub(crate) fn lift_pause(&mut self, by: String) {
        if self.ordered.newest.pause.is_some() {
            self.say(Level::Warn, format!("{by} lifted the pause of automatic fail-over at this server"));
            self.ordered.lifted = Some((self.ordered.newest.serial, by));
        }
    }

    /// Whether this node may claim although fail-over is paused: it is no fail-over when the chair goes to whom it
    /// was handed, or back to whom it was with.
    pub(crate) fn may_claim_in_pause(&self) -> bool {
        let own = &self.cfg.node;
        let was_mine = self.terms.owner.as_ref() == Some(own);
        let started_anew = self.terms.claim.as_ref().is_some_and(|c| c.incarnation < self.incarnation);
        let newest = self.terms.newest;
        let came_back = self.ordered.handed.as_ref().is_some_and(|h| h.term == newest);
        let unfinished = self.ordered.unfinished == Some(newest);
        self.nominated().is_some_and(|h| h.to == *own)
            || (was_mine && (started_anew || came_back || unfinished))
    }

    /// To whom the newest term was handed over, by its owner's own word.
    pub(crate) fn nominated(&self) -> Option<&HandOver> {
        let owner = self.terms.owner.as_ref()?;
        let said = if *owner == self.cfg.node {
            self.ordered.handed.as_ref()
        } else {
            self.peers.get(owner).and_then(|p| p.file.hand_over.as_ref())
        };
        said.filter(|h| h.term == self.terms.newest)
    }

    /// How long the others leave the way free for the one who was named: it may have to find out by a look.
    pub(crate) fn nominee_first(&self) -> Span {
        self.cfg.poll * 2 + Span::millis(500)
    }

    /// Who would be given the chair, or why nobody.
    pub fn successor(&self, to: Option<&NodeId>) -> Result<NodeId, NoSuccessor> {
        successor::choose(&self.status(), to)
    }

    /// The master gives its term up, for another one to follow. The host has drained what it held.
    pub(crate) fn hand_over(&mut self, to: Option<&NodeId>, by: String) {
        if !matches!(self.stage, Stage::Reign(_)) {
            return;
        }
        match self.successor(to) {
            Err(why) => {
                self.say(Level::Warn, format!("not handed over, as {by} ordered: {why}"));
                self.ordered.refused = Some((self.ordered.newest.serial, why.to_string()));
            }
            Ok(to) => {
                let why = format!("it hands over to {to}, as {by} ordered");
                self.ordered.refused = None;
                self.ordered.handed = Some(HandOver { term: self.created, to, by });
                self.give_up_term(&why);
                // The look that an earlier beat waits for is not wanted any more.
                if let BeatFlow::Looking { .. } = self.beat.flow {
                    self.beat.flow = BeatFlow::Idle;
                }
            }
        }
    }
}

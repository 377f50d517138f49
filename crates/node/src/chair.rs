//! The master's chair is handed over: what was accepted is recorded first, one record's worth of it, then the term
//! is given up. And what the recorded orders say is passed on to whoever decides about the chair.

use base::{Mono, NodeId, Span};
use engine::input::{Caller, Command, Input as Happened, Order};
use ha::input::{Event, Input as HaInput, Level};

use crate::interface::Effect;
use crate::reign::NOBODY;
use crate::step::{DRAIN, Node};

/// How long a planned switchover that is due waits for somebody who can take over, in milliseconds.
const PLAN_GRACE_MS: u64 = 60_000;

/// A hand-over that has been recorded and not been done yet.
pub(crate) struct HandingOver {
    to: Option<NodeId>,
    by: String,
    /// What is not recorded by then is refused: its clients send it to the next master.
    until: Mono,
    /// What was accepted before is recorded.
    drained: bool,
}

/// The first thing that a master does whose claim was allowed by somebody who lifted a pause.
pub(crate) fn lifted(by: String) -> Happened {
    order(by, Order::Resume)
}

fn order(by: String, order: Order) -> Happened {
    let caller = Caller { user: by, ..Caller::default() };
    Happened::Command { request: NOBODY, caller, key: None, command: Command::Order(order) }
}

impl Node {
    /// Orders that have become durable are told; a plan that is due is carried out.
    pub(crate) fn look_at_orders(&mut self, out: &mut Vec<Effect>) {
        if let Some(orders) = self.durable.as_ref().map(engine::Root::orders)
            && orders.serial > self.orders_told
        {
            self.orders_told = orders.serial;
            self.ha_step(HaInput::Orders(orders.clone()), out);
        }
        if self.ha.serving_term(self.at.now).is_none() || self.stop_by.is_some() || self.handing.is_some() {
            return;
        }
        let Some(planned) = self.reign.as_ref().and_then(|r| r.orders().due_at(self.at.wall)).cloned() else {
            return;
        };
        let what = match self.ha.successor(planned.to.as_ref()) {
            Ok(_) => Order::HandOver { to: planned.to },
            // Whoever is to follow may be starting just now.
            Err(why) if !why.is_final() && self.at.wall.0 < planned.at.0 + PLAN_GRACE_MS => return,
            Err(why) => {
                let text = format!("the switchover that {} planned is not done: {why}", planned.by);
                out.push(Effect::Event(Event { level: Level::Warn, text }));
                Order::Cancel
            }
        };
        // A step that fails has said so, and leaves the plan for the next one.
        self.happened(order(planned.by, what), out).ok();
    }

    pub(crate) fn begin_hand_over(&mut self, to: Option<NodeId>, by: String) {
        self.handing = Some(HandingOver { to, by, until: self.at.now + DRAIN, drained: false });
    }

    /// One more record has landed: if the chair is being handed over, that was the last.
    pub(crate) fn landed_while_handing(&mut self) {
        if let Some(handing) = &mut self.handing {
            handing.drained = true;
        }
    }

    /// Whether records are still sent.
    pub(crate) fn sends(&self) -> bool {
        self.handing.as_ref().is_none_or(|h| !h.drained)
    }

    /// Gives the term up, once what was accepted before is recorded.
    pub(crate) fn hand_over(&mut self, out: &mut Vec<Effect>) {
        let Some(handing) = &self.handing else { return };
        let waits = self.reign.as_ref().is_some_and(|r| r.is_sent() || (!handing.drained && r.is_busy()));
        // What was accepted before is recorded first.
        if waits && self.at.now < handing.until && !base::mutant::on(base::Mutant::HandOverUndrained) {
            return;
        }
        if let Some(HandingOver { to, by, .. }) = self.handing.take() {
            self.ha_step(HaInput::HandOver { to, by }, out);
            // If it was refused, what has piled up meanwhile goes on.
            self.pump(out);
        }
    }

    /// When something about the chair is due.
    pub(crate) fn chair_wake(&self) -> Option<Mono> {
        let handing = self.handing.as_ref().map(|h| h.until);
        let planned = self.reign.as_ref().and_then(|r| r.orders().switchover.as_ref());
        // One that is due and was not carried out waits for the lease, and with it for an input.
        let planned = planned.filter(|p| p.at > self.at.wall);
        let due = planned.map(|p| self.at.now + Span::millis(p.at.0.saturating_sub(self.at.wall.0)));
        handing.into_iter().chain(due).min()
    }
}

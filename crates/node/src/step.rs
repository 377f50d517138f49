//! The step: an input in, effects out; and what `ha` wants, carried out here or passed on.

use std::sync::Arc;

use base::{Lsn, Moment, Mono, Span};
use engine::Root;
use ha::Ha;
use ha::input::{Effect as HaEffect, Input as HaInput};
use ha::status::Damage;

use crate::chair::HandingOver;
use crate::interface::{Config, Effect, Input, Response, View};
use crate::reign::Reigning;

/// How long a graceful end waits for what is still to be recorded.
pub(crate) const DRAIN: Span = Span::secs(2);

/// One server.
pub struct Node {
    pub(crate) ha: Ha,
    pub(crate) config: Config,
    pub(crate) at: Moment,
    /// The state folded from durable records; `None` while this node holds none.
    pub(crate) durable: Option<Root>,
    pub(crate) durable_at: Lsn,
    /// How often the durable state has changed.
    pub(crate) version: u64,
    /// Present while this node rules.
    pub(crate) reign: Option<Reigning>,
    /// A fold that failed while the effects of a step were carried out.
    pub(crate) fold_failed: Option<(Lsn, String)>,
    /// What of a checkpoint could not be read.
    pub(crate) fold_damaged: Vec<Damage>,
    pub(crate) ha_wake: Mono,
    pub(crate) stop_by: Option<Mono>,
    /// The chair is being handed over: nothing more is taken on.
    pub(crate) handing: Option<HandingOver>,
    /// The serial of the orders that `ha` was told.
    pub(crate) orders_told: u64,
    stop_sent: bool,
    /// Readers must be shown something new.
    pub(crate) stale: bool,
    /// The empty state that persist mode CLEAN asks for was begun.
    pub(crate) cleaned: bool,
}

impl Node {
    /// A server that has not begun yet; its first input is [`Input::Start`].
    pub fn new(config: Config) -> Node {
        Node {
            ha: Ha::new(config.ha.clone()),
            config,
            at: Moment::default(),
            durable: None,
            durable_at: Lsn(0),
            version: 0,
            reign: None,
            fold_failed: None,
            fold_damaged: Vec::new(),
            ha_wake: Mono(0),
            stop_by: None,
            handing: None,
            orders_told: 0,
            stop_sent: false,
            stale: true,
            cleaned: false,
        }
    }

    /// What readers see before the first step.
    pub fn first_view(&self) -> View {
        View { root: None, version: 0, lsn: Lsn(0), status: self.ha.status() }
    }

    /// One step. Effects are appended to `out` and must be carried out in order.
    pub fn step(&mut self, at: Moment, input: Input, out: &mut Vec<Effect>) {
        self.at = Moment { now: self.at.now.max(at.now), wall: at.wall };
        match input {
            Input::Start => self.ha_step(HaInput::Start, out),
            Input::Wake => {
                if self.at.now >= self.ha_wake {
                    self.ha_step(HaInput::Wake, out);
                }
                self.fire_timers(out);
            }
            Input::Stored { op, answer } => self.ha_step(HaInput::Answer { op, answer }, out),
            Input::Ask { request, caller, key, command } => {
                let input = engine::input::Input::Command { request, caller, key, command };
                self.asked(request, input, out);
            }
            Input::Worked { key, outcome } => self.worked(key, outcome, out),
            Input::Encoded { floor, parts } => self.ha_step(HaInput::CheckpointCut { floor, parts }, out),
            Input::SetMode(mode) => self.ha_step(HaInput::SetMode(mode), out),
            Input::SetPriority(priority) => self.ha_step(HaInput::SetPriority(priority), out),
            Input::Nudge => self.ha_step(HaInput::Nudge, out),
            Input::ToldHead { term, lsn } => self.ha_step(HaInput::ToldHead { term, lsn }, out),
            Input::ClearNodes(which) => self.ha_step(HaInput::ClearNodes(which), out),
            Input::LiftPause { by } => self.ha_step(HaInput::LiftPause { by }, out),
            Input::Stop => self.stop_by = Some(self.stop_by.unwrap_or(self.at.now + DRAIN)),
        }
        self.look_at_orders(out);
        self.pump(out);
        self.hand_over(out);
        self.drain(out);
        self.publish(out);
        out.push(Effect::WakeAt(self.next_wake()));
    }

    /// Steps `ha` and carries out what it wants; a fold that fails goes back to it at once.
    pub(crate) fn ha_step(&mut self, input: HaInput, out: &mut Vec<Effect>) {
        let mut wanted = Vec::new();
        // A record that sets out changes nothing that is shown: that would be one whole view more for each commit.
        let appends = matches!(input, HaInput::Append { .. });
        self.ha.step(self.at, input, &mut wanted);
        let only_sent = wanted.iter().all(|e| matches!(e, HaEffect::Store { .. } | HaEffect::WakeAt(_)));
        self.stale |= !(appends && only_sent);
        for effect in wanted {
            self.carry_out(effect, out);
        }
        for Damage { file, what } in std::mem::take(&mut self.fold_damaged) {
            self.ha_step(HaInput::FoldDamaged { file, what }, out);
        }
        if let Some((lsn, why)) = self.fold_failed.take() {
            self.ha_step(HaInput::FoldFailed { lsn, why }, out);
        }
    }

    fn carry_out(&mut self, effect: HaEffect, out: &mut Vec<Effect>) {
        match effect {
            HaEffect::Store { op, lane, verb } => out.push(Effect::Store { op, lane, verb }),
            HaEffect::WakeAt(at) => self.ha_wake = at,
            HaEffect::Fold(fold) => self.fold(fold),
            HaEffect::Landed(lsn) => self.landed(lsn, out),
            HaEffect::Lost(how) => self.lost(how, out),
            HaEffect::Serve { term, why } => self.serve(term, why, out),
            HaEffect::Demoted { .. } => self.demoted(out),
            HaEffect::CutCheckpoint { floor } => {
                // From durable state only (clause 9).
                let of_head = base::mutant::on(base::Mutant::CheckpointOfHead);
                let head = self.reign.as_ref().filter(|_| of_head).map(|r| r.head().clone());
                if let Some(root) = head.or_else(|| self.durable.clone()) {
                    out.push(Effect::EncodeCheckpoint { floor, root });
                }
            }
            HaEffect::TellProver { term, incarnation } => out.push(Effect::TellProver { term, incarnation }),
            HaEffect::KeepIncarnation(life) => out.push(Effect::KeepIncarnation(life)),
            HaEffect::KeepPriority(priority) => out.push(Effect::KeepPriority(priority)),
            HaEffect::Nudge(uris) => out.push(Effect::Nudge(uris)),
            HaEffect::Event(event) => out.push(Effect::Event(event)),
            HaEffect::Exit(exit) => out.push(Effect::Exit(exit)),
        }
    }

    /// A graceful end begins when all that was accepted is recorded, or its time is up.
    fn drain(&mut self, out: &mut Vec<Effect>) {
        let Some(by) = self.stop_by else { return };
        let busy = self.reign.as_ref().is_some_and(Reigning::is_busy);
        if !self.stop_sent && (!busy || self.at.now >= by) {
            self.stop_sent = true;
            self.ha_step(HaInput::Stop, out);
        }
    }

    fn next_wake(&self) -> Mono {
        let mut at = self.ha_wake;
        if let Some(reign) = &self.reign {
            at = reign.next_wake().map_or(at, |due| at.min(due));
        }
        if let Some(by) = self.stop_by.filter(|_| !self.stop_sent) {
            at = at.min(by);
        }
        at = self.chair_wake().map_or(at, |due| at.min(due));
        at
    }

    /// Shows readers the durable state as it stands; once a step, and again before replies go out.
    pub(crate) fn publish(&mut self, out: &mut Vec<Effect>) {
        if std::mem::take(&mut self.stale) {
            let (root, version, lsn) = (self.shown(), self.version, self.durable_at);
            let view = View { root, version, lsn, status: self.ha.status() };
            out.push(Effect::Publish(Arc::new(view)));
        }
    }

    /// The whole state, or nothing: never a part of one that is being loaded.
    fn shown(&self) -> Option<Root> {
        if self.ha.state_is_whole() { self.durable.clone() } else { None }
    }

    /// The answer for a write that cannot be taken now.
    pub(crate) fn refusal(&self) -> Response {
        if self.reign.is_some() || self.stop_by.is_some() {
            Response::NotRecorded
        } else {
            Response::NotMaster
        }
    }
}

//! Looking again and again: what all feeds and detectors share. One look at most is under way for each; the next is
//! due a period after the last began. After a take-over the first looks are spread out.

use base::{AdjunctId, Span};
use serde_json::Value;

use super::{Cause, Desk, Event};
use crate::effect::{Machine, Outcome, Work};
use crate::fnv::Fnv;
use crate::limits::{POLL_JITTER_MAX, POLL_PAUSE_MIN};
use crate::names;

/// How an adjunct looks.
pub(crate) struct Look {
    /// How often; `None`: only when a sensor that it hears of changes.
    pub(crate) period: Option<Span>,
    /// Whether it first looks after a period, or when triggered.
    pub(crate) skip_first: bool,
    /// Whether it looks only while its entity is up.
    pub(crate) only_if_up: bool,
    /// What to ask of which machine; `None`: nothing, as things are now.
    pub(crate) ask: Option<Ask>,
    /// What to make of the answer.
    pub(crate) take: Take,
}

/// Work, and the machine that is asked for it.
pub(crate) type Wish = (Machine, Work);
/// What a look asks for, if anything.
pub(crate) type Ask = fn(&mut Desk<'_>) -> Result<Option<Wish>, String>;
/// What is made of an answer.
pub(crate) type Take = fn(&mut Desk<'_>, &Outcome) -> Result<(), String>;

impl Desk<'_> {
    /// Does what an event means for an adjunct that looks.
    pub(crate) fn poll(&mut self, event: &Event<'_>, look: &Look) -> Result<(), String> {
        match event {
            Event::Begun(Cause::TookOver) => {
                let wait = look.period.map(|period| jitter(&self.adjunct.id, period));
                self.wake_after(wait.unwrap_or_default());
                Ok(())
            }
            Event::Begun(_) if look.skip_first => {
                self.wake_in(look.period);
                Ok(())
            }
            Event::Begun(_) | Event::Timer => self.look(look),
            Event::Sensor { of, name, value } => {
                let came_up = look.only_if_up && *name == names::IS_UP && *of == self.id();
                if came_up && **value != Value::Bool(true) {
                    return Ok(());
                }
                self.look(look)
            }
            Event::Outcome(outcome) => {
                let again = self.live.polling.again;
                self.draft.edit_live(&self.live.who.adjunct, |live| live.polling.again = false);
                self.look_later(look, again);
                (look.take)(self, outcome)
            }
            Event::Member { .. } | Event::Changed | Event::TaskEnded(_) => Ok(()),
        }
    }

    fn look(&mut self, look: &Look) -> Result<(), String> {
        if self.live.work.is_some() {
            self.draft.edit_live(&self.live.who.adjunct, |live| live.polling.again = true);
            return Ok(());
        }
        if look.only_if_up && self.own_sensor(names::IS_UP) != Some(&Value::Bool(true)) {
            // It hears when that changes.
            return Ok(());
        }
        let now = self.draft.now();
        self.draft.edit_live(&self.live.who.adjunct, |live| live.polling.since = Some(now));
        match look.ask.map_or(Ok(None), |ask| ask(self)) {
            Ok(Some((machine, work))) => {
                self.ask(machine, work);
                Ok(())
            }
            Ok(None) => {
                self.wake_in(look.period);
                Ok(())
            }
            Err(why) => {
                self.wake_in(look.period);
                Err(why)
            }
        }
    }

    /// The next look is a period after the last one began; at once, if it was asked for meanwhile.
    fn look_later(&mut self, look: &Look, again: bool) {
        let took = self.live.polling.since.map_or(Span::ZERO, |since| self.draft.now().since(since));
        let rest = look.period.map(|p| Span(p.0.saturating_sub(took.0)));
        self.wake_in(if again { Some(Span::ZERO) } else { rest });
    }

    fn wake_in(&mut self, wait: Option<Span>) {
        if let Some(wait) = wait {
            self.wake_after(wait.max(POLL_PAUSE_MIN));
        }
    }
}

/// When an adjunct looks first after a take-over: each somewhere else within its period.
fn jitter(id: &AdjunctId, period: Span) -> Span {
    let within = period.min(POLL_JITTER_MAX).0.max(1);
    Span(Fnv::of(id.as_str().bytes()) % within)
}

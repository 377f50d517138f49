//! What is to happen at some time of a reign. Ten thousand of them may wait while the node steps thousands of times
//! a second, so no step looks at more of them than are due.

use std::collections::{BTreeMap, BTreeSet};

use base::Mono;
use engine::input::TimerId;

/// Timers, each with its time.
#[derive(Default)]
pub(crate) struct Timers {
    at: BTreeMap<TimerId, Mono>,
    by_time: BTreeSet<(Mono, TimerId)>,
}

impl Timers {
    /// Sets a timer; an earlier wish for the same one is forgotten.
    pub(crate) fn set(&mut self, id: TimerId, at: Mono) {
        if let Some(old) = self.at.insert(id.clone(), at) {
            self.by_time.remove(&(old, id.clone()));
        }
        self.by_time.insert((at, id));
    }

    /// When the next one is due.
    pub(crate) fn next(&self) -> Option<Mono> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes out those that are due, the earliest first.
    pub(crate) fn take_due(&mut self, now: Mono) -> Vec<TimerId> {
        let mut due = Vec::new();
        while self.by_time.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.by_time.pop_first() else { break };
            self.at.remove(&id);
            due.push(id);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use base::EntityId;

    use super::*;

    fn poll(id: &str) -> TimerId {
        TimerId::Poll(EntityId::new(id))
    }

    #[test]
    fn a_timer_fires_once_at_the_time_that_was_wished_for_last() {
        let mut timers = Timers::default();
        timers.set(poll("a"), Mono(10));
        timers.set(poll("b"), Mono(20));
        timers.set(poll("a"), Mono(30));
        assert_eq!(timers.next(), Some(Mono(20)));
        assert_eq!(timers.take_due(Mono(10)), []);
        assert_eq!(timers.take_due(Mono(30)), [poll("b"), poll("a")]);
        assert_eq!((timers.next(), timers.take_due(Mono(99))), (None, Vec::new()));
    }
}

//! What is counted of elections and writes since this process began: numbers for monitoring, which decide nothing.

use base::{Histogram, Mono, Span};

use crate::state::Ha;
use crate::status::Role;

/// The numbers.
#[derive(Clone, Debug)]
pub struct Counts {
    /// Claims after which this server served.
    pub claims_won: u64,
    /// Claims that another server was before, or went past.
    pub claims_lost: u64,
    /// Claims that could not be finished.
    pub claims_given_up: u64,
    /// Writes of a deposed master that met the fence of the next one: none of them counts.
    pub fenced_writes: u64,
    /// How long this server was a suspended master, up to `suspended_since`.
    pub suspended: Span,
    /// Since when it is.
    pub suspended_since: Option<Mono>,
    /// From the last sign of life of the master before until this server served.
    pub failovers: Histogram,
    /// When the master before gave that sign, while this server claims.
    pub(crate) last_sign: Option<Mono>,
}

impl Default for Counts {
    fn default() -> Counts {
        Counts {
            claims_won: 0,
            claims_lost: 0,
            claims_given_up: 0,
            fenced_writes: 0,
            suspended: Span::ZERO,
            suspended_since: None,
            failovers: Histogram::slow(),
            last_sign: None,
        }
    }
}

impl Counts {
    /// How long this server was a suspended master, up to now.
    pub fn suspended_at(&self, now: Mono) -> Span {
        self.suspended + self.suspended_since.map_or(Span::ZERO, |since| now.since(since))
    }

    pub(crate) fn role_changes(&mut self, to: Role, now: Mono) {
        if to == Role::Suspended {
            self.suspended_since.get_or_insert(now);
        } else {
            self.suspended = self.suspended_at(now);
            self.suspended_since = None;
        }
    }

    pub(crate) fn serves(&mut self, now: Mono) {
        self.claims_won += 1;
        if let Some(sign) = self.last_sign.take() {
            self.failovers.add(now.since(sign));
        }
    }
}

impl Ha {
    /// A claim begins: whose place would be taken, and when that one was last seen to live. A claim that follows one
    /// of this server that came to nothing goes on with the same outage.
    pub(crate) fn note_outage(&mut self) {
        let owner = self.terms.owner.as_ref();
        if owner == Some(&self.cfg.node) && self.created != base::Term(0) {
            return;
        }
        self.counts.last_sign = owner.and_then(|o| self.peers.get(o)).map(|p| p.rose);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_as_a_suspended_master_adds_up() {
        let mut counts = Counts::default();
        let at = |s: u64| Mono(s * 1_000_000);
        counts.role_changes(Role::Master, at(1));
        counts.role_changes(Role::Suspended, at(5));
        assert_eq!(counts.suspended_at(at(7)), Span::secs(2));
        counts.role_changes(Role::Master, at(8));
        counts.role_changes(Role::Suspended, at(10));
        counts.role_changes(Role::HotStandby, at(11));
        assert_eq!(counts.suspended_at(at(99)), Span::secs(4));
    }

    #[test]
    fn only_taking_over_from_another_is_a_failover() {
        let mut counts = Counts::default();
        counts.serves(Mono(9));
        assert_eq!((counts.claims_won, counts.failovers.count()), (1, 0));
        counts.last_sign = Some(Mono(1_000_000));
        counts.serves(Mono(4_000_000));
        counts.serves(Mono(5_000_000));
        assert_eq!((counts.claims_won, counts.failovers.count()), (3, 1));
        assert_eq!(counts.failovers.sum(), Span::secs(3));
    }
}

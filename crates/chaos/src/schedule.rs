//! Which faults strike in which round: drawn from the seed alone, so that a seed repeats a campaign.

use base::rng::Rng;

use crate::nemesis::Nemesis;

/// Whom a fault strikes. Who that is, is known when it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Master,
    /// One that does not rule.
    Standby(u64),
    All,
}

/// A fault of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Strike {
    pub(crate) nemesis: Nemesis,
    pub(crate) target: Target,
    /// After the round began.
    pub(crate) after_ms: u64,
    /// What else is drawn: how slow, how far, which way. Each nemesis reads it as it needs.
    pub(crate) draw: u64,
}

/// What happens in a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) round: u64,
    /// How long nothing happens before.
    pub(crate) calm_ms: u64,
    pub(crate) strikes: Vec<Strike>,
    /// From its beginning until everything is healed.
    pub(crate) lasts_ms: u64,
}

/// All rounds of a campaign, without end.
pub(crate) struct Schedule {
    seed: u64,
    timeout_ms: u64,
    nemeses: Vec<Nemesis>,
    /// Each once alone, in an order of the seed's own.
    first: Vec<Nemesis>,
    round: u64,
}

impl Schedule {
    pub(crate) fn new(seed: u64, nemeses: &[Nemesis], timeout_ms: u64) -> Schedule {
        assert!(!nemeses.is_empty(), "a campaign of nothing");
        let mut rng = Rng::from_seed(seed);
        let mut first = nemeses.to_vec();
        for at in (1..first.len()).rev() {
            first.swap(at, rng.below(at as u64 + 1) as usize);
        }
        Schedule { seed, timeout_ms, nemeses: nemeses.to_vec(), first, round: 0 }
    }

    fn strike(&self, rng: &mut Rng, nemesis: Nemesis, second: bool) -> Strike {
        // Whose loss hurts most is struck most often.
        let target = match rng.below(10) {
            0..=5 => Target::Master,
            6..=8 => Target::Standby(rng.below(64)),
            _ => Target::All,
        };
        let target = match (nemesis, target) {
            // It is the master that hands over.
            (Nemesis::Switchover | Nemesis::StepDown, _) => Target::Master,
            // One folder cannot be away for one of them only.
            (Nemesis::Pulled, _) => Target::All,
            _ => target,
        };
        let after_ms = if second { rng.below(self.timeout_ms * 3 / 2) } else { 0 };
        Strike { nemesis, target, after_ms, draw: rng.next_u64() }
    }
}

impl Iterator for Schedule {
    type Item = Plan;

    fn next(&mut self) -> Option<Plan> {
        let round = self.round;
        self.round += 1;
        // A round depends on the seed and its number only, however the ones before it went.
        let mut rng = Rng::from_seed(self.seed).fork(round + 1);
        let mut pick = || self.nemeses[rng.below(self.nemeses.len() as u64) as usize];
        let mut chosen = match self.first.get(round as usize) {
            Some(first) => vec![*first],
            None => vec![pick(), pick()],
        };
        if round >= self.first.len() as u64 && (chosen[0] == chosen[1] || rng.one_in(3)) {
            chosen.pop();
        }
        let strikes: Vec<Strike> =
            chosen.iter().enumerate().map(|(n, nemesis)| self.strike(&mut rng, *nemesis, n > 0)).collect();
        let last = strikes.iter().map(|s| s.after_ms).max().unwrap_or(0);
        // Long enough that others take over, and at times much longer than that.
        let lasts_ms = last + self.timeout_ms * 3 / 2 + rng.below(self.timeout_ms * 3 / 2);
        Some(Plan { round, calm_ms: 300 + rng.below(1200), strikes, lasts_ms })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_repeats_its_schedule_and_another_has_another() {
        let of = |seed| Schedule::new(seed, &Nemesis::ALL, 2000).take(200).collect::<Vec<_>>();
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn each_nemesis_strikes_alone_before_any_two_do_and_pairs_follow() {
        let all: Vec<Plan> = Schedule::new(3, &Nemesis::ALL, 2000).take(300).collect();
        let (first, later) = all.split_at(Nemesis::ALL.len());
        let alone: BTreeSet<Nemesis> = first.iter().map(|p| p.strikes[0].nemesis).collect();
        assert_eq!(alone.len(), Nemesis::ALL.len());
        assert!(first.iter().all(|p| p.strikes.len() == 1));
        assert!(later.iter().filter(|p| p.strikes.len() == 2).count() > 100);
        assert!(later.iter().all(|p| p.strikes.iter().all(|s| s.after_ms < p.lasts_ms)));
    }

    #[test]
    fn a_round_outlasts_the_timeout() {
        assert!(Schedule::new(1, &[Nemesis::Pause], 2000).take(50).all(|p| p.lasts_ms >= 3000));
    }
}

//! Many seeds, on all cores: what was wrong in them, and what they met.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::check::{Rule, Violation};
use crate::world;

/// What a campaign came to.
#[derive(Default)]
pub struct Report {
    /// How many seeds were run.
    pub seeds: u64,
    /// The first violation of each seed that had one.
    pub failed: Vec<(u64, Violation)>,
    /// How often the interesting things happened.
    pub met: BTreeMap<&'static str, u64>,
}

/// How often each of these must be met by a thousand seeds: an empty campaign would prove nothing.
const FLOORS: [(&str, u64); 57] = [
    ("crashes", 100),
    ("pauses", 100),
    ("reigns", 500),
    ("suspensions", 100),
    ("resumed without a reload", 50),
    ("demotions", 100),
    ("checkpoints", 500),
    ("proofs of death", 20),
    ("store faults", 1000),
    ("late effects", 20),
    ("old leases waited for", 20),
    ("writes acknowledged", 10_000),
    ("writes unknown", 100),
    ("claims raced", 20),
    ("reloads from a checkpoint", 20),
    ("misled claimants", 10),
    ("void fences", 10),
    ("masters that slept with a record in hand", 10),
    ("strict acks refused", 5),
    ("registers read", 1000),
    ("writes sent again with their key", 1000),
    ("scripts begun", 500),
    ("scripts ended by a cancel", 20),
    ("outcomes told late", 50),
    ("outcomes told twice", 50),
    ("works refused for want of a lease", 1),
    ("cancels asked for", 50),
    ("logs replayed", 900),
    ("graceful stops", 20),
    ("cuts from the store", 20),
    ("deaths before a record", 50),
    ("deaths after a record", 50),
    ("hosts lost", 20),
    ("lanes that hung", 20),
    ("permissions lost", 20),
    ("newer releases", 1),
    ("servers upgraded", 100),
    ("formats switched", 10),
    ("hand-overs", 40),
    ("switchovers", 10),
    ("step-downs", 15),
    ("switchovers that were planned", 10),
    ("hand-overs refused", 20),
    ("planned switchovers dropped", 2),
    ("claims after a hand-over", 100),
    ("pauses of fail-over learnt", 100),
    ("resumes of fail-over learnt", 10),
    ("pauses lifted at a standby", 3),
    ("heads told", 10_000),
    ("heads told too high", 500),
    ("heads told too low", 200),
    ("heads told of another term", 200),
    ("heads told late", 500),
    ("heads told twice", 500),
    ("stray nudges", 10_000),
    ("records read before a beat named them", 100),
    ("ends of logs that were listed", 300),
];

impl Report {
    /// What the seeds hardly met, for campaigns that are long enough to tell.
    pub fn missed(&self) -> Vec<String> {
        let met = |what: &str| self.met.get(what).copied().unwrap_or(0);
        let floor = |per_thousand: u64| per_thousand * self.seeds / 1000;
        if self.seeds < 500 {
            return Vec::new();
        }
        let missed = FLOORS.iter().filter(|(what, n)| met(what) < floor(*n).max(1));
        missed.map(|(what, n)| format!("{what}: {} of at least {}", met(what), floor(*n).max(1))).collect()
    }
}

/// Runs seeds from one on. Stops early when so many have failed.
pub fn run(from: u64, seeds: u64, failures_max: usize, failed: &(dyn Fn(u64, &Violation) + Sync)) -> Report {
    let next = AtomicU64::new(from);
    let report = Mutex::new(Report::default());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let enough = report.lock().is_ok_and(|r| r.failed.len() >= failures_max);
                    if seed >= from + seeds || enough {
                        return;
                    }
                    let (violation, met) = one(seed);
                    let Ok(mut report) = report.lock() else { return };
                    report.seeds += 1;
                    if let Some(violation) = violation {
                        failed(seed, &violation);
                        report.failed.push((seed, violation));
                    }
                    for (what, n) in met {
                        let entry = report.met.entry(what).or_default();
                        *entry = if what.ends_with("at most") { n.max(*entry) } else { n + *entry };
                    }
                }
            });
        }
    });
    report.into_inner().unwrap_or_default()
}

/// One seed; a panic in it is a violation like any other.
fn one(seed: u64) -> (Option<Violation>, BTreeMap<&'static str, u64>) {
    match catch_unwind(AssertUnwindSafe(|| world::run(seed, false))) {
        Ok(outcome) => (outcome.violations.into_iter().next(), outcome.coverage),
        Err(_) => {
            let text = "a world panicked; see above".to_owned();
            (Some(Violation { rule: Rule::Sound, text }), BTreeMap::new())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_that_meets_too_little_of_anything_is_seen() {
        let met: BTreeMap<_, _> = FLOORS.iter().map(|(what, n)| (*what, *n)).collect();
        let all = Report { seeds: 1000, met, ..Report::default() };
        assert_eq!(all.missed(), Vec::<String>::new());
        for (what, _) in FLOORS {
            let mut met = all.met.clone();
            met.entry(what).and_modify(|n| *n -= 1);
            let missed = Report { seeds: 1000, met, ..Report::default() }.missed();
            assert!(missed.len() == 1 && missed[0].starts_with(what), "{what}: {missed:?}");
        }
    }
}

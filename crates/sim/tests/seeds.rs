//! Thousands of worlds with every fault that the simulation knows, and what must be true of each.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use brownstone_sim::world;

/// The seeds of every run; `cargo xtask sim --from 3000` goes on behind them.
const SEEDS: u64 = 2000;

#[test]
fn seeds_keep_every_promise() {
    let next = AtomicU64::new(1);
    let failed = Mutex::new(Vec::new());
    let met = Mutex::new(BTreeMap::<&'static str, u64>::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > SEEDS || failed.lock().unwrap().len() > 5 {
                        return;
                    }
                    let outcome = world::run(seed, false);
                    for violation in outcome.violations {
                        failed
                            .lock()
                            .unwrap()
                            .push(format!("{violation}\n  replay: cargo xtask sim --seed {seed} -v"));
                    }
                    let mut met = met.lock().unwrap();
                    for (what, n) in outcome.coverage {
                        *met.entry(what).or_default() += n;
                    }
                }
            });
        }
    });
    let met = met.into_inner().unwrap();
    println!("{SEEDS} seeds met {met:#?}");
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    // An empty campaign would prove nothing.
    for what in [
        "crashes",
        "pauses",
        "reigns",
        "suspensions",
        "resumed without a reload",
        "demotions",
        "checkpoints",
        "proofs of death",
        "store faults",
        "late effects",
        "old leases waited for",
        "writes acknowledged",
        "claims raced",
        "reloads from a checkpoint",
        "misled claimants",
        "void fences",
        "masters that slept with a record in hand",
        "strict acks refused",
    ] {
        assert!(met.get(what).is_some_and(|n| *n > 20), "the seeds hardly met: {what}");
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    for seed in [3, 17, 404, 1999] {
        let (a, b) = (world::run(seed, true), world::run(seed, true));
        assert_eq!(a.transcript, b.transcript, "seed {seed}");
        assert_eq!(a.digest, b.digest, "seed {seed}");
    }
}

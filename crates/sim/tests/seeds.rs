//! Thousands of worlds with every fault that the simulation knows, and what must be true of each.

use brownstone_sim::{campaign, world};

/// The seeds of every run; `cargo xtask sim --from 3000` goes on behind them.
const SEEDS: u64 = 2000;

#[test]
fn seeds_keep_every_promise() {
    let report = campaign::run(1, SEEDS, 5, &|_, _| {});
    println!("{SEEDS} seeds met {:#?}", report.met);
    let failed: Vec<String> = report
        .failed
        .iter()
        .map(|(seed, violation)| format!("{violation}\n  replay: cargo xtask sim --seed {seed} -v"))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(report.missed(), Vec::<String>::new(), "the seeds hardly met this");
}

/// 31262: a standby that waited for others to go first had read a new beat, and claimed before that round of reads ended.
/// 40637: a claimant had read records ahead, folded the one before them by its fence, and waited for them for a minute.
/// 50680: a record that a strict look had refused was read back, and shown, by the standby that its writer had become.
/// 60815: a master rose to a newer format four seconds after a server that does not know it had woken up.
/// 68950: who was handed the chair said that it claimed for want of a sign of life, and in a pause of fail-over.
#[test]
fn seeds_that_found_a_fault_once_find_it_no_more() {
    for seed in [31_262, 40_637, 50_680, 60_815, 68_950] {
        let found = world::run(seed, false).violations;
        assert!(found.is_empty(), "seed {seed}: {}", found[0]);
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

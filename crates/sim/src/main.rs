//! `cargo xtask sim` and `cargo xtask mutants`: seeds and models from the command line.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use brownstone_sim::{exhaustive, world};

const USAGE: &str = "usage: brownstone-sim sim [--seeds N] [--from S] [--seed S [-v]]\n       brownstone-sim mutants\n       \
                     brownstone-sim model [--full]\n\n  sim      runs N seeds (2000), or replays one (-v: one line for each event)\n  \
                     mutants  shows that each broken rule is caught\n  model    explores the protocol exhaustively, within bounds";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| {
        args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).and_then(|v| v.parse().ok())
    };
    match args.first().map(String::as_str) {
        Some("sim") => match flag("--seed") {
            Some(seed) => replay(seed, args.iter().any(|a| a == "-v" || a == "--verbose")),
            None => campaign(flag("--from").unwrap_or(1), flag("--seeds").unwrap_or(2000)),
        },
        Some("mutants") => reports(&exhaustive::mutants(), true),
        Some("model") => {
            let full = args.iter().any(|a| a == "--full");
            reports(
                &exhaustive::sound_models(if full {
                    exhaustive::Scale::Full
                } else {
                    exhaustive::Scale::Check
                }),
                false,
            )
        }
        Some("--help" | "-h" | "help") => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn replay(seed: u64, verbose: bool) -> ExitCode {
    let outcome = world::run(seed, verbose);
    for line in &outcome.transcript {
        println!("{line}");
    }
    println!("seed {seed}: digest {:016x}", outcome.digest);
    for (what, n) in &outcome.coverage {
        println!("  {n:>6} {what}");
    }
    for violation in &outcome.violations {
        println!("VIOLATION: {violation}");
    }
    if outcome.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn campaign(from: u64, seeds: u64) -> ExitCode {
    let began = Instant::now();
    let next = Arc::new(AtomicU64::new(from));
    let coverage: Arc<Mutex<BTreeMap<&'static str, u64>>> = Arc::default();
    let failed: Arc<Mutex<Vec<(u64, String)>>> = Arc::default();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let (next, coverage, failed) = (next.clone(), coverage.clone(), failed.clone());
            std::thread::spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds {
                        return;
                    }
                    let outcome = world::run(seed, false);
                    if let Some(violation) = outcome.violations.first() {
                        println!(
                            "FAILED seed {seed}: {violation}\n  replay: cargo xtask sim --seed {seed} -v"
                        );
                        if let Ok(mut failed) = failed.lock() {
                            failed.push((seed, violation.clone()));
                        }
                    }
                    if let Ok(mut coverage) = coverage.lock() {
                        for (what, n) in outcome.coverage {
                            *coverage.entry(what).or_default() += n;
                        }
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        if worker.join().is_err() {
            println!("FAILED: a world panicked; see above");
            return ExitCode::FAILURE;
        }
    }
    println!("{seeds} seeds in {:.1} s; what they met:", began.elapsed().as_secs_f64());
    if let Ok(coverage) = coverage.lock() {
        for (what, n) in coverage.iter() {
            println!("  {n:>9} {what}");
        }
    }
    let failed = failed.lock().map_or(1, |f| f.len());
    println!("{} passed, {failed} failed", seeds - failed as u64);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn reports(reports: &[exhaustive::Report], must_fail: bool) -> ExitCode {
    let mut sound = true;
    for report in reports {
        println!("{report}");
        let violated = matches!(report.verdict, exhaustive::Verdict::Violated { .. });
        sound &= violated == must_fail;
    }
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

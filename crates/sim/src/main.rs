//! `cargo xtask sim` and `cargo xtask mutants`: seeds and models from the command line.

use std::process::ExitCode;
use std::time::Instant;

use brownstone_sim::{campaign, exhaustive, scenes, world};

const USAGE: &str = "\
usage: brownstone-sim sim [--seeds N] [--from S] [--seed S [-v]] [--scene NAME [-v]]
       brownstone-sim mutants [NAME] [--seeds N]
       brownstone-sim model [--full | --mutants]

  sim      runs N seeds (2000), or replays one or a scene (-v: one line for each event)
  mutants  breaks rules of the code one by one, all or those with NAME in their name; each must be caught by a scene
           or N seeds (4000)
  model    explores the protocol exhaustively, within bounds; --mutants: each broken rule must be caught";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| {
        args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).and_then(|v| v.parse().ok())
    };
    let verbose = args.iter().any(|a| a == "-v" || a == "--verbose");
    match args.first().map(String::as_str) {
        Some("sim") if args.iter().any(|a| a == "--scene") => {
            let name = args.iter().skip_while(|a| *a != "--scene").nth(1);
            scene(name.map_or("", String::as_str), verbose)
        }
        Some("sim") => match flag("--seed") {
            Some(seed) => told(&format!("seed {seed}"), &world::run(seed, verbose)),
            None => many(flag("--from").unwrap_or(1), flag("--seeds").unwrap_or(2000)),
        },
        Some("mutants") => mutants(
            args.get(1).filter(|a| !a.starts_with('-')).map(String::as_str),
            flag("--seeds").unwrap_or(4000),
        ),
        Some("model") if args.iter().any(|a| a == "--mutants") => reports(&exhaustive::mutants(), true),
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

fn scene(name: &str, verbose: bool) -> ExitCode {
    match scenes::all().find(|scene| scene.name == name) {
        Some(scene) => {
            println!("{}", scene.tells);
            told(name, &scene.run(verbose))
        }
        None => {
            scenes::all().for_each(|scene| println!("{:28} {}", scene.name, scene.tells));
            ExitCode::from(2)
        }
    }
}

fn told(what: &str, outcome: &world::Outcome) -> ExitCode {
    for line in &outcome.transcript {
        println!("{line}");
    }
    println!("{what}: digest {:016x}", outcome.digest);
    for (what, n) in &outcome.coverage {
        println!("  {n:>6} {what}");
    }
    for violation in &outcome.violations {
        println!("VIOLATION: {violation}");
    }
    if outcome.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn many(from: u64, seeds: u64) -> ExitCode {
    let began = Instant::now();
    let report = campaign::run(from, seeds, usize::MAX, &|seed, violation| {
        println!("FAILED seed {seed}: {violation}\n  replay: cargo xtask sim --seed {seed} -v");
    });
    println!("{seeds} seeds in {:.1} s; what they met:", began.elapsed().as_secs_f64());
    for (what, n) in &report.met {
        println!("  {n:>9} {what}");
    }
    let missed = report.missed();
    for what in &missed {
        println!("FAILED: the seeds hardly met {what}");
    }
    println!("{} passed, {} failed", report.seeds - report.failed.len() as u64, report.failed.len());
    if report.failed.is_empty() && missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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

#[cfg(feature = "mutants")]
fn mutants(only: Option<&str>, seeds: u64) -> ExitCode {
    // A world that panics is caught like any other; what it says of itself would drown the table.
    std::panic::set_hook(Box::new(|_| {}));
    println!("{:24} {:12} {:32} what is broken", "mutant", "caught by", "where");
    let fates = brownstone_sim::code_mutants::run(only, seeds, &|fate| println!("{fate}"));
    let lives = fates.iter().filter(|f| f.caught.is_none()).count();
    println!("{} caught, {lives} live", fates.len() - lives);
    if lives == 0 && !fates.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(not(feature = "mutants"))]
fn mutants(_only: Option<&str>, _seeds: u64) -> ExitCode {
    eprintln!("this build has no mutants: cargo xtask mutants builds one that has (feature `mutants`)");
    ExitCode::from(2)
}

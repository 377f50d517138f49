//! `cargo xtask check`: every stage runs, each says what it found and what it cost, and the last line counts.

mod ceph;
mod deny;
mod libtest;
mod s3_servers;
mod stage;
pub(crate) mod tally;
pub(crate) mod tools;
mod vitest;

use std::time::Instant;

use anyhow::Result;

use self::stage::Stage;
use self::tally::{Outcome, Tally};

/// What to check.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Format, lint and unit tests only; installs nothing.
    #[arg(long)]
    fast: bool,
    /// One stage alone.
    #[arg(long, value_name = "STAGE", conflicts_with = "fast")]
    only: Option<Stage>,
}

/// Run the stages; an error when any of them found something.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = crate::workspace::root()?;
    let stages = match options.only {
        Some(stage) => vec![stage],
        None if options.fast => Stage::FAST.to_vec(),
        None => Stage::ALL.to_vec(),
    };
    let mut results = Vec::new();
    for stage in stages {
        println!("\n=== {stage}");
        let started = Instant::now();
        let outcome =
            stage.run(&root, options.fast).unwrap_or_else(|error| Outcome::failed(format!("{error:#}")));
        let minutes = started.elapsed().as_secs_f64() / 60.0;
        let word = if outcome.tally.failed > 0 { "FAILED" } else { "ok" };
        println!("=== {stage}: {word}, {minutes:.1} min");
        results.push((stage, minutes, outcome));
    }
    let total = conclude(&results);
    // The contract promises this line as the last one; what failed was said above it.
    println!("{total}");
    if total.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

/// Print the table of stages and what to do about those that failed; the sum of all counts.
fn conclude(results: &[(Stage, f64, Outcome)]) -> Tally {
    println!("\n=== summary");
    let mut total = Tally::default();
    for (stage, minutes, outcome) in results {
        println!("{:<8} {minutes:>5.1} min   {}", stage.to_string(), outcome.tally);
        for note in &outcome.notes {
            println!("           {note}");
        }
        if outcome.tally.failed > 0 {
            println!("           run it alone: {}", stage.alone());
        }
        total += outcome.tally;
    }
    println!();
    total
}

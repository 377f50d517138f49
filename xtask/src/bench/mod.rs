//! `cargo xtask bench`: the tables that README and docs quote, measured on the release's own processes. Each row
//! says what was measured, how often, the slow end, the goal, and whether it was reached.
//!
//! The client that loads a server shares its cores with it, so it must be cheap: it is optimised, and speaks
//! HTTP/1.1 over rustls by itself. Only this chore needs that, so it is behind the feature `load`.

#[cfg(feature = "load")]
mod measure;
mod name;
#[cfg(feature = "load")]
mod tables;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What to measure, and how often.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// One table alone.
    name: Option<name::Name>,
    /// Measure this unpacked release instead of building one.
    #[arg(long, value_name = "DIR")]
    release: Option<PathBuf>,
    /// How often each thing is done that is done in rounds (default: what each row needs to be quoted).
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: Option<u32>,
    /// How long each thing is watched that is watched for a time (default: what each row needs to be quoted).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: Option<u32>,
    /// With the rows that wait for timeouts of 30 seconds.
    #[arg(long)]
    slow: bool,
    /// All rows as one table, as README has it; what else there is to say goes to standard error.
    #[arg(long)]
    markdown: bool,
}

/// Measure and print.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = crate::workspace::root()?;
    let release = match &options.release {
        Some(release) => {
            release.canonicalize().with_context(|| format!("{} cannot be found", release.display()))?
        }
        None => crate::dist::build(&root)?,
    };
    measured(&root, &release, options)
}

#[cfg(feature = "load")]
fn measured(root: &Path, release: &Path, options: &Options) -> Result<()> {
    tables::print(root, release, options)
}

/// Build this program again with the load client and have that one measure.
#[cfg(not(feature = "load"))]
fn measured(root: &Path, release: &Path, options: &Options) -> Result<()> {
    let mut command = std::process::Command::new("cargo");
    command.current_dir(root).args(["run", "--quiet", "--release", "--locked"]);
    command.args(["-p", "xtask", "--features", "load", "--", "bench", "--release"]).arg(release);
    command.args(options.name.map(|name| name.words().0));
    for (option, given) in [("--rounds", options.rounds), ("--seconds", options.seconds)] {
        if let Some(given) = given {
            command.args([option, &given.to_string()]);
        }
    }
    for (flag, is_set) in [("--slow", options.slow), ("--markdown", options.markdown)] {
        command.args(is_set.then_some(flag));
    }
    crate::run::run(&mut command)
}

/// How busy the machine was with other things: numbers of a busy one say little.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let one_minute = text.split_whitespace().next().unwrap_or("unknown").to_owned();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("load {one_minute} on {cores} cores")
}

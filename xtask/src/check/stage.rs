//! The stages of a check, cheap ones first so that a slip is seen in seconds.

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::tally::{Outcome, Tally};
use super::{deny, libtest, tools, vitest};
use crate::{chaos, console, dist, nfs_lab, run, tidy};

/// One part of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Stage {
    /// Install the programs that the tests use.
    Tools,
    /// rustfmt.
    Fmt,
    /// The rules of the house.
    Tidy,
    /// `cargo deny`: licences, bans, sources, advisories.
    Deny,
    /// The web console: build, lint, tests.
    Console,
    /// Clippy, warnings are errors.
    Clippy,
    /// Every Rust test, whole-system ones included.
    Test,
    /// A few broken rules, each of which the simulation must notice.
    Mutants,
    /// The console in a real browser against two real servers, through a kill -9.
    Browser,
    /// Three real servers under faults of every kind, for three minutes over a folder and one over a bucket.
    Chaos,
    /// Two guests with NFS clients of their own, one export: each fault once.
    Nfs,
}

/// The seed of the stage: the same for everybody, so that what turns it red is a change. Others are for campaigns.
const CHAOS_SEED: &str = "1";
/// How long on each store.
const CHAOS_MINUTES: [(&str, &str); 2] = [("folder", "3"), ("s3", "1")];
/// What strikes a bucket in its one minute. Requests that are tampered with are for campaigns: here they would take the
/// time of others.
const CHAOS_OF_A_BUCKET: &str = "kill,host-loss,parent-kill,pause,stop,switchover,step-down,peer-cut,clock-jump,\
                                 store-cut,store-half-open,store-reset,store-delay";

impl Stage {
    /// What `./check` runs. The console comes before clippy: the binary embeds it.
    pub(crate) const ALL: [Self; 11] = [
        Self::Tools,
        Self::Fmt,
        Self::Tidy,
        Self::Deny,
        Self::Console,
        Self::Clippy,
        Self::Test,
        Self::Mutants,
        Self::Browser,
        Self::Chaos,
        Self::Nfs,
    ];
    /// What `./check --fast` runs.
    pub(crate) const FAST: [Self; 4] = [Self::Fmt, Self::Tidy, Self::Clippy, Self::Test];

    /// The command that repeats just this stage.
    pub(crate) fn alone(self) -> String {
        match self {
            Self::Fmt => "cargo fmt --all   (this also mends it)".to_owned(),
            Self::Tidy => "cargo xtask tidy".to_owned(),
            Self::Test => "cargo test --workspace   (one test: cargo test -p CRATE NAME)".to_owned(),
            _ => format!("cargo xtask check --only {self}"),
        }
    }

    /// Run it. An error counts as one failed check.
    pub(crate) fn run(self, root: &Path, fast: bool) -> Result<Outcome> {
        match self {
            Self::Tools => tools::install(root),
            Self::Fmt => {
                run::run(cargo(root).args(["fmt", "--all", "--", "--check", "-l", "--color", "never"]))?;
                Ok(Outcome::passed())
            }
            Self::Tidy => {
                tidy::run()?;
                Ok(Outcome::passed())
            }
            Self::Deny => deny::check(root),
            Self::Console => check_console(root),
            Self::Clippy => {
                run::run(cargo(root).args([
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--all-features",
                    "--",
                    "-D",
                    "warnings",
                ]))?;
                Ok(Outcome::passed())
            }
            Self::Test => test(root, fast),
            Self::Mutants => {
                let sim = ["run", "--quiet", "-p", "brownstone-sim", "--features", "mutants"];
                run::run(cargo(root).args(sim).args(["--", "mutants", "--seeds", "500"]))?;
                Ok(Outcome::passed())
            }
            Self::Browser => browser(root),
            Self::Chaos => chaos(root),
            Self::Nfs => nfs_lab::check(root, &dist::for_tests(root)?),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tools => "tools",
            Self::Fmt => "fmt",
            Self::Tidy => "tidy",
            Self::Deny => "deny",
            Self::Console => "console",
            Self::Clippy => "clippy",
            Self::Test => "test",
            Self::Mutants => "mutants",
            Self::Browser => "browser",
            Self::Chaos => "chaos",
            Self::Nfs => "nfs",
        })
    }
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root);
    command
}

fn check_console(root: &Path) -> Result<Outcome> {
    if !console::present(root) {
        return Ok(Outcome::skipped("there is no console/package.json yet".to_owned()));
    }
    console::build(root)?;
    run::run(console::npm(root).args(["run", "lint", "--if-present"]))?;
    let mut seen = vitest::Seen::default();
    let mut tests = console::npm(root);
    tests.args(["test", "--if-present"]);
    let status = run::stream(tests, |line| {
        println!("{line}");
        seen.line(line);
    })?;
    Ok(seen.conclude(status.success()))
}

fn test(root: &Path, fast: bool) -> Result<Outcome> {
    let mut command = cargo(root);
    command.args(["test", "--workspace", "--no-fail-fast"]).env("CARGO_TERM_COLOR", "never");
    if fast {
        command.args(["--lib", "--bins"]);
    }
    let mut seen = libtest::Seen::default();
    let status = run::stream(command, |line| {
        if seen.line(line) {
            println!("{line}");
        }
    })?;
    Ok(seen.conclude(status.success()))
}

fn browser(root: &Path) -> Result<Outcome> {
    let release = dist::for_tests(root)?;
    let mut command = Command::new("node");
    command.current_dir(root).arg("tests/browser/run.mjs").env("BROWNSTONE_RELEASE", release);
    counted(command)
}

fn chaos(root: &Path) -> Result<Outcome> {
    chaos::build(root, Some(chaos::Servers::Sound))?;
    let mut all = Outcome::default();
    for (store, minutes) in CHAOS_MINUTES {
        if store == "s3" && !chaos::has_bucket(root) {
            all += Outcome::skipped("there is no S3 server: cargo xtask check --only tools".to_owned());
            continue;
        }
        let mut command = chaos::program(root);
        command.args(["--store", store, "--minutes", minutes, "--seed", CHAOS_SEED]);
        if store == "s3" {
            command.args(["--nemesis", CHAOS_OF_A_BUCKET]);
        }
        all += counted(command)?;
    }
    Ok(all)
}

/// A program that says itself how much passed.
fn counted(command: Command) -> Result<Outcome> {
    let mut last = None;
    let status = run::stream(command, |line| {
        println!("{line}");
        last = Tally::parse(line).or(last);
    })?;
    let mut tally = last.unwrap_or_default();
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(Outcome { tally, notes: Vec::new() })
}

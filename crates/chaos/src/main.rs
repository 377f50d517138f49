//! Chaos on real processes: three servers over one store, clients that count what they were told, and every fault
//! that one machine can make. `cargo xtask chaos` builds and runs it; `docs/chaos.md` says how to read what it says.

mod campaign;
mod check;
mod clients;
mod faults;
mod history;
mod nemesis;
mod plane;
mod report;
mod rig;
mod schedule;
mod setup;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Parser;

use campaign::Wanted;
use nemesis::{Nemesis, StoreKind};
use plane::Program;

#[derive(Parser)]
#[command(name = "cargo xtask chaos", about = "Real servers under every fault that one machine can make")]
struct Options {
    /// How long rounds are begun.
    #[arg(long, default_value_t = 3.0)]
    minutes: f64,
    /// Where the plane keeps its state.
    #[arg(long, value_enum, default_value_t = StoreKind::Folder)]
    store: StoreKind,
    /// Which schedule (default: one that no campaign had before).
    #[arg(long)]
    seed: Option<u64>,
    /// These faults only.
    #[arg(long, value_delimiter = ',')]
    nemesis: Vec<Nemesis>,
    /// `brooklyn.ha.heartbeatTimeout` of the plane, in milliseconds.
    #[arg(long, value_parser = clap::value_parser!(u64).range(500..=60_000))]
    timeout: Option<u64>,
    /// Where history, report and plot go (default: a folder below target/chaos).
    #[arg(long)]
    out: Option<PathBuf>,
    /// Servers of this release folder instead of those that cargo has built.
    #[arg(long, value_name = "DIR")]
    release: Option<PathBuf>,
    /// Servers that break this rule on purpose (`cargo xtask mutants` lists them): it must be noticed.
    #[arg(long, value_name = "RULE", conflicts_with = "release")]
    broken: Option<String>,
    /// Only check this history again, and draw it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["store", "seed", "nemesis", "release", "broken"])]
    replay: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every promise was kept; of servers that are broken on purpose: whether it was noticed.
fn run(options: &Options) -> Result<bool> {
    if let Some(path) = &options.replay {
        let out = options.out.clone().or_else(|| path.parent().map(Path::to_owned)).unwrap_or_default();
        return report::conclude(path, &out);
    }
    ensure!(options.minutes > 0.0 && options.minutes < 10_000.0, "--minutes must be more than 0");
    // Before there is a second thread.
    let no_mounts = faults::disk::own_mounts().err().map(|error| format!("{error:#}"));
    // The first of several clients in one process does it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let root = root()?;
    let seed = options.seed.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(1, |time| time.as_millis() as u64 % 1_000_000)
    });
    let nemeses: Vec<Nemesis> = match options.nemesis.as_slice() {
        [] => Nemesis::ALL.into_iter().filter(|n| n.fits(options.store)).collect(),
        some => some.to_vec(),
    };
    if let Some(odd) = nemeses.iter().find(|n| !n.fits(options.store)) {
        anyhow::bail!("{odd} makes no sense on a store of kind {}", options.store);
    }
    let out = options.out.clone().unwrap_or_else(|| {
        root.join("target/chaos").join(format!("{}-{seed}-{}", options.store, std::process::id()))
    });
    std::fs::create_dir_all(&out).with_context(|| format!("{} cannot be made", out.display()))?;
    let out = out.canonicalize()?;
    let program = match &options.release {
        Some(dir) => Program::of_release(
            &dir.canonicalize().with_context(|| format!("{} cannot be found", dir.display()))?,
        ),
        None => {
            let own = std::env::current_exe()?;
            let binary = own.with_file_name("brownstone");
            ensure!(binary.is_file(), "{} is missing: cargo build -p brownstone-server", binary.display());
            Program::of_workspace(&root, binary)
        }
    };
    println!("seed {seed}; everything goes to {}", out.display());
    let timeout_ms = options.timeout.unwrap_or(match options.store {
        StoreKind::Folder => 2000,
        StoreKind::S3 => 5000,
    });
    let wanted = Wanted {
        minutes: options.minutes,
        store: options.store,
        seed,
        nemeses,
        timeout_ms,
        out: out.clone(),
        program,
        broken: options.broken.clone(),
        gateway: root.join("target/tools/bin/gofakes3"),
        no_mounts,
    };
    let history = campaign::run(&wanted)?;
    let kept = report::conclude(&history, &out)?;
    if let Some(rule) = &options.broken {
        println!("{rule} is broken on purpose: {}", if kept { "NOT NOTICED" } else { "noticed" });
        return Ok(!kept);
    }
    if kept {
        campaign::tidy_up(&out);
    } else {
        println!(
            "repeat it: cargo xtask chaos --store {} --seed {seed} --minutes {}",
            options.store, options.minutes
        );
        println!("the servers' folders with their logs stay in {}", out.join("plane").display());
    }
    Ok(kept)
}

/// The workspace that this was built from, or that it is called in.
fn root() -> Result<PathBuf> {
    let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(dir) => PathBuf::from(dir),
        None => std::env::current_dir()?,
    };
    let found = start.ancestors().find(|dir| dir.join("packaging/bin/start").is_file());
    found.map(Path::to_owned).with_context(|| format!("{} is not inside the workspace", start.display()))
}

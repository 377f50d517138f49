//! One place for chores: `cargo xtask --help` lists them. `./check` and `./try` only call this.
//!
//! It uses few libraries on purpose: a fresh clone compiles it before anything else happens.

mod bench;
mod chaos;
mod check;
mod console;
mod dist;
mod nfs_lab;
mod openapi;
mod run;
mod sim;
mod tidy;
mod trial;
mod wait;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of the Brownstone workspace")]
struct Line {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run every check; the last line is `N passed, N failed, N skipped`.
    Check(check::Options),
    /// The rules of the house: purity, arrows, licences, unused dependencies, sizes, nevers.
    Tidy,
    /// Build the release folder and its archive; the last line printed is the folder.
    Dist,
    /// Write `crates/api/openapi.json` anew after a change of the wire.
    Openapi,
    /// Build the release and run a plane of two servers on this host.
    Try(trial::Options),
    /// Print the tables of measured numbers (all, or the one named).
    Bench(bench::Options),
    /// Run real servers under every fault that this machine can make.
    #[command(disable_help_flag = true)]
    Chaos(chaos::Options),
    /// The real server on real NFS clients: two guests, one export, every fault.
    NfsLab(nfs_lab::Options),
    /// Run the simulation; one seed replays one run.
    Sim(sim::Options),
    /// Explore the model of the protocol exhaustively, within bounds.
    Model(sim::Options),
    /// Break rules of the code one by one, all or those with a text in their name; each must be caught.
    Mutants(sim::Options),
}

fn main() -> ExitCode {
    let done = match Line::parse().chore {
        Chore::Check(options) => check::run(&options),
        Chore::Tidy => tidy::run(),
        Chore::Dist => dist::run(),
        Chore::Openapi => openapi::run(),
        Chore::Try(options) => trial::run(&options),
        Chore::Bench(options) => bench::run(&options),
        Chore::Chaos(options) => chaos::run(&options),
        Chore::NfsLab(options) => nfs_lab::run(&options),
        Chore::Sim(options) => sim::run("sim", &options),
        Chore::Model(options) => sim::run("model", &options),
        Chore::Mutants(options) => sim::run("mutants", &options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

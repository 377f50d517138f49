//! The simulation is a program of its own, optimised: a seed runs the whole plane many thousand steps.

use std::process::Command;

use anyhow::Result;

/// Everything after the chore's name goes to the simulation as it is (`--seeds N`, `--seed S`, ...).
#[derive(clap::Args)]
pub(crate) struct Options {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    rest: Vec<String>,
}

/// Build the simulation and run one of its parts.
pub(crate) fn run(part: &str, options: &Options) -> Result<()> {
    let mut command = Command::new("cargo");
    command.current_dir(crate::workspace::root()?);
    command.args(["run", "--quiet", "--release", "-p", "brownstone-sim"]);
    if part == "mutants" {
        // A build of its own, in which rules can be broken; nothing else is ever built so.
        command.args(["--features", "store-mutants"]);
    }
    command.args(["--", part]).args(&options.rest);
    crate::run::run(&mut command)
}

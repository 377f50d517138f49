//! Chaos is a program of its own: it runs real servers, and breaks what is around them.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

/// Everything after the chore's name goes to the program as it is (`--minutes N`, `--store folder`, `--seed S`, ...).
#[derive(clap::Args)]
pub(crate) struct Options {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    rest: Vec<String>,
}

/// Build what is needed and run a campaign.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = crate::workspace::root()?;
    let has_servers = options.rest.iter().any(|word| ["--release", "--replay"].contains(&word.as_str()));
    build(&root, !has_servers)?;
    crate::run::run(program(&root).args(&options.rest))
}

/// With the server that it runs, unless that comes from elsewhere.
pub(crate) fn build(root: &Path, with_server: bool) -> Result<()> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["build", "--quiet", "-p", "brownstone-chaos"]);
    if with_server {
        command.args(["-p", "brownstone-server"]);
    }
    crate::run::run(&mut command)
}

/// Whether the S3 server that holds the bucket is installed.
pub(crate) fn has_bucket(root: &Path) -> bool {
    root.join("target/tools/bin/gofakes3").is_file()
}

/// The program that was built.
pub(crate) fn program(root: &Path) -> Command {
    let mut command = Command::new(root.join("target/debug/brownstone-chaos"));
    command.current_dir(root);
    command
}

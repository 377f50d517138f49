//! Chaos is a program of its own: it runs real servers, and breaks what is around them.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

/// Everything after the chore's name goes to the program as it is (`--minutes N`, `--store folder`, `--help`, ...).
#[derive(clap::Args)]
pub(crate) struct Options {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    rest: Vec<String>,
}

/// Build what is needed and run a campaign.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = crate::workspace::root()?;
    let has = |name: &str| options.rest.iter().any(|w| w == name || w.starts_with(&format!("{name}=")));
    let servers = match () {
        // These come from elsewhere, or there are none.
        () if ["--release", "--replay", "--help", "-h"].into_iter().any(has) => None,
        () if has("--broken") => Some(Servers::Breakable),
        () => Some(Servers::Sound),
    };
    build(&root, servers)?;
    crate::run::run(program(&root).args(&options.rest))
}

/// Which servers are built with it.
pub(crate) enum Servers {
    Sound,
    /// A rule of theirs can be broken: it must be noticed.
    Breakable,
}

/// With the servers that it runs, unless they come from elsewhere.
pub(crate) fn build(root: &Path, servers: Option<Servers>) -> Result<()> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["build", "--quiet", "-p", "brownstone-chaos"]);
    if servers.is_some() {
        command.args(["-p", "brownstone-server"]);
    }
    if let Some(Servers::Breakable) = servers {
        command.args(["--features", "brownstone-server/mutants"]);
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

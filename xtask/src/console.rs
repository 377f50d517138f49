//! Builds the web console. The binary embeds what lands in `console/dist`.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

/// Whether the workspace has a console yet.
pub(crate) fn present(root: &Path) -> bool {
    root.join("console/package.json").is_file()
}

/// Fetch what the console is built from, as its lock file has it, unless that is there already.
pub(crate) fn install(root: &Path) -> Result<()> {
    if crate::run::find_program("npm").is_none() {
        bail!("the console needs Node.js with npm; install them, then run this again");
    }
    if installed(&root.join("console")) {
        return Ok(());
    }
    // Install scripts of dependencies are never run: none of ours needs one.
    crate::run::run(npm(root).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

/// Build the console into `console/dist`.
pub(crate) fn build(root: &Path) -> Result<()> {
    install(root)?;
    crate::run::run(npm(root).args(["run", "build"]))
}

/// An `npm` command in the console's folder, with plain output.
pub(crate) fn npm(root: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(root.join("console")).env("NO_COLOR", "1").env("CI", "true");
    command
}

/// npm writes the inner lock file last, so a newer one means that the whole install was done.
fn installed(console: &Path) -> bool {
    let written = |name: &str| std::fs::metadata(console.join(name)).and_then(|it| it.modified());
    match (written("node_modules/.package-lock.json"), written("package-lock.json")) {
        (Ok(done), Ok(wanted)) => done >= wanted,
        _ => false,
    }
}

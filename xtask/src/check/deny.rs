//! `cargo deny`: licences, bans and sources of everything we link, by the rules in `deny.toml`.
//!
//! It is a program of its own. Where it is not installed, it is built once into `target/tools`; where that
//! cannot be done, `tidy` still checks licences and sources, and this stage says that it was left out.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::tally::Outcome;
use crate::run;

/// The version that is built where none is installed.
const VERSION: &str = "0.20.2";

/// Run the checks of `deny.toml`.
pub(crate) fn check(root: &Path) -> Result<Outcome> {
    let program = match find(root) {
        Some(program) => program,
        None => match build(root) {
            Ok(program) => program,
            Err(error) => {
                return Ok(Outcome::skipped(format!(
                    "cargo-deny is not here and could not be built: {error:#}"
                )));
            }
        },
    };
    let mut command = Command::new(&program);
    command.current_dir(root).args(["--all-features", "check", "--hide-inclusion-graph"]);
    let advisories = advisories_at_hand();
    if advisories {
        // Never fetched here: a check must not depend on what another host serves today.
        command.args(["--disable-fetch", "advisories"]);
    }
    run::run(command.args(["licenses", "bans", "sources"]))?;
    let done = Outcome::passed();
    if advisories {
        return Ok(done);
    }
    Ok(done.noting(
        "advisories were not checked: their database is not on this machine (`cargo deny fetch db`)"
            .to_owned(),
    ))
}

fn find(root: &Path) -> Option<PathBuf> {
    let built = tools(root).join("bin/cargo-deny");
    if built.is_file() { Some(built) } else { run::find_program("cargo-deny") }
}

fn build(root: &Path) -> Result<PathBuf> {
    println!("cargo-deny is not installed; building {VERSION} into target/tools (once, about a minute)");
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["install", "--quiet", "--locked", "--version", VERSION, "--root"]);
    // It runs once for some seconds: minutes of link-time optimisation are not worth it.
    for (setting, value) in [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("OPT_LEVEL", "1")] {
        command.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    run::run(command.arg(tools(root)).arg("cargo-deny"))?;
    Ok(tools(root).join("bin/cargo-deny"))
}

fn tools(root: &Path) -> PathBuf {
    root.join("target/tools")
}

/// Whether the advisory database was fetched to where cargo-deny looks for it.
fn advisories_at_hand() -> bool {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let databases = home.and_then(|home| std::fs::read_dir(home.join("advisory-dbs")).ok());
    databases.is_some_and(|mut entries| entries.any(|entry| entry.is_ok_and(|it| it.path().is_dir())))
}

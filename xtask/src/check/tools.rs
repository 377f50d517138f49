//! Installs what tests use: Debian packages by name (where all are there, nothing is asked of apt), and S3 servers.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::s3_servers;
use super::tally::Outcome;
use crate::run;

/// A program that tests run, the package that has it, and what for.
const NEEDED: [(&str, &str, &str); 9] = [
    ("chromium", "chromium", "the browser test"),
    ("curl", "curl", "the lines of the user guide as typed"),
    ("faketime", "faketime", "the wall clocks that jump in `cargo xtask chaos`"),
    ("go", "golang-go", "the S3 servers of the tests"),
    ("openssl", "openssl", "certificates made by others"),
    ("python3", "python3", "the page of examples/hello.yaml"),
    ("ssh-keygen", "openssh-client", "the keys of the tests over SSH"),
    ("sshd", "openssh-server", "the machines of the tests over SSH"),
    ("strace", "strace", "the order in which a folder's store asks the system"),
];

/// Install what is missing. It counts as a check only when it fails: tests would fail for no reason of ours.
pub(crate) fn install(root: &Path) -> Result<Outcome> {
    let installed = packages()?;
    Ok(match s3_servers::install(root) {
        Some(missing) => installed.noting(missing),
        None => installed,
    })
}

fn packages() -> Result<Outcome> {
    let missing: Vec<_> =
        NEEDED.iter().filter(|(program, ..)| run::find_program(program).is_none()).collect();
    if missing.is_empty() {
        println!("everything the tests use is installed");
        return Ok(Outcome::default());
    }
    for (program, package, purpose) in &missing {
        println!("missing: {program} (package {package}), for {purpose}");
    }
    let packages: Vec<&str> = missing.iter().map(|(_, package, _)| *package).collect();
    apt_install(&packages)?;
    Ok(Outcome::default())
}

/// Have apt install these.
pub(crate) fn apt_install(packages: &[&str]) -> Result<()> {
    if run::find_program("apt-get").is_none() {
        bail!("there is no apt-get here; install by hand: {}", packages.join(", "));
    }
    run::run(apt().arg("update").arg("--quiet"))?;
    run::run(apt().args(["install", "--quiet", "--yes", "--no-install-recommends"]).args(packages))
}

/// `apt-get` with the rights it needs.
pub(super) fn apt() -> Command {
    let mut command = if nix::unistd::geteuid().is_root() {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "apt-get"]);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

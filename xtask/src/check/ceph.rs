//! Ceph's S3 gateway for the tests: Debian's packages, unpacked below `target/tools`. Installed, they would bring
//! services and some fifty packages to a machine that only runs tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::tools;
use crate::run;

/// What the tests run, and what these need that the machine has not.
const PACKAGES: [&str; 5] = ["ceph-base", "ceph-common", "ceph-mon", "ceph-osd", "radosgw"];

/// Unpacks it where it is missing.
pub(super) fn install(root: &Path) -> Result<()> {
    let home = root.join("target/tools/ceph");
    if home.join("usr/bin/radosgw").is_file() {
        return Ok(());
    }
    for program in ["apt-get", "dpkg"] {
        if run::find_program(program).is_none() {
            bail!("there is no {program} here");
        }
    }
    println!("unpacking {} into target/tools (once), for a second S3 server", PACKAGES.join(", "));
    let staged = root.join("target/tools/ceph.part");
    if staged.exists() {
        fs::remove_dir_all(&staged)?;
    }
    let packed = staged.join("packages");
    fs::create_dir_all(packed.join("partial"))?;
    if download(&packed).is_err() {
        // A new machine has no list of packages yet.
        run::run(tools::apt().args(["update", "--quiet"]))?;
        download(&packed)?;
    }
    for entry in fs::read_dir(&packed)? {
        let file = entry?.path();
        if file.extension().is_some_and(|end| end == "deb") {
            let mut unpack = Command::new("dpkg");
            run::capture(unpack.arg("--extract").arg(&file).arg(&staged))?;
        }
    }
    fs::remove_dir_all(&packed)?;
    fs::rename(&staged, &home).with_context(|| format!("{} cannot be put in place", home.display()))
}

/// Into a folder of ours, so that neither rights nor apt's own lock are needed.
fn download(into: &Path) -> Result<()> {
    let mut apt = Command::new("apt-get");
    apt.args(["install", "--download-only", "--reinstall", "--yes", "--quiet", "--no-install-recommends"]);
    apt.args(["-o", "Debug::NoLocking=1", "-o"]).arg(format!("Dir::Cache::archives={}", into.display()));
    run::capture(apt.args(PACKAGES)).map(|_| ())
}

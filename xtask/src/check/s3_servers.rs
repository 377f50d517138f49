//! The S3 servers of the tests, put once into `target/tools`: Go programs, built from the module proxy, and Ceph's.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::ceph;
use crate::run;

/// Program and version, and what the tests want it for.
const SERVERS: [(&str, &str, &str); 2] = [
    (
        "gofakes3",
        "github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0",
        "a bucket that keeps every promise",
    ),
    ("versitygw", "github.com/versity/versitygw/cmd/versitygw@v1.7.0", "signatures, and an unsound PUT"),
];

/// Installs what is missing; a line about what could not be had. The tests skip it with a line of their own.
pub(super) fn install(root: &Path) -> Option<String> {
    let bin = root.join("target/tools/bin");
    let mut failed: Vec<_> = SERVERS
        .iter()
        .filter(|(program, ..)| !bin.join(program).is_file())
        .filter_map(|(program, module, purpose)| {
            println!("building {module} into target/tools (once), for {purpose}");
            build(&bin, module).err().map(|error| format!("{program} could not be built: {error:#}"))
        })
        .collect();
    failed.extend(ceph::install(root).err().map(|error| format!("ceph could not be unpacked: {error:#}")));
    (!failed.is_empty()).then(|| failed.join("; "))
}

fn build(bin: &Path, module: &str) -> Result<()> {
    // Outside of any module of ours, so that none is looked for.
    run::run(Command::new("go").args(["install", module]).env("GOBIN", bin).env("GOFLAGS", "-trimpath"))
}

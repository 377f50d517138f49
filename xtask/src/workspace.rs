//! Where the workspace is, and what cargo knows about it. Every chore works from any folder inside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The folder that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> Result<PathBuf> {
    // `cargo run` sets this for the process, so a moved clone is found without a rebuild.
    let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(dir) => PathBuf::from(dir),
        None => std::env::current_dir().context("the current folder cannot be read")?,
    };
    match start.ancestors().find(|dir| dir.join("xtask/Cargo.toml").is_file()) {
        Some(dir) => Ok(dir.to_path_buf()),
        None => bail!("{} is not inside the workspace; run this in a clone of it", start.display()),
    }
}

/// `cargo metadata` as JSON, for the platforms that a release is made for. With `members_only`, without
/// what they depend on (fast, and needs no network).
pub(crate) fn metadata(root: &Path, members_only: bool) -> Result<Value> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["metadata", "--format-version", "1"]);
    if members_only {
        command.arg("--no-deps");
    } else {
        for platform in ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"] {
            command.args(["--filter-platform", platform]);
        }
    }
    let text = crate::run::capture(&mut command)?;
    serde_json::from_str(&text).context("`cargo metadata` printed something that is not JSON")
}

/// The version that the workspace's packages share.
pub(crate) fn version(root: &Path) -> Result<String> {
    let metadata = metadata(root, true)?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let server = packages.iter().find(|package| package["name"] == "brownstone-server");
    match server.and_then(|package| package["version"].as_str()) {
        Some(version) => Ok(version.to_owned()),
        None => bail!("the workspace has no package brownstone-server with a version"),
    }
}

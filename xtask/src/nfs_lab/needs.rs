//! What the lab needs of the host, and what is missing here.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::check::tools;
use crate::run;

/// A program that the lab runs, the Debian package that has it, and what for.
const NEEDED: [(&str, &str, &str); 6] = [
    ("depmod", "kmod", "the modules of the guests"),
    ("ganesha.nfsd", "nfs-ganesha", "the NFS server"),
    ("ip", "iproute2", "the network of the lab"),
    ("linux.uml", "user-mode-linux", "the guests"),
    ("mount.nfs4", "nfs-common", "the mounts of the guests"),
    ("unshare", "util-linux", "namespaces of its own"),
];
/// What has no program of its own: the NFS server finds it by itself.
const BACKEND: &str = "nfs-ganesha-vfs";

/// Why the lab cannot run here; nothing when it can. What apt has is installed first.
pub(super) fn missing() -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some("it makes network interfaces and mounts, which only root may do".to_owned());
    }
    if let Err(error) = OpenOptions::new().read(true).write(true).open("/dev/net/tun") {
        return Some(format!("/dev/net/tun cannot be opened ({error})"));
    }
    if cfg!(not(target_arch = "x86_64")) {
        return Some("user-mode Linux is packaged for x86_64 alone".to_owned());
    }
    let absent = NEEDED.iter().filter(|(program, ..)| run::find_program(program).is_none());
    let mut packages: Vec<&str> = Vec::new();
    for (program, package, purpose) in absent {
        println!("missing: {program} (package {package}), for {purpose}");
        packages.push(package);
    }
    if !packages.is_empty() {
        packages.push(BACKEND);
        if let Err(error) = tools::apt_install(&packages) {
            return Some(format!("{error:#}"));
        }
    }
    kernel().err().map(|error| format!("{error:#}"))
}

/// Where the modules of the guests' kernel are, and its version.
pub(super) fn kernel() -> Result<(PathBuf, String)> {
    let modules = Path::new("/usr/lib/uml/modules");
    let entries = std::fs::read_dir(modules).context("user-mode Linux has no modules here")?;
    let version = entries.flatten().next().context("user-mode Linux has no modules here")?;
    Ok((modules.to_owned(), version.file_name().to_string_lossy().into_owned()))
}

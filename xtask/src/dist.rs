//! Lays out the release: a folder that needs nothing else at run time, and its archive.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{console, run, workspace};

/// Scripts of the release, in `packaging/bin`.
const SCRIPTS: [&str; 3] = ["start", "stop", "status"];
/// Files of the workspace that go into the release as they are.
const TEXTS: [&str; 3] = ["LICENSE", "CHANGELOG.md", "README.md"];
/// What the release consists of; the server makes the rest (`data/`, pid files) when it runs.
const ENTRIES: [&str; 7] = ["bin", "etc", "examples", "share", "LICENSE", "CHANGELOG.md", "README.md"];

/// Build and lay out; the last line printed is the folder.
pub(crate) fn run() -> Result<()> {
    let folder = build(&workspace::root()?)?;
    println!("{}", folder.display());
    Ok(())
}

/// Build everything and return the release folder.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    if console::present(root) {
        console::build(root)?;
    }
    let mut cargo = Command::new("cargo");
    run::run(cargo.current_dir(root).args(["build", "--release", "--locked", "-p", "brownstone-server"]))?;
    let binary = target(root)?.join("release/brownstone");
    check_is_stripped(&binary)?;
    let dist = root.join("target/dist");
    let folder = dist.join("brownstone");
    lay_out(root, &binary, &folder)?;
    archive(&folder, &dist, &workspace::version(root)?)?;
    Ok(folder)
}

/// A profile's override of the package that is linked takes the profile's `strip` away, and nothing says so.
fn check_is_stripped(binary: &Path) -> Result<()> {
    let program = fs::read(binary).with_context(|| format!("{} cannot be read", binary.display()))?;
    let has = |section: &[u8]| program.windows(section.len()).any(|bytes| bytes == section);
    // Section names, as the table of an ELF file has them.
    if has(b"\0.debug_info\0") || has(b"\0.symtab\0") {
        bail!("{} is not stripped: see `strip` in the release profile of Cargo.toml", binary.display());
    }
    Ok(())
}

/// A release folder around the program that the tests were built with: the same build, so that no dependency is
/// built a second time with other features.
pub(crate) fn for_tests(root: &Path) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    run::run(cargo.current_dir(root).args(["test", "--quiet", "--workspace", "--no-run"]))?;
    let target = target(root)?;
    let folder = target.join("dist/for-tests");
    lay_out(root, &target.join("debug/brownstone"), &folder)?;
    Ok(folder)
}

/// A release folder around the server as `cargo build` makes it.
pub(crate) fn unoptimised(root: &Path) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    run::run(cargo.current_dir(root).args(["build", "--quiet", "--locked", "-p", "brownstone-server"]))?;
    let target = target(root)?;
    let folder = target.join("dist/unoptimised");
    lay_out(root, &target.join("debug/brownstone"), &folder)?;
    Ok(folder)
}

/// Where cargo puts what it builds; a user may have moved it.
fn target(root: &Path) -> Result<PathBuf> {
    let metadata = workspace::metadata(root, true)?;
    let folder = metadata["target_directory"].as_str().context("cargo names no target folder")?;
    Ok(PathBuf::from(folder))
}

/// Make the release folder. A `data` folder left by a server that ran there is not touched.
fn lay_out(root: &Path, binary: &Path, folder: &Path) -> Result<()> {
    for entry in ENTRIES {
        remove(&folder.join(entry))?;
    }
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).with_context(|| format!("{} cannot be made", bin.display()))?;
    place(binary, &bin.join("brownstone"), 0o755)?;
    for script in SCRIPTS {
        place(&root.join("packaging/bin").join(script), &bin.join(script), 0o755)?;
    }
    std::os::unix::fs::symlink("brownstone", bin.join("br"))?;
    copy_tree(&root.join("packaging/etc"), &folder.join("etc"))?;
    copy_tree(&root.join("examples"), &folder.join("examples"))?;
    // `man` finds them by itself where `bin` is in the PATH.
    run::run(Command::new(bin.join("brownstone")).arg("man").arg(folder.join("share/man/man1")))?;
    for text in TEXTS {
        place(&root.join(text), &folder.join(text), 0o644)?;
    }
    Ok(())
}

/// Copy a folder with all that is in it; links stay links.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    let unread = || format!("{} cannot be read", from.display());
    fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
    for entry in fs::read_dir(from).with_context(unread)? {
        let entry = entry.with_context(unread)?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().with_context(unread)?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if kind.is_symlink() {
            remove(&target)?;
            std::os::unix::fs::symlink(fs::read_link(&source)?, &target)?;
        } else {
            let mode = entry.metadata()?.permissions().mode();
            place(&source, &target, mode & 0o777)?;
        }
    }
    Ok(())
}

/// Copy one file. A new file takes the old one's place, so that a program that runs from it is not disturbed.
fn place(from: &Path, to: &Path, mode: u32) -> Result<()> {
    remove(to)?;
    fs::copy(from, to).with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let done = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => return Ok(()),
    };
    done.with_context(|| format!("{} cannot be replaced", path.display()))
}

/// `brownstone-VERSION-linux-ARCH.tar.gz`, the same bytes for the same files whoever packs it.
fn archive(folder: &Path, dist: &Path, version: &str) -> Result<()> {
    if run::find_program("tar").is_none() {
        bail!("there is no tar here, so no archive was made; the folder is {}", folder.display());
    }
    let name = format!("brownstone-{version}-linux-{}.tar.gz", std::env::consts::ARCH);
    let mut tar = Command::new("tar");
    tar.current_dir(folder).args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"]);
    tar.arg(format!("--transform=s,^,brownstone-{version}/,rSH"))
        .arg("-czf")
        .arg(dist.join(name))
        .args(ENTRIES);
    run::run(&mut tar)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A workspace with just what a release is made of.
    fn workspace(root: &Path) -> PathBuf {
        for script in SCRIPTS {
            write(&root.join("packaging/bin").join(script), "#!/bin/sh\n");
        }
        write(&root.join("packaging/etc/brooklyn.cfg"), "# new\n");
        write(&root.join("examples/hello.yaml"), "name: hello\n");
        for text in TEXTS {
            write(&root.join(text), "text\n");
        }
        let program = "#!/bin/sh\nmkdir -p \"$2\" && echo page >\"$2/brownstone.1\"\n";
        write(&root.join("target/release/brownstone"), program);
        root.join("target/release/brownstone")
    }

    #[test]
    fn release_folder_has_what_the_contract_names_and_keeps_data() {
        let dir = tempfile::tempdir().unwrap();
        let (root, folder) = (dir.path(), dir.path().join("out/brownstone"));
        let binary = workspace(root);
        lay_out(root, &binary, &folder).unwrap();
        write(&folder.join("data/keep"), "state");
        write(&folder.join("bin/stale"), "from an older release");
        lay_out(root, &binary, &folder).unwrap();

        let page = "share/man/man1/brownstone.1";
        let files =
            ["bin/start", "bin/stop", "bin/status", "bin/brownstone", "etc/brooklyn.cfg", "data/keep"];
        for name in files.into_iter().chain([page]) {
            assert!(folder.join(name).is_file(), "{name}");
        }
        assert!(!folder.join("bin/stale").exists());
        assert_eq!(fs::read_link(folder.join("bin/br")).unwrap(), Path::new("brownstone"));
        let mode = fs::metadata(folder.join("bin/start")).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111);
    }

    #[test]
    fn archive_is_reproducible_and_holds_no_data() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("brownstone");
        let binary = workspace(dir.path());
        lay_out(dir.path(), &binary, &folder).unwrap();
        write(&folder.join("data/secret"), "not for others");
        let file = dir.path().join(format!("brownstone-1.2.3-linux-{}.tar.gz", std::env::consts::ARCH));
        archive(&folder, dir.path(), "1.2.3").unwrap();
        let first = fs::read(&file).unwrap();
        lay_out(dir.path(), &binary, &folder).unwrap();
        archive(&folder, dir.path(), "1.2.3").unwrap();
        assert!(first == fs::read(&file).unwrap(), "two archives of the same files differ");

        let list = run::capture(Command::new("tar").arg("-tzvf").arg(&file)).unwrap();
        assert!(list.contains(" brownstone-1.2.3/bin/br -> brownstone\n"), "{list}");
        assert!(!list.contains("data"), "{list}");
    }
}

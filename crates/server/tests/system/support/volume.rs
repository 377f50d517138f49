//! File systems that can be filled, made read-only and frozen, in a mount namespace of the test's own thread:
//! the processes that it starts see them, nobody else does, and they are gone when those have ended.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};

pub(crate) struct Volume {
    path: PathBuf,
}

impl Volume {
    /// A small file system in memory.
    pub(crate) fn small(path: &Path, _: &Path) -> Result<Volume, String> {
        own_namespace()?;
        mount(Some("tmpfs"), path, Some("tmpfs"), MsFlags::empty(), Some("size=8m,mode=700"))
            .map_err(|e| format!("mount tmpfs: {e}"))?;
        Ok(Volume { path: path.to_owned() })
    }

    /// A file system on a loop device, which can be frozen.
    pub(crate) fn on_loop_device(path: &Path, disk: &Path) -> Result<Volume, String> {
        own_namespace()?;
        let file = fs::File::create(disk).map_err(|e| e.to_string())?;
        file.set_len(64 * 1024 * 1024).map_err(|e| e.to_string())?;
        command("mkfs.ext4", &["-q", "-F", "-O", "^has_journal", &disk.display().to_string()])?;
        command("mount", &["-o", "loop", &disk.display().to_string(), &path.display().to_string()])?;
        Ok(Volume { path: path.to_owned() })
    }

    /// From now on every write fails, or can be made again. Refused while a file is open for writing.
    pub(crate) fn read_only(&self, read_only: bool) -> bool {
        let flag = if read_only { MsFlags::MS_RDONLY } else { MsFlags::empty() };
        mount(None::<&str>, &self.path, None::<&str>, MsFlags::MS_REMOUNT | flag, None::<&str>).is_ok()
    }

    /// Every call that would change something hangs from now on.
    pub(crate) fn freeze(&self) {
        command("fsfreeze", &["-f", &self.path.display().to_string()]).unwrap();
    }

    /// No harm where nothing is frozen.
    pub(crate) fn thaw(&self) {
        let _ = command("fsfreeze", &["-u", &self.path.display().to_string()]);
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = umount2(&self.path, MntFlags::MNT_DETACH);
    }
}

/// What this thread starts in `start` takes the host that it runs on for another one.
pub(crate) fn on_another_host<T>(dir: &Path, start: impl FnOnce() -> T) -> Result<T, String> {
    const MACHINE_ID: &str = "/etc/machine-id";
    own_namespace()?;
    let other = dir.join("other-machine-id");
    fs::write(&other, "00112233445566778899aabbccddeeff\n").map_err(|e| e.to_string())?;
    mount(Some(&other), MACHINE_ID, None::<&str>, MsFlags::MS_BIND, None::<&str>)
        .map_err(|e| format!("mount over {MACHINE_ID}: {e}"))?;
    let done = start();
    umount2(MACHINE_ID, MntFlags::MNT_DETACH).map_err(|e| format!("umount {MACHINE_ID}: {e}"))?;
    Ok(done)
}

/// Of this thread only; what it starts inherits it.
fn own_namespace() -> Result<(), String> {
    if !nix::unistd::geteuid().is_root() {
        return Err("only root may mount".to_owned());
    }
    unshare(CloneFlags::CLONE_NEWNS).map_err(|e| format!("unshare: {e}"))?;
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)
        .map_err(|e| format!("private mounts: {e}"))
}

fn command(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output().map_err(|e| format!("{program}: {e}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

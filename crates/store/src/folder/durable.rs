//! Folders that are there, and stay there after a crash.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;
use nix::fcntl::OFlag;

use super::errno::{At, IoTrouble};

/// Folders remembered as durable; the oldest log folders are of no use, so forgetting all now and then is fine.
const REMEMBERED_MAX: usize = 1024;

/// Which folders this process has made sure of. Also one that another process made is fsynced once by this
/// one: its maker may have died between mkdir and fsync, and a record in it would die with the folder.
#[derive(Debug, Default)]
pub(super) struct Folders {
    sound: Mutex<HashSet<PathBuf>>,
}

impl Folders {
    /// Whether nothing has to be made for a file in it.
    pub(super) fn is_sound(&self, folder: &Path) -> bool {
        self.sound().contains(folder)
    }

    /// Makes `folder` and what is missing between it and `root`, durably. Never makes `root` itself.
    pub(super) fn ensure(&self, root: &Path, folder: &Path) -> Result<(), IoTrouble> {
        if folder == root || self.is_sound(folder) {
            return Ok(());
        }
        let mut below: Vec<&Path> = folder.ancestors().take_while(|up| *up != root).collect();
        below.reverse();
        for path in below {
            make_folder(path)?;
            if let Some(parent) = path.parent() {
                sync_folder(parent)?;
            }
        }
        let mut sound = self.sound();
        if sound.len() >= REMEMBERED_MAX {
            sound.clear();
        }
        sound.insert(folder.to_owned());
        Ok(())
    }

    /// It was found missing: make sure of it anew, and of those above it.
    pub(super) fn forget(&self, folder: &Path) {
        self.sound().retain(|known| !folder.starts_with(known));
    }

    fn sound(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.sound.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes one folder, for its owner only; it being there is success.
pub(super) fn make_folder(path: &Path) -> Result<(), IoTrouble> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_folder(path) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(io::Error::from(Errno::ENOTDIR)).at("use as a folder", path)
        }
        other => other.at("make folder", path),
    }
}

fn is_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), IoTrouble> {
    let folder = OpenOptions::new()
        .read(true)
        .custom_flags(OFlag::O_DIRECTORY.bits())
        .open(path)
        .at("open folder", path)?;
    folder.sync_all().at("fsync folder", path)
}

/// Makes a file's bytes durable and closes it; on NFS both may bring the error of an earlier write.
pub(super) fn sync_and_close(file: File, path: &Path) -> Result<(), IoTrouble> {
    file.sync_all().at("fsync", path)?;
    match nix::unistd::close(file) {
        // Linux has closed it, and after the fsync there was nothing left to write.
        Ok(()) | Err(Errno::EINTR) => Ok(()),
        Err(errno) => Err(io::Error::from(errno)).at("close", path),
    }
}

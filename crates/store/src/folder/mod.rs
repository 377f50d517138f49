//! A store in a folder, local or NFS, by the rules that NFS forces on everybody.
//!
//! - A record is staged under a name of its own, fsynced and closed, and then *linked* to its final name:
//!   `link` is atomic on the server and refuses to replace. A lost reply shows in the stage file's link count.
//! - The folder of the name is fsynced before the answer. Errors of fsync and of close count.
//! - Files are opened afresh for every read (`open` revalidates on NFS, `stat` may lie for a minute).
//! - Paths are resolved anew for every verb, never kept as open folders: after someone moved the folder away
//!   and put a restored one in its place, a kept handle would go on writing where nobody looks.

mod create;
mod delete;
mod durable;
mod errno;
mod list;
mod open;
mod put_own;
mod read;
mod reserve;
mod root;
mod stage;
mod stage_id;
mod unmoved;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};

use crate::Store;
use durable::Folders;
use errno::IoTrouble;
use reserve::Reserve;
use root::Root;
use stage::{Stage, Staged};

pub use errno::FILE_BYTES_MAX;
pub use open::OpenError;
pub use stage_id::sweep_stage;
pub(crate) use stage_id::unique_id;

/// How often a folder that vanished under a file is made again for it.
const RETRIES_MAX: usize = 3;

/// A folder that was opened as a store.
#[derive(Debug)]
pub struct FolderStore {
    root: Root,
    /// None in a store that was opened to be read only.
    stage: Option<Stage>,
    folders: Folders,
    foreign_named: AtomicBool,
    /// Only servers keep one.
    reserve: Option<Reserve>,
}

impl FolderStore {
    /// Opens a folder, and makes it (0700, with its parents) when it is missing. Writes there at once, so
    /// that a folder that cannot be written to is refused here and not at the first record.
    pub fn open(path: impl AsRef<Path>) -> Result<FolderStore, OpenError> {
        open::open(path.as_ref())
    }

    /// As `open`, for the server of this id, which keeps 1 MiB free here for the day that the disk is full.
    pub fn open_with_reserve(path: impl AsRef<Path>, owner: &str) -> Result<FolderStore, OpenError> {
        let path = path.as_ref();
        let mut store = match open::patiently(|| FolderStore::open(path), std::thread::sleep) {
            Err(error) if error.kind() == FaultKind::Full && reserve::give_up(path, owner) => {
                FolderStore::open(path)?
            }
            opened => opened?,
        };
        store.reserve = Some(Reserve::keep(store.root.path(), owner));
        Ok(store)
    }

    /// Opens a folder that is there already and to which nothing is written: one on a read-only file system will do.
    /// Every verb that would change something is refused.
    pub fn open_to_read(path: impl AsRef<Path>) -> Result<FolderStore, OpenError> {
        open::open_to_read(path.as_ref())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    fn file(&self, name: &Name) -> PathBuf {
        self.root.path().join(name.as_str())
    }

    /// Where files are written first; whoever opened this store to read may write none.
    fn stage(&self) -> Result<&Stage, Fault> {
        self.stage.as_ref().ok_or_else(|| {
            let text = format!("{} was opened to be read only", self.root.path().display());
            Fault { kind: FaultKind::Denied, text }
        })
    }

    /// Stages bytes; a stage folder that somebody cleaned away is made again, one in a folder that was
    /// replaced is not.
    fn staged(&self, bytes: &[u8]) -> Result<Staged, Fault> {
        errno::fits(bytes.len() as u64, self.root.path())?;
        let stage = self.stage()?;
        match stage.write(bytes) {
            Err(trouble) if trouble.is_missing() => {
                self.root.still_there()?;
                stage.make().and_then(|()| stage.write(bytes))
            }
            other => other,
        }
        .map_err(|trouble| trouble.fault())
    }

    /// Does something in a folder that may have to be made first, and again when it vanished meanwhile:
    /// `delete` removes folders that it empties. The outer error says that nothing was attempted.
    fn in_folder(
        &self,
        file: &Path,
        act: impl Fn() -> Result<(), IoTrouble>,
    ) -> Result<Result<(), IoTrouble>, Fault> {
        let folder = file.parent().unwrap_or(self.root.path());
        if !self.folders.is_sound(folder) {
            self.root.still_has(file)?;
            self.folders.ensure(self.root.path(), folder).map_err(|trouble| trouble.fault())?;
            self.root.has(folder);
        }
        let mut outcome = act();
        for _ in 0..RETRIES_MAX {
            let vanished = outcome.as_ref().is_err_and(|trouble| trouble.is_missing() || trouble.is_stale());
            if !vanished || self.root.still_has(file).is_err() {
                break;
            }
            self.folders.forget(folder);
            if self.folders.ensure(self.root.path(), folder).is_err() {
                break;
            }
            outcome = act();
        }
        Ok(outcome)
    }
}

impl FolderStore {
    fn carry_out(&self, verb: &Verb) -> Answer {
        match verb {
            Verb::Create { name, bytes } => self.create(name, bytes),
            Verb::Read { name } => self.read(name),
            Verb::PutOwn { name, bytes } => self.put_own(name, bytes),
            Verb::List { prefix, after, max } => self.list(prefix, after.as_ref(), *max),
            Verb::Delete { name } => self.delete(name),
        }
    }
}

impl Store for FolderStore {
    fn run(&self, verb: &Verb) -> Answer {
        let Some(reserve) = &self.reserve else { return self.carry_out(verb) };
        if let Err(full) = reserve.admits(verb) {
            return Answer::Failed(full);
        }
        let answer = self.carry_out(verb);
        reserve.met(&answer);
        answer
    }

    fn describe(&self) -> String {
        format!("folder {}", self.root.path().display())
    }
}

#[cfg(test)]
mod tests;

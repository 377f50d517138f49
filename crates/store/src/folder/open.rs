//! Opening a folder: what can be wrong with it, in words.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use nix::errno::Errno;

use ha::verbs::{Fault, FaultKind};

use super::FolderStore;
use super::durable::{Folders, make_folder, sync_folder};
use super::errno::{At, IoTrouble};
use super::root::Root;
use super::stage::Stage;
use crate::advice;

/// Why a folder cannot be a store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Something else is where the folder, or one above it, should be.
    #[error(
        "{} is not a folder; name a folder for the store, or a path where nothing is yet", path.display()
    )]
    NotAFolder {
        /// What is in the way.
        path: PathBuf,
    },
    /// The system refused.
    #[error("the store's folder {} cannot be used: {}; {}", path.display(), fault.text, advice::in_folder(fault.kind))]
    Refused {
        /// The folder.
        path: PathBuf,
        /// What was attempted and what the system said.
        fault: Fault,
    },
}

impl OpenError {
    /// What kind of trouble it is.
    pub fn kind(&self) -> FaultKind {
        match self {
            OpenError::NotAFolder { .. } => FaultKind::Unfit,
            OpenError::Refused { fault, .. } => fault.kind,
        }
    }
}

const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

pub(super) fn open(path: &Path) -> Result<FolderStore, OpenError> {
    let wrap = |trouble: IoTrouble| explain(path, &trouble);
    // Absolute, so that a change of the working directory does not move the store.
    let path = std::path::absolute(path).at("find", path).map_err(wrap)?;
    make_with_parents(&path).map_err(wrap)?;
    let stage = Stage::open(&path).map_err(wrap)?;
    let root = Root::of(path.clone()).map_err(wrap)?;
    Ok(store(root, Some(stage)))
}

/// Tries again for five seconds while the folder's server does not answer: a mount that comes up with its machine may be
/// sound a moment later.
pub(super) fn patiently<T>(
    mut attempt: impl FnMut() -> Result<T, OpenError>,
    mut pause: impl FnMut(Duration),
) -> Result<T, OpenError> {
    for _ in 0..TRIES {
        match attempt() {
            Err(error) if error.kind() == FaultKind::Unreachable => {
                tracing::warn!(%error, "it is tried again");
                pause(PAUSE);
            }
            settled => return settled,
        }
    }
    attempt()
}

pub(super) fn open_to_read(path: &Path) -> Result<FolderStore, OpenError> {
    let wrap = |trouble: IoTrouble| explain(path, &trouble);
    let path = std::path::absolute(path).at("find", path).map_err(wrap)?;
    // Opened as a folder: a file, or a folder that may not be listed, is told now.
    fs::read_dir(&path).at("list", &path).map_err(wrap)?;
    Ok(store(Root::of(path).map_err(wrap)?, None))
}

fn store(root: Root, stage: Option<Stage>) -> FolderStore {
    FolderStore {
        root,
        stage,
        folders: Folders::default(),
        foreign_named: AtomicBool::new(false),
        reserve: None,
    }
}

fn make_with_parents(path: &Path) -> Result<(), IoTrouble> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => return Ok(()),
        Ok(_) => return Err(io::Error::from(Errno::ENOTDIR)).at("use as a folder", path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).at("look at", path),
    }
    let Some(parent) = path.parent() else { return Ok(()) };
    make_with_parents(parent)?;
    make_folder(path)?;
    sync_folder(parent)
}

fn explain(path: &Path, trouble: &IoTrouble) -> OpenError {
    let in_the_way = trouble.errno() == Some(Errno::ENOTDIR);
    if in_the_way {
        let blocker = trouble.path.ancestors().find(|up| fs::metadata(up).is_ok_and(|meta| !meta.is_dir()));
        return OpenError::NotAFolder { path: blocker.unwrap_or(&trouble.path).to_owned() };
    }
    OpenError::Refused { path: path.to_owned(), fault: trouble.fault() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: FaultKind) -> OpenError {
        OpenError::Refused { path: "/mnt/plane".into(), fault: Fault { kind, text: "no".to_owned() } }
    }

    #[test]
    fn a_mount_that_answers_a_moment_later_is_waited_for_and_nothing_else_is() {
        let tried = |until: u32, kind| {
            let (mut tries, mut waited) = (0, Duration::ZERO);
            let attempt = || {
                tries += 1;
                if tries > until { Ok(()) } else { Err(refused(kind)) }
            };
            let opened = patiently(attempt, |pause| waited += pause);
            (opened.is_ok(), tries, waited)
        };
        assert_eq!(tried(2, FaultKind::Unreachable), (true, 3, PAUSE * 2));
        assert_eq!(tried(99, FaultKind::Unreachable), (false, TRIES + 1, PAUSE * TRIES));
        assert_eq!(tried(99, FaultKind::Denied), (false, 1, Duration::ZERO));
        assert_eq!(tried(99, FaultKind::Full), (false, 1, Duration::ZERO));
    }
}

//! The lock of a data folder: held by the parent *and* the server, so that no new life of this node starts
//! before both are gone and the prover has written what it has to write.
//!
//! Both hold one open file: the server gets it as its standard input. It is free when the last of them closed it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// Between two tries: locks of files cannot be waited for with a bound.
const LOOK: Duration = Duration::from_millis(5);

/// The lock, while this lives. Dropping it closes the file, which does not free it for the other holder.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// A server runs here.
    #[error("another server runs in this folder")]
    Held,
    /// The file cannot be used.
    #[error("{} cannot be locked: {error}", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// What was handed down is not this folder's lock.
    #[error("this command is the server's own: start it with bin/start or `brownstone server run`")]
    NotHandedDown,
}

/// Whether somebody holds a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A parent or a server lives.
    Yes,
    /// Nobody.
    No,
}

impl Lock {
    /// Takes the lock, or says that somebody has it.
    pub fn take(path: &Path) -> Result<Lock, LockError> {
        let io = |error| LockError::Io { path: path.to_owned(), error };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held),
            Err(TryLockError::Error(error)) => Err(io(error)),
        }
    }

    /// Takes the lock, and waits while `worth_it` says so: a parent writes down the end of a server that was
    /// killed, or somebody only looks.
    pub fn take_within(
        path: &Path,
        longest: Duration,
        worth_it: impl Fn() -> bool,
    ) -> Result<Lock, LockError> {
        let deadline = Instant::now() + longest;
        loop {
            match Lock::take(path) {
                Err(LockError::Held) if worth_it() && Instant::now() < deadline => thread::sleep(LOOK),
                other => return other,
            }
        }
    }

    /// Whether somebody has it, without keeping it.
    pub fn probe(path: &Path) -> Result<Held, LockError> {
        if !path.exists() {
            return Ok(Held::No);
        }
        match Lock::take(path) {
            Ok(_) => Ok(Held::No),
            Err(LockError::Held) => Ok(Held::Yes),
            Err(other) => Err(other),
        }
    }

    /// The lock as the parent hands it down, as standard input.
    pub fn handed_down(path: &Path) -> Result<Lock, LockError> {
        let io = |error| LockError::Io { path: path.to_owned(), error };
        let file = File::from(io::stdin().as_fd().try_clone_to_owned().map_err(io)?);
        let same = |a: std::fs::Metadata, b: std::fs::Metadata| a.dev() == b.dev() && a.ino() == b.ino();
        let ours = match (file.metadata(), std::fs::metadata(path)) {
            (Ok(here), Ok(there)) => same(here, there),
            _ => false,
        };
        if ours && file.try_lock().is_ok() { Ok(Lock { file }) } else { Err(LockError::NotHandedDown) }
    }

    /// For the child's standard input: the same open file, so the same lock.
    pub fn to_hand_down(&self) -> io::Result<OwnedFd> {
        self.file.as_fd().try_clone_to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_once_until_the_last_holder_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        assert_eq!(Lock::probe(&path).unwrap(), Held::No);
        let first = Lock::take(&path).unwrap();
        assert!(matches!(Lock::take(&path), Err(LockError::Held)));
        let handed = first.to_hand_down().unwrap();
        drop(first);
        assert_eq!(Lock::probe(&path).unwrap(), Held::Yes);
        drop(handed);
        assert_eq!(Lock::probe(&path).unwrap(), Held::No);
    }
}

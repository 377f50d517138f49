//! Room for bad days. Each server keeps a file of 1 MiB in the plane's folder, and gives it up when the disk is full: in
//! that room it can still say how it is, and end its term well. Nothing else is written there, until the disk has as much
//! room again as it takes to keep the file anew.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use base::Rng;
use base::limits::RESERVE_BYTES;
use ha::names;
use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};
use nix::errno::Errno;
use nix::sys::statvfs::statvfs;

use super::durable::{make_folder, sync_and_close};
use super::errno::{At, IoTrouble};
use super::stage_id::STAGE;

/// So many more files must fit: a record is staged, and may need a folder of its own; others write as well.
const FILES_MIN: u64 = 16;

/// The file that one server keeps.
#[derive(Debug)]
pub(super) struct Reserve {
    root: PathBuf,
    path: PathBuf,
    given: AtomicBool,
    filling: Mutex<()>,
}

impl Reserve {
    /// Keeps a file for this owner, as far as there is room for it.
    pub(super) fn keep(root: &Path, owner: &str) -> Reserve {
        let reserve = Reserve {
            root: root.to_owned(),
            path: path(root, owner),
            given: AtomicBool::new(false),
            filling: Mutex::new(()),
        };
        if let Err(trouble) = reserve.fill() {
            tracing::warn!(error = %trouble, "no room is kept for a full disk");
            reserve.given.store(trouble.kind() == FaultKind::Full, Ordering::Relaxed);
        }
        reserve
    }

    /// Whether there is room for this; the room that was given up is for few things only.
    pub(super) fn admits(&self, verb: &Verb) -> Result<(), Fault> {
        let (Verb::Create { name, .. } | Verb::PutOwn { name, .. }) = verb else { return Ok(()) };
        if !self.given.load(Ordering::Relaxed) || is_for_bad_days(name) {
            return Ok(());
        }
        let _filling = self.filling.lock().unwrap_or_else(PoisonError::into_inner);
        // Also asked by the next one, who waited here.
        if !self.given.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.fill().map_err(|trouble| {
            let text = format!("could not write {name}: what room is left is for beats and ends of terms");
            Fault { kind: trouble.kind(), text: format!("{text} ({trouble})") }
        })?;
        self.given.store(false, Ordering::Relaxed);
        tracing::info!(folder = %self.root.display(), "there is room in the plane's folder again");
        Ok(())
    }

    /// An answer was had: where the disk is full, the file is given up. What was refused is asked for again by whoever
    /// needs it.
    pub(super) fn met(&self, answer: &Answer) {
        let (Answer::Failed(fault) | Answer::Unknown(fault)) = answer else { return };
        if fault.kind == FaultKind::Full && !self.given.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                folder = %self.root.display(),
                "the plane's folder is full: what was kept for that is given up, and nothing but beats and ends of terms is \
                 written until there is room"
            );
            give(&self.path);
        }
    }

    /// Keeps the file, where as much is free again beside it. Its bytes look random: a file system that compresses would
    /// keep no room for zeros.
    fn fill(&self) -> Result<(), IoTrouble> {
        if fs::metadata(&self.path).is_ok_and(|meta| meta.len() == RESERVE_BYTES) {
            return Ok(());
        }
        if !has_room(&self.root)? {
            return Err(std::io::Error::from(Errno::ENOSPC)).at("keep room in", &self.root);
        }
        if let Some(folder) = self.path.parent() {
            make_folder(folder)?;
        }
        let mut rng = Rng::from_seed(RESERVE_BYTES);
        let bytes: Vec<u8> = (0..RESERVE_BYTES / 8).flat_map(|_| rng.next_u64().to_le_bytes()).collect();
        let write = || {
            let mut open = OpenOptions::new();
            let mut file = open.write(true).create(true).truncate(true).mode(0o600).open(&self.path)?;
            file.write_all(&bytes)?;
            Ok(file)
        };
        let kept = write().at("keep room in", &self.path).and_then(|file| sync_and_close(file, &self.path));
        if kept.is_err() {
            give(&self.path);
        }
        kept
    }
}

/// Gives up what a server of this id has kept, so that the folder can be opened at all; whether there was something.
pub(super) fn give_up(root: &Path, owner: &str) -> bool {
    give(&path(root, owner))
}

fn give(path: &Path) -> bool {
    fs::remove_file(path).is_ok()
}

/// A name that no sweep takes for a stage of the dead.
fn path(root: &Path, owner: &str) -> PathBuf {
    root.join(STAGE).join(format!("{owner}.reserve"))
}

/// Room for the file and as much beside it, and for files at all. A file system that does not count its files says that it has none.
fn has_room(root: &Path) -> Result<bool, IoTrouble> {
    let found = statvfs(root).map_err(std::io::Error::from).at("look for room in", root)?;
    let bytes = found.blocks_available().saturating_mul(found.fragment_size());
    let files = found.files() == 0 || found.files_available() >= FILES_MIN;
    Ok(bytes >= RESERVE_BYTES * 2 && files)
}

/// What a server says of itself, and the end of its term.
fn is_for_bad_days(name: &Name) -> bool {
    let is_end = || names::number(name.leaf(), ".end").is_some();
    names::is_node(name) || *name == names::leader() || is_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(name: &str) -> Verb {
        Verb::Create { name: Name::parse(name).unwrap(), bytes: b"x"[..].into() }
    }

    #[test]
    fn what_is_kept_is_given_up_once_for_beats_and_ends_and_kept_anew_when_there_is_room() {
        let dir = tempfile::tempdir().unwrap();
        let reserve = Reserve::keep(dir.path(), "n1");
        let kept = path(dir.path(), "n1");
        assert_eq!(fs::metadata(&kept).unwrap().len(), RESERVE_BYTES);
        reserve.met(&Answer::Created);
        reserve.met(&Answer::Failed(Fault { kind: FaultKind::Denied, text: "read-only".to_owned() }));
        assert!(kept.exists(), "that is no full disk");
        let full = || Fault { kind: FaultKind::Full, text: "full".to_owned() };
        reserve.met(&Answer::Failed(full()));
        assert!(!kept.exists());
        for name in ["nodes/n1.json", "leader.json", "terms/00000000000000000001.end"] {
            assert_eq!(reserve.admits(&create(name)), Ok(()));
            assert!(!kept.exists(), "{name} is no reason to look for room");
        }
        // This disk has room.
        assert_eq!(reserve.admits(&create("log/0/00000000000000000001.json")), Ok(()));
        assert!(kept.exists());
        // And so it goes the next time, also when nothing is known of the write that met it.
        reserve.met(&Answer::Unknown(full()));
        assert!(!kept.exists());
        assert_eq!(reserve.admits(&create("log/0/00000000000000000002.json")), Ok(()));
        assert!(give_up(dir.path(), "n1") && !give_up(dir.path(), "n1"));
    }
}

//! The folder that was opened, and whether what lies at its path still is that folder.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use ha::names::{self, Folder};
use ha::verbs::{Fault, FaultKind};

use super::errno::{At, IoTrouble};

/// Folders directly below it that no server ever removes. One that was there and is gone was moved away, with all that
/// is promised to stay in it: a new one in its place would hold a second history.
const KEPT: [Folder; 3] = [Folder::Terms, Folder::Nodes, Folder::Log];

/// A path and the identity of the folder there.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    identity: (u64, u64),
    /// Which of [`KEPT`] were seen there.
    seen: [AtomicBool; KEPT.len()],
}

impl Root {
    pub(super) fn of(path: PathBuf) -> Result<Root, IoTrouble> {
        let identity = identity(&path)?;
        let seen = KEPT.map(|folder| AtomicBool::new(path.join(folder.as_str()).is_dir()));
        Ok(Root { path, identity, seen })
    }

    /// There is this folder below it, and those above that one.
    pub(super) fn has(&self, folder: &Path) {
        for (kept, seen) in KEPT.iter().zip(&self.seen) {
            if folder.starts_with(self.path.join(kept.as_str())) {
                seen.store(true, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Asked whenever something is missing: in a folder that was unmounted or moved away everything is, and
    /// "nothing there" would be a lie.
    pub(super) fn still_there(&self) -> Result<(), Fault> {
        let (kind, what) = match identity(&self.path) {
            Ok(found) if found == self.identity => return Ok(()),
            Ok(_) => {
                (FaultKind::Unfit, "is another folder than the one that was opened (unmounted or replaced?)")
            }
            Err(trouble) if trouble.is_missing() => {
                (FaultKind::Unreachable, "is gone (unmounted or removed?)")
            }
            Err(trouble) => return Err(trouble.fault()),
        };
        Err(Fault { kind, text: format!("{} {what}", self.path.display()) })
    }

    /// Asked before a folder is made for this file: whether it lies below one that was there and is gone.
    pub(super) fn still_has(&self, file: &Path) -> Result<(), Fault> {
        self.gone_above(file)?.map_or(Ok(()), Err)
    }

    /// Asked when this file, or what is below this folder, is missing. Where the whole plane is gone nothing is said of its
    /// folders: whoever misses something looks for `plane.json` then, and names that.
    pub(super) fn lacks(&self, file: &Path) -> Result<(), Fault> {
        let Some(gone) = self.gone_above(file)? else { return Ok(()) };
        match identity(&self.path.join(names::plane().as_str())) {
            Err(trouble) if trouble.is_missing() => Ok(()),
            _ => Err(gone),
        }
    }

    fn gone_above(&self, file: &Path) -> Result<Option<Fault>, Fault> {
        self.still_there()?;
        let seen = KEPT.iter().zip(&self.seen).filter(|(_, seen)| seen.load(Ordering::Relaxed));
        let mut folders = seen.map(|(kept, _)| self.path.join(kept.as_str()));
        let Some(folder) = folders.find(|folder| file.starts_with(folder)) else { return Ok(None) };
        match identity(&folder) {
            Ok(_) => Ok(None),
            Err(trouble) if trouble.is_missing() => {
                let text = format!("{} was there and is gone (moved away or removed?)", folder.display());
                Ok(Some(Fault { kind: FaultKind::Unreachable, text }))
            }
            Err(trouble) => Err(trouble.fault()),
        }
    }
}

fn identity(path: &Path) -> Result<(u64, u64), IoTrouble> {
    let meta = fs::metadata(path).at("look at", path)?;
    Ok((meta.dev(), meta.ino()))
}

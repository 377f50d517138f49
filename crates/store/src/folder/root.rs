//! The folder that was opened, and whether what lies at its path still is that folder.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ha::verbs::{Fault, FaultKind};

use super::errno::{At, IoTrouble};

/// A path and the identity of the folder there.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    identity: (u64, u64),
}

impl Root {
    pub(super) fn of(path: PathBuf) -> Result<Root, IoTrouble> {
        let identity = identity(&path)?;
        Ok(Root { path, identity })
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
}

fn identity(path: &Path) -> Result<(u64, u64), IoTrouble> {
    let meta = fs::metadata(path).at("look at", path)?;
    Ok((meta.dev(), meta.ino()))
}

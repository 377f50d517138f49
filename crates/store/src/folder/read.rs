//! `read`: opens afresh every time, because on NFS `open` revalidates and nothing else does.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use nix::errno::Errno;
use nix::fcntl::OFlag;

use ha::verbs::{Answer, Fault, Name};

use super::FolderStore;
use super::errno::{At, FILE_BYTES_MAX, IoTrouble, fits};

impl FolderStore {
    pub(super) fn read(&self, name: &Name) -> Answer {
        let file = self.file(name);
        match read_fresh(&file) {
            Ok(Some(bytes)) => Answer::Content(Some(Arc::from(bytes))),
            Ok(None) => match self.root.lacks(&file) {
                Ok(()) => Answer::Content(None),
                Err(fault) => Answer::Failed(fault),
            },
            Err(fault) => Answer::Failed(fault),
        }
    }
}

/// The whole file, or `None` when there is none.
pub(super) fn read_fresh(path: &Path) -> Result<Option<Vec<u8>>, Fault> {
    let read = match read_once(path) {
        // Another client renamed over it between lookup and read; the next open finds the new file.
        Err(trouble) if trouble.is_stale() => read_once(path),
        other => other,
    };
    match read {
        Ok(bytes) => {
            fits(bytes.len() as u64, path)?;
            Ok(Some(bytes))
        }
        Err(trouble) if trouble.is_missing() => Ok(None),
        Err(trouble) => Err(trouble.fault()),
    }
}

fn read_once(path: &Path) -> Result<Vec<u8>, IoTrouble> {
    // Non-blocking, so that a pipe of that name is refused instead of waited for.
    let file =
        OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path).at("open", path)?;
    let meta = file.metadata().at("look at", path)?;
    if !meta.is_file() {
        let errno = if meta.is_dir() { Errno::EISDIR } else { Errno::EOPNOTSUPP };
        return Err(io::Error::from(errno)).at("read as a file", path);
    }
    let mut bytes = Vec::with_capacity(meta.len().min(FILE_BYTES_MAX) as usize);
    // One byte more than allowed shows that there is more than allowed.
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).at("read", path)?;
    Ok(bytes)
}

//! From what the system said to what the owner of a store can do about it.

use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use ha::verbs::{Fault, FaultKind};

/// The largest file or object that is written or read: a damaged or foreign file must not fill the memory. Records and
/// parts of checkpoints are far smaller.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A system call that failed: what was attempted, on what, and what the system said.
#[derive(Debug, thiserror::Error)]
#[error("could not {attempt} {}: {source}", path.display())]
pub(super) struct IoTrouble {
    pub(super) attempt: &'static str,
    pub(super) path: PathBuf,
    pub(super) source: io::Error,
}

/// Adds the attempt and its object to an `io::Error`.
pub(super) trait At<T> {
    fn at(self, attempt: &'static str, path: &Path) -> Result<T, IoTrouble>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, attempt: &'static str, path: &Path) -> Result<T, IoTrouble> {
        self.map_err(|source| IoTrouble { attempt, path: path.to_owned(), source })
    }
}

impl IoTrouble {
    pub(super) fn errno(&self) -> Option<Errno> {
        self.source.raw_os_error().map(Errno::from_raw)
    }

    pub(super) fn is_missing(&self) -> bool {
        self.errno() == Some(Errno::ENOENT)
    }

    pub(super) fn is_stale(&self) -> bool {
        self.errno() == Some(Errno::ESTALE)
    }

    pub(super) fn is_taken(&self) -> bool {
        self.errno() == Some(Errno::EEXIST)
    }

    /// Whether the system's answer rules out that the change was made. After the others (EIO, ETIMEDOUT of a
    /// soft mount, ESTALE) the server may have made it, or may still make it.
    pub(super) fn is_definite(&self) -> bool {
        !matches!(self.kind(), FaultKind::Unreachable)
    }

    pub(super) fn kind(&self) -> FaultKind {
        match self.errno() {
            Some(Errno::ENOSPC | Errno::EDQUOT | Errno::EFBIG) => FaultKind::Full,
            Some(Errno::EPERM) if self.attempt == LINK => FaultKind::Unfit,
            Some(Errno::EACCES | Errno::EPERM | Errno::EROFS) => FaultKind::Denied,
            Some(
                Errno::ENOTDIR
                | Errno::EISDIR
                | Errno::ENAMETOOLONG
                | Errno::ELOOP
                | Errno::EOPNOTSUPP
                | Errno::ENOSYS
                | Errno::EXDEV
                | Errno::EMLINK,
            ) => FaultKind::Unfit,
            _ => FaultKind::Unreachable,
        }
    }

    pub(super) fn fault(&self) -> Fault {
        let no_links = self.attempt == LINK && self.kind() == FaultKind::Unfit;
        let hint = match () {
            () if !no_links => "",
            // One word for two things.
            () if self.errno() == Some(Errno::EPERM) => {
                " (this file system has no hard links, or the folder is immutable: see `lsattr`)"
            }
            () => " (this file system has no hard links)",
        };
        Fault { kind: self.kind(), text: format!("{self}{hint}") }
    }
}

/// The attempt whose EPERM means "no such thing here" instead of "not for you" (link(2)).
pub(super) const LINK: &str = "link";

/// Refuses what is too large to be ours.
pub(super) fn fits(bytes: u64, path: &Path) -> Result<(), Fault> {
    if bytes <= FILE_BYTES_MAX {
        return Ok(());
    }
    let text =
        format!("{}: {bytes} bytes are more than a file here may have ({FILE_BYTES_MAX})", path.display());
    Err(Fault { kind: FaultKind::Unfit, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(errno: Errno, attempt: &'static str) -> IoTrouble {
        Err::<(), _>(io::Error::from(errno)).at(attempt, Path::new("/x")).unwrap_err()
    }

    #[test]
    fn each_error_of_the_system_has_one_meaning_and_only_a_refusal_rules_out_an_effect() {
        use Errno::*;
        use FaultKind::{Denied, Full, Unfit, Unreachable};
        let meanings: [(FaultKind, &[Errno]); 4] = [
            (Full, &[ENOSPC, EDQUOT, EFBIG]),
            (Denied, &[EACCES, EPERM, EROFS]),
            (Unfit, &[ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP, EOPNOTSUPP, ENOSYS, EXDEV, EMLINK]),
            // A server may have carried it out before it, or may still do so.
            (
                Unreachable,
                &[EIO, ETIMEDOUT, ESTALE, EINTR, EAGAIN, EHOSTDOWN, ENOENT, EEXIST, EBUSY, ENXIO, ENOMEM],
            ),
        ];
        for (kind, errnos) in meanings {
            for errno in errnos {
                let trouble = trouble(*errno, "rename to");
                assert_eq!((trouble.kind(), trouble.is_definite()), (kind, kind != Unreachable), "{errno}");
            }
        }
        assert_eq!(trouble(EPERM, LINK).kind(), Unfit, "link(2): no such thing here");
        assert_eq!(trouble(EACCES, LINK).kind(), Denied);
    }

    #[test]
    fn a_file_of_the_largest_size_fits_and_one_byte_more_does_not() {
        assert_eq!(fits(FILE_BYTES_MAX, Path::new("/x")), Ok(()));
        assert!(fits(FILE_BYTES_MAX + 1, Path::new("/x")).is_err());
    }
}

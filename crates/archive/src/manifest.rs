//! What a back-up is: the list of its files, written last.

use base::{Lsn, PlaneId, WallMs};
use ha::record::Chain;
use serde::{Deserialize, Serialize};

/// The form of a back-up in this release.
pub(crate) const FORMAT: u32 = 1;

/// `backups/NAME.ok`: made when all files of the back-up are durable and were read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupMark {
    /// The form.
    pub backup: u32,
    /// Of which plane.
    pub plane: PlaneId,
    /// In which era.
    pub era: u64,
    /// The checkpoint in it.
    pub floor: Lsn,
    /// The position in the log that it is consistent at.
    pub lsn: Lsn,
    /// The chain value there.
    pub chain: Chain,
    /// When it was made.
    pub at: WallMs,
    /// By which release.
    pub version: String,
    /// What of the plane could not be read when it was made, for people.
    #[serde(default)]
    pub losses: Vec<String>,
    /// All files in it.
    pub files: Vec<FileRef>,
}

/// One file of a back-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Its name, as in a plane.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its sum.
    pub sum: Chain,
}

//! What lies in the plane's folder beside the log: small JSON files, each written whole.
//!
//! Unknown fields are kept out of the way (a newer server may add some); a missing one that is needed makes
//! the file unreadable, which its reader reports by name. The last field is the sum of what stands before it, so
//! that a flipped bit makes a file unreadable instead of saying something else. Earlier releases wrote none: a file
//! without a sum is taken as it is.

use base::{Incarnation, Lsn, NodeId, Orders, PlaneId, Span, Term, WallMs};
use serde::{Deserialize, Serialize};

use crate::record::{Chain, FIRST_FORMAT, line_sum};
use crate::successor::HandOver;

/// The layout of this release; a folder with a higher one belongs to a newer server.
pub const LAYOUT: u32 = 1;
/// The layout of a back-up, which looks like a plane: no release serves it.
pub const BACKUP: u32 = u32::MAX - 1;
/// The layout of a folder into which a restore has not finished: no release serves it.
pub const RESTORING: u32 = u32::MAX;

/// `plane.json`: made once, by whoever finds the folder empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaneFile {
    /// The plane's id.
    pub plane: PlaneId,
    /// Rises with each restore: a restored plane has another history.
    pub era: u64,
    /// How the folder is laid out.
    pub layout: u32,
}

/// `terms/N.json`: created once; whoever creates it owns term N.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermFile {
    /// N.
    pub term: Term,
    /// The plane.
    pub plane: PlaneId,
    /// Its owner.
    pub node: NodeId,
    /// In which of its lives.
    pub incarnation: Incarnation,
    /// Tells two claims of one node apart.
    pub uid: String,
    /// Where it serves.
    pub uri: String,
    /// What made it claim, for people.
    pub why: String,
    /// When, for people.
    pub at: WallMs,
    /// For how long nobody had ruled when it claimed, by its own clock, in milliseconds; for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap_ms: Option<u64>,
    /// How long its lease lasts after a beat, in milliseconds; earlier releases did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_ms: Option<u64>,
}

impl TermFile {
    /// How long its owner must have been still for a lease of this term to have run out; zero: it does not say.
    pub fn lease_outlived(&self) -> Span {
        self.lease_ms.map_or(Span::ZERO, outlived)
    }
}

/// Clock rates are at most 1.25 apart.
fn outlived(lease_ms: u64) -> Span {
    Span::millis(lease_ms).scaled(5, 4)
}

/// Why a term is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndWhy {
    /// The master handed over and goes on as a standby.
    StepDown,
    /// The master was stopped.
    Exit,
    /// The claimant could not finish, or did not want the term any more.
    GaveUp,
    /// Somebody who knows saw the whole process gone.
    HostProof,
}

/// `terms/N.end`: created once; term N is over for its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndFile {
    /// The plane.
    pub plane: PlaneId,
    /// N.
    pub term: Term,
    /// Its owner.
    pub node: NodeId,
    /// In which of its lives.
    pub incarnation: Incarnation,
    /// The owner's last beat as far as the writer knows, for people.
    pub beat: u64,
    /// Why.
    pub why: EndWhy,
    /// Who says so: the owner, or its prover.
    pub by: String,
    /// To whom it was handed over, and who ordered that; for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<HandOver>,
    /// When, for people.
    pub at: WallMs,
}

/// What a node says of itself in its file. Only `Master` and `Claiming` are signs of a reign's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FileRole {
    /// Starting.
    Initializing,
    /// May be elected, holds no state.
    Standby,
    /// Follows the log.
    HotStandby,
    /// Follows the log, is never elected.
    HotBackup,
    /// Has created a term and does not serve yet.
    Claiming,
    /// Serves.
    Master,
    /// Owns a term, but its lease is over.
    Suspended,
    /// Cannot load or apply the state, or was disabled.
    Failed,
    /// Was stopped.
    Terminated,
}

impl FileRole {
    /// Whether a term that its owner shows with this role has been given up for good.
    pub fn gave_up(self) -> bool {
        !matches!(self, FileRole::Claiming | FileRole::Master | FileRole::Suspended)
    }

    /// Whether a node with this role is settled and follows somebody else's reign.
    pub fn stands_by(self) -> bool {
        matches!(self, FileRole::Standby | FileRole::HotStandby | FileRole::HotBackup)
    }

    /// Whether a node with this role may be elected.
    pub fn electable(self) -> bool {
        matches!(self, FileRole::Standby | FileRole::HotStandby)
    }
}

/// `nodes/ID.json`: rewritten by its one writer; the beat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeFile {
    /// The plane.
    pub plane: PlaneId,
    /// Its era.
    pub era: u64,
    /// Who.
    pub node: NodeId,
    /// Which of its lives.
    pub incarnation: Incarnation,
    /// Random, one for each life: tells a second user of this id.
    pub uid: String,
    /// The last term that it created (0: none).
    pub term: Term,
    /// Whose records it applies: the term of the master that it sees.
    pub follows: Term,
    /// What it is.
    pub role: FileRole,
    /// Counts its writes of this file in this life.
    pub beat: u64,
    /// How long its lease lasts after a beat, in milliseconds; fixed for each life.
    pub lease_ms: u64,
    /// The highest slot that it knows to be durable.
    pub head: Lsn,
    /// The newest checkpoint that it knows.
    pub floor: Lsn,
    /// Whether this life is over (said by itself, or by its prover).
    pub ended: bool,
    /// Where it serves.
    pub uri: String,
    /// Which release.
    pub version: String,
    /// Its priority in elections.
    pub priority: i64,
    /// The identity of its data folder: a restart shows the same one.
    pub home: String,
    /// Which running of its host.
    pub boot: String,
    /// The host's name, for people.
    pub host: String,
    /// Its own wall clock at the beat, for people.
    pub at: WallMs,
    /// Why it is `FAILED` or what it lacks, for people; empty when all is well.
    #[serde(default)]
    pub why: String,
    /// The newest orders about the master's chair that it knows.
    #[serde(default, skip_serializing_if = "Orders::is_none")]
    pub orders: Orders,
    /// The last term that it handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<HandOver>,
    /// The newest record format that it reads; earlier releases read the first one alone, and did not say it.
    #[serde(default = "first_format", skip_serializing_if = "is_first_format")]
    pub formats: u32,
}

fn first_format() -> u32 {
    FIRST_FORMAT
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_first_format(format: &u32) -> bool {
    *format == FIRST_FORMAT
}

impl NodeFile {
    /// How long this node must have been still, by anybody's clock, for its lease to have run out by its own.
    pub fn lease_outlived(&self) -> Span {
        outlived(self.lease_ms)
    }
}

/// `leader.json`: a hint whom to watch. It decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaderFile {
    /// The term.
    pub term: Term,
    /// Its owner.
    pub node: NodeId,
    /// Where it serves.
    pub uri: String,
}

/// One part of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRef {
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of it, cut at 128 bits.
    pub sum: Chain,
}

/// `ckpt/F.ok`: created after all parts are durable and were read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OkFile {
    /// F: the checkpoint is the fold of all records up to here.
    pub floor: Lsn,
    /// chain(F): names the history that it stands for.
    pub chain: Chain,
    /// The term of the last valid fence at or below F.
    pub term: Term,
    /// The last term that wrote data at or below F.
    pub data_term: Term,
    /// The record format in force there: what is needed to read what follows.
    pub format: u32,
    /// The writer's own folder below `ckpt/F/`.
    pub folder: String,
    /// Its parts, in order.
    pub parts: Vec<PartRef>,
}

/// What stands between the fields of a file and its sum.
const SUM: &[u8] = b",\"sum\":\"";

/// Writes one of these files: one line, with a newline, so that `cat` shows it well.
pub fn to_bytes<T: Serialize>(file: &T) -> std::sync::Arc<[u8]> {
    // These types hold only texts and numbers: serialising them cannot fail.
    let mut bytes = serde_json::to_vec(file).unwrap_or_default();
    bytes.pop();
    let sum = line_sum(&bytes);
    bytes.extend_from_slice(SUM);
    bytes.extend_from_slice(&sum);
    bytes.extend_from_slice(b"\"}\n");
    bytes.into()
}

/// Reads one of these files.
pub fn from_bytes<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, String> {
    if sum(bytes) == Sum::Wrong {
        return Err("its sum does not fit: it was damaged".to_owned());
    }
    serde_json::from_slice(bytes).map_err(|e| e.to_string())
}

/// What a file's sum says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    /// It is as it was written.
    Fits,
    /// It is not.
    Wrong,
    /// It has none, or none that can be recognised.
    Missing,
}

/// Compares a file with the sum in it.
pub fn sum(bytes: &[u8]) -> Sum {
    let parts = bytes.strip_suffix(b"\"}\n").and_then(|rest| {
        let (rest, sum) = rest.split_last_chunk::<16>()?;
        Some((rest.strip_suffix(SUM)?, sum))
    });
    match parts {
        Some((fields, sum)) if line_sum(fields) == *sum => Sum::Fits,
        Some(_) => Sum::Wrong,
        None => Sum::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> LeaderFile {
        LeaderFile { term: Term(3), node: NodeId::new("n1"), uri: "https://127.0.0.1:8443/".to_owned() }
    }

    #[test]
    fn a_flipped_bit_never_says_something_else() {
        let bytes = to_bytes(&sample());
        assert_eq!((from_bytes::<LeaderFile>(&bytes), sum(&bytes)), (Ok(sample()), Sum::Fits));
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.to_vec();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(sum(&bad), Sum::Fits, "bit {bit}");
            if let Ok(read) = from_bytes::<LeaderFile>(&bad) {
                assert_eq!(read, sample(), "bit {bit}");
            }
        }
    }

    #[test]
    fn a_file_of_an_earlier_release_has_no_sum_and_is_read() {
        let old = br#"{"term":3,"node":"n1","uri":"https://127.0.0.1:8443/"}"#;
        assert_eq!((from_bytes::<LeaderFile>(old), sum(old)), (Ok(sample()), Sum::Missing));
    }
}

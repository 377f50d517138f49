//! Where everything lies in the plane's folder: the layout of `contract.md`.

use base::{Lsn, NodeId, Term};

use crate::verbs::Name;

/// Records of the log in one folder.
pub const LOG_FOLDER_SIZE: u64 = 4096;

/// `plane.json`: what plane this is.
pub fn plane() -> Name {
    Name::built("plane.json".to_owned())
}

/// `leader.json`: a hint, who is master.
pub fn leader() -> Name {
    Name::built("leader.json".to_owned())
}

/// The folders of the layout.
pub fn folder(which: Folder) -> Name {
    Name::built(which.as_str().to_owned())
}

/// The folders of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    /// Claims and ends of terms.
    Terms,
    /// One file for each server.
    Nodes,
    /// The log.
    Log,
    /// Checkpoints.
    Ckpt,
    /// What was pruned, kept for going back to a moment of the past.
    Hist,
}

impl Folder {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Folder::Terms => "terms",
            Folder::Nodes => "nodes",
            Folder::Log => "log",
            Folder::Ckpt => "ckpt",
            Folder::Hist => "hist",
        }
    }
}

/// `terms/N.json`: the claim of a term.
pub fn term(term: Term) -> Name {
    Name::built(format!("terms/{:020}.json", term.0))
}

/// `terms/N.end`: the term is over.
pub fn term_end(term: Term) -> Name {
    Name::built(format!("terms/{:020}.end", term.0))
}

/// `nodes/ID.json`: a server's beat.
pub fn node(id: &NodeId) -> Option<Name> {
    Name::parse(&format!("nodes/{id}.json"))
}

/// `log/F/N.json`: a record.
pub fn record(lsn: Lsn) -> Name {
    Name::built(format!("log/{}/{:020}.json", lsn.0 / LOG_FOLDER_SIZE, lsn.0))
}

/// `ckpt/F.ok`: the mark that a checkpoint is whole.
pub fn ckpt_ok(floor: Lsn) -> Name {
    Name::built(format!("ckpt/{:020}.ok", floor.0))
}

/// `ckpt/F/UID/PART.json`: a part of a checkpoint.
pub fn ckpt_part(floor: Lsn, uid: &str, part: usize) -> Option<Name> {
    Name::parse(&format!("ckpt/{:020}/{uid}/{part:06}.json", floor.0))
}

/// F of any name below `ckpt/`.
pub fn ckpt_floor(name: &Name) -> Option<Lsn> {
    let number = name.as_str().strip_prefix("ckpt/")?.split('/').next()?;
    number.strip_suffix(".ok").unwrap_or(number).parse().ok().map(Lsn)
}

/// The number in a leaf such as `00000000000000000007.json`, if it has that ending.
pub fn number(leaf: &str, ending: &str) -> Option<u64> {
    let digits = leaf.strip_suffix(ending)?;
    (digits.len() == 20).then(|| digits.parse().ok()).flatten()
}

/// Whether it is the file of a server.
pub fn is_node(name: &Name) -> bool {
    name.as_str().starts_with("nodes/")
}

/// `log/F`: one folder of the log.
pub fn log_folder(folder: u64) -> Name {
    Name::built(format!("log/{folder}"))
}

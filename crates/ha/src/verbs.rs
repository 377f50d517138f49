//! The five verbs of a store, as data: what is asked, what may be answered.
//!
//! They are made for a folder *and* a bucket. Nothing above them assumes rename, locks, modification times or
//! a fast reply. `create` is the only verb that decides anything.

use std::fmt;
use std::sync::Arc;

/// Where something lies: segments joined by `/`, relative to the plane's folder or bucket prefix.
///
/// Segments hold only `A-Z a-z 0-9 . _ -`, and never start with a dot, so that a name is a safe path and a
/// safe key, and staged files cannot be mistaken for records.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// Checks a text.
    pub fn parse(text: &str) -> Option<Name> {
        let sound = !text.is_empty()
            && text.len() <= 200
            && text.split('/').all(|segment| {
                !segment.is_empty()
                    && !segment.starts_with('.')
                    && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
            });
        sound.then(|| Name(text.into()))
    }

    /// For names that this crate builds from its own parts.
    pub(crate) fn built(text: String) -> Name {
        debug_assert!(Name::parse(&text).is_some(), "{text}");
        Name(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn leaf(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One request to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Makes `name` with exactly these bytes, durable before the answer, unless it exists already.
    Create {
        /// What to make.
        name: Name,
        /// Its content.
        bytes: Arc<[u8]>,
    },
    /// Reads the whole of `name`, afresh (on NFS: by `open`, which revalidates; never by `stat`).
    Read {
        /// What to read.
        name: Name,
    },
    /// Replaces `name`, durable before the answer. Only for files with one writer, and for hints.
    PutOwn {
        /// What to replace.
        name: Name,
        /// Its new content.
        bytes: Arc<[u8]>,
    },
    /// Lists what lies below a prefix, afresh, in order of name, one page at a time.
    List {
        /// A folder: `terms`, `log/0`, `ckpt`. All names below it, also in folders further down.
        prefix: Name,
        /// Only names after this one.
        after: Option<Name>,
        /// At most so many.
        max: usize,
    },
    /// Removes `name`; it not being there is success.
    Delete {
        /// What to remove.
        name: Name,
    },
}

impl Verb {
    /// The name that it is about; of a list, the prefix.
    pub fn about(&self) -> &Name {
        match self {
            Verb::Create { name, .. }
            | Verb::Read { name }
            | Verb::PutOwn { name, .. }
            | Verb::Delete { name } => name,
            Verb::List { prefix, .. } => prefix,
        }
    }
}

/// What a store answers. `Failed` says that the request had *no* effect; `Unknown` that it may have had one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `create`: it did not exist, and now holds my bytes.
    Created,
    /// `create`: it exists. Whose it is only its content tells.
    Exists,
    /// `read`: the bytes, or `None` when there is nothing of that name *as far as this client can see*: on a
    /// folder absence may be a cached lie, and no decision may rest on it.
    Content(Option<Arc<[u8]>>),
    /// `put_own` or `delete`: done.
    Done,
    /// `list`: one page; `more` when another follows.
    Page {
        /// In order.
        names: Vec<Name>,
        /// Whether to ask again, after the last of these.
        more: bool,
    },
    /// The reply was lost: read back and compare, or send the very same again.
    Unknown(Fault),
    /// It had no effect.
    Failed(Fault),
}

/// What kind of trouble a store is in, by what its owner can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// No space or quota left.
    Full,
    /// Not allowed: permission, read-only mount, bad credentials.
    Denied,
    /// Not the shape that was expected: a file where a folder should be, a foreign store.
    Unfit,
    /// It does not answer, or answers with a passing error (EIO, ESTALE, 503, a reset connection).
    Unreachable,
}

/// A store's failure, in words that name the attempt and the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its kind.
    pub kind: FaultKind,
    /// For people: what was attempted, on what, and what the system said.
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A queue of requests with a thread of its own, so that one that hangs does not hold up the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The own node file: the beat.
    Beat,
    /// Other nodes' files, the hint, terms.
    Look,
    /// The log: commits, and what a claim asks of it.
    Log,
    /// Records that are followed. Several are read at once, and no answer waits for another.
    Tail,
    /// Checkpoints, pruning, listings that may be long.
    Bulk,
}

impl Lane {
    /// All of them.
    pub const ALL: [Lane; 5] = [Lane::Beat, Lane::Look, Lane::Log, Lane::Tail, Lane::Bulk];

    /// How many of its requests are carried out at once. Where it is one, answers come in the order of the requests.
    pub fn width(self) -> usize {
        match self {
            Lane::Tail => base::limits::READ_AHEAD_MAX,
            Lane::Beat | Lane::Look | Lane::Log | Lane::Bulk => 1,
        }
    }
}

/// Names one request, so that its answer finds who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_climb_or_hide() {
        for good in ["plane.json", "log/0/00000000000000000001.json", "ckpt/1/ab-C_d/000.json"] {
            assert!(Name::parse(good).is_some(), "{good}");
        }
        for bad in ["", "/x", "a//b", "../x", "a/..", ".hidden", "a/.stage", "a b", "a\0", "é"] {
            assert!(Name::parse(bad).is_none(), "{bad}");
        }
    }
}

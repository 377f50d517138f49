//! The trait: one blocking function for all five verbs, so that wrappers, lanes and the simulation have one
//! place to stand in.

use std::fmt;

use ha::verbs::{Answer, FaultKind, Verb};

use crate::advice;

/// A shared store. Calls block, for ever if the file system does: only [`crate::lanes`] and threads that may
/// hang should make them. Calls from several threads at once are allowed.
pub trait Store: Send + Sync + 'static {
    /// Carries out one verb.
    fn run(&self, verb: &Verb) -> Answer;

    /// What and where this is, for people: `folder /srv/plane`.
    fn describe(&self) -> String;

    /// What its owner can do about such trouble.
    fn todo(&self, kind: FaultKind) -> &'static str {
        advice::in_folder(kind)
    }
}

/// The verbs without their parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerbKind {
    /// `create`
    Create,
    /// `read`
    Read,
    /// `put_own`
    PutOwn,
    /// `list`
    List,
    /// `delete`
    Delete,
}

impl VerbKind {
    /// The kind of a verb.
    pub fn of(verb: &Verb) -> VerbKind {
        match verb {
            Verb::Create { .. } => VerbKind::Create,
            Verb::Read { .. } => VerbKind::Read,
            Verb::PutOwn { .. } => VerbKind::PutOwn,
            Verb::List { .. } => VerbKind::List,
            Verb::Delete { .. } => VerbKind::Delete,
        }
    }
}

impl fmt::Display for VerbKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            VerbKind::Create => "create",
            VerbKind::Read => "read",
            VerbKind::PutOwn => "put_own",
            VerbKind::List => "list",
            VerbKind::Delete => "delete",
        })
    }
}

//! Calls of the store by verb: how long they took, and how those failed that did.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base::{Histogram, Span};
use ha::verbs::{Answer, FaultKind, Verb};

/// The verbs, as monitoring knows them.
pub const OPS: [&str; 5] = ["create", "read", "put_own", "list", "delete"];
/// Ways to fail, as monitoring knows them.
pub const CLASSES: [&str; 4] = ["full", "denied", "unfit", "unreachable"];

/// All calls of a server.
#[derive(Debug, Default)]
pub struct StoreCalls(Mutex<Called>);

/// What was counted up to a moment.
#[derive(Clone, Debug, Default)]
pub struct Called {
    /// By verb.
    pub took: BTreeMap<&'static str, Histogram>,
    /// By verb and class.
    pub errors: BTreeMap<(&'static str, &'static str), u64>,
}

impl StoreCalls {
    /// One has come back.
    pub fn add(&self, verb: &Verb, answer: &Answer, took: Span) {
        let op = match verb {
            Verb::Create { .. } => OPS[0],
            Verb::Read { .. } => OPS[1],
            Verb::PutOwn { .. } => OPS[2],
            Verb::List { .. } => OPS[3],
            Verb::Delete { .. } => OPS[4],
        };
        let mut called = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        called.took.entry(op).or_insert_with(Histogram::quick).add(took);
        if let Answer::Failed(fault) | Answer::Unknown(fault) = answer {
            let class = match fault.kind {
                FaultKind::Full => CLASSES[0],
                FaultKind::Denied => CLASSES[1],
                FaultKind::Unfit => CLASSES[2],
                FaultKind::Unreachable => CLASSES[3],
            };
            *called.errors.entry((op, class)).or_default() += 1;
        }
    }

    /// What was counted up to now.
    pub fn read(&self) -> Called {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

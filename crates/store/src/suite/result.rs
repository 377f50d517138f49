//! What a check says.

use std::fmt;
use std::time::Duration;

use ha::verbs::{Fault, FaultKind};

/// One check, and how it went.
#[derive(Clone, Debug)]
pub struct CheckResult {
    /// The claim that was checked.
    pub name: &'static str,
    /// Whether it holds.
    pub verdict: Verdict,
    /// How long that took.
    pub took: Duration,
}

/// Whether a claim holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Passed,
    /// It does not.
    Failed {
        /// What was seen.
        what: String,
        /// What to do about it.
        todo: String,
    },
    /// It was not checked.
    Skipped {
        /// Why not.
        why: String,
    },
}

impl CheckResult {
    /// Whether the claim was found wrong.
    pub fn is_failed(&self) -> bool {
        matches!(self.verdict, Verdict::Failed { .. })
    }
}

impl fmt::Display for CheckResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, verdict, took } = self;
        let ms = took.as_millis();
        match verdict {
            Verdict::Passed => write!(f, "ok       {name} ({ms} ms)"),
            Verdict::Failed { what, todo } => write!(f, "FAILED   {name} ({ms} ms): {what}. To do: {todo}"),
            Verdict::Skipped { why } => write!(f, "skipped  {name}: {why}"),
        }
    }
}

/// Why a check failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was seen.
    pub what: String,
    /// What kind of trouble that is: what to do about it follows from it, and from what kind of store it is.
    pub kind: FaultKind,
}

impl Failure {
    /// The store breaks its promise.
    pub fn broken(what: impl Into<String>) -> Failure {
        Failure { what: what.into(), kind: FaultKind::Unfit }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure { what: fault.text, kind: fault.kind }
    }
}

//! The gate: what a server proves about a store before it trusts it, in some milliseconds.
//!
//! It cannot prove everything (the suite tries harder), but it meets the ways in which stores are unfit in
//! practice: no hard links, no fsync, read-only, full, a create that replaces, a mount that hangs.

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, thread};

use crossbeam_channel::{RecvTimeoutError, bounded};

use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};

use crate::{Store, VerbKind};

/// How long the gate takes at most on a sound local folder, and on a bucket in the same region. A slower store is
/// not refused for it; whoever starts the server may say so.
pub const fn budget(kind: ha::config::Store) -> Duration {
    match kind {
        ha::config::Store::Folder => Duration::from_millis(50),
        ha::config::Store::Bucket => Duration::from_secs(2),
    }
}

/// A store that did not pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {todo}")]
pub struct GateFailure {
    /// What kind of trouble it is.
    pub kind: FaultKind,
    /// What was expected and what came.
    pub what: String,
    /// What to do about it.
    pub todo: String,
}

/// Proves the five verbs below `check/UID` and cleans up; how long that took. `uid` must be of one use only
/// (letters, digits, `-`), so that servers that start at once do not meet. The verbs run on a thread of their
/// own: when they are not done after `deadline`, that thread is left behind.
pub fn check(store: &Arc<dyn Store>, uid: &str, deadline: Duration) -> Result<Duration, GateFailure> {
    let begun = Instant::now();
    let failure = |kind, what| failure(&**store, kind, what);
    let scratch = Scratch::new(uid)
        .ok_or_else(|| failure(FaultKind::Unfit, format!("{uid} is no name for a check")))?;
    let (done, outcome) = bounded(1);
    let runner = Arc::clone(store);
    thread::Builder::new()
        .name("store-gate".to_owned())
        .spawn(move || {
            let result = prove(&*runner, &scratch);
            if result.is_err() {
                scratch.clean(&*runner);
            }
            // Nobody listens after the deadline.
            let _ = done.send(result);
        })
        .map_err(|error| failure(FaultKind::Unreachable, format!("could not start a thread: {error}")))?;
    match outcome.recv_timeout(deadline) {
        Ok(result) => result.map(|()| begun.elapsed()),
        Err(RecvTimeoutError::Timeout) => {
            let what = format!("{}: no answer within {} s", store.describe(), deadline.as_secs_f32());
            Err(failure(FaultKind::Unreachable, what))
        }
        Err(RecvTimeoutError::Disconnected) => Err(failure(
            FaultKind::Unreachable,
            format!("{}: the check panicked (a defect)", store.describe()),
        )),
    }
}

struct Scratch {
    folder: Name,
    once: Name,
    own: Name,
}

impl Scratch {
    fn new(uid: &str) -> Option<Scratch> {
        Some(Scratch {
            folder: Name::parse(&format!("check/{uid}"))?,
            once: Name::parse(&format!("check/{uid}/once"))?,
            own: Name::parse(&format!("check/{uid}/own"))?,
        })
    }

    fn clean(&self, store: &dyn Store) {
        for name in [&self.once, &self.own] {
            store.run(&Verb::Delete { name: name.clone() });
        }
    }
}

fn prove(store: &dyn Store, scratch: &Scratch) -> Result<(), GateFailure> {
    let Scratch { folder, once, own } = scratch;
    let bytes = |text: &str| -> Arc<[u8]> { Arc::from(text.as_bytes()) };
    let content = |text: &str| Answer::Content(Some(bytes(text)));
    let create = |text: &str| Verb::Create { name: once.clone(), bytes: bytes(text) };
    let read = |name: &Name| Verb::Read { name: name.clone() };
    let put = |text: &str| Verb::PutOwn { name: own.clone(), bytes: bytes(text) };
    let list = Verb::List { prefix: folder.clone(), after: None, max: 10 };
    let page =
        |names: &[&Name]| Answer::Page { names: names.iter().map(|n| (*n).clone()).collect(), more: false };
    let delete = |name: &Name| Verb::Delete { name: name.clone() };

    let steps = [
        ("a new name can be created", create("first"), Answer::Created),
        ("a name can be created only once", create("second"), Answer::Exists),
        ("who came too late changed nothing", read(once), content("first")),
        ("an own file can be written", put("one"), Answer::Done),
        ("an own file can be replaced", put("two"), Answer::Done),
        ("what was replaced is seen", read(own), content("two")),
        ("both are listed, in order", list.clone(), page(&[once, own])),
        ("a name can be deleted", delete(once), Answer::Done),
        ("an own file can be deleted", delete(own), Answer::Done),
        ("what was deleted is gone from the list", list, page(&[])),
    ];
    for (claim, verb, expected) in steps {
        expect(store, claim, &verb, &expected)?;
    }
    Ok(())
}

fn expect(store: &dyn Store, claim: &str, verb: &Verb, expected: &Answer) -> Result<(), GateFailure> {
    match store.run(verb) {
        answer if answer == *expected => Ok(()),
        Answer::Failed(Fault { kind, text }) | Answer::Unknown(Fault { kind, text }) => {
            Err(failure(store, kind, format!("{}: \"{claim}\" is not so: {text}", store.describe())))
        }
        answer => {
            let what = format!(
                "{}: \"{claim}\" is not so: {} answered {}, not {}",
                store.describe(),
                VerbKind::of(verb),
                Short(&answer),
                Short(expected)
            );
            Err(failure(store, FaultKind::Unfit, what))
        }
    }
}

fn failure(store: &dyn Store, kind: FaultKind, what: String) -> GateFailure {
    GateFailure { kind, what, todo: store.todo(kind).to_owned() }
}

/// An answer in few words; contents as text, for here they are.
struct Short<'a>(&'a Answer);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Answer::Content(Some(bytes)) => {
                let head = bytes.get(..40).unwrap_or(bytes);
                write!(f, "\"{}\" ({} bytes)", String::from_utf8_lossy(head).escape_debug(), bytes.len())
            }
            Answer::Content(None) => f.write_str("nothing there"),
            Answer::Page { names, more } => write!(f, "{names:?}{}", if *more { " and more" } else { "" }),
            other => write!(f, "{other:?}"),
        }
    }
}

//! A wrapper that misbehaves on demand, so that tests see what a bad day looks like to the code above.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ha::verbs::{Answer, Fault, FaultKind, Verb};

use crate::{Store, VerbKind};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The verb is not carried out, and fails so.
    Fail(FaultKind),
    /// The verb is carried out, and the answer is `Unknown`.
    LoseReply,
    /// The verb waits for [`FaultyStore::release`], and is then carried out: a hard NFS mount.
    Hang,
    /// The verb is carried out this much later.
    Delay(Duration),
}

/// When it goes wrong. Of several rules that fit, the one that was given first is used.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Only this verb; all when `None`.
    pub verb: Option<VerbKind>,
    /// Only names (or prefixes of a listing) that begin so; `""` for all.
    pub begins: String,
    /// So often; `u32::MAX` for always.
    pub times: u32,
    /// What happens.
    pub trouble: Trouble,
}

impl Rule {
    /// The next `times` uses of a verb meet this trouble.
    pub fn next(verb: VerbKind, times: u32, trouble: Trouble) -> Rule {
        Rule { verb: Some(verb), begins: String::new(), times, trouble }
    }

    /// Every verb on names that begin so meets this trouble, until [`FaultyStore::release`].
    pub fn always(begins: &str, trouble: Trouble) -> Rule {
        Rule { verb: None, begins: begins.to_owned(), times: u32::MAX, trouble }
    }

    fn fits(&self, verb: &Verb) -> bool {
        self.times > 0
            && self.verb.is_none_or(|kind| kind == VerbKind::of(verb))
            && verb.about().as_str().starts_with(&self.begins)
    }
}

/// A store with programmable faults.
#[derive(Debug, Default)]
pub struct FaultyStore<S> {
    inner: S,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rules: Vec<Rule>,
    hanging: usize,
    /// Counts releases: who hangs waits for the next one.
    releases: u64,
}

impl<S: Store> FaultyStore<S> {
    /// Wraps a store; without rules it behaves as that does.
    pub fn new(inner: S) -> FaultyStore<S> {
        FaultyStore { inner, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Adds a rule.
    pub fn inject(&self, rule: Rule) {
        self.state().rules.push(rule);
    }

    /// Forgets all rules; what hangs goes on.
    pub fn release(&self) {
        let mut state = self.state();
        state.rules.clear();
        state.releases += 1;
        self.changed.notify_all();
    }

    /// Waits until this many verbs hang at once; false when that took longer than `limit`.
    pub fn wait_hanging(&self, at_least: usize, limit: Duration) -> bool {
        let (_state, late) = self
            .changed
            .wait_timeout_while(self.state(), limit, |state| state.hanging < at_least)
            .unwrap_or_else(PoisonError::into_inner);
        !late.timed_out()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn due(&self, verb: &Verb) -> Option<Trouble> {
        let mut state = self.state();
        let rule = state.rules.iter_mut().find(|rule| rule.fits(verb))?;
        if rule.times != u32::MAX {
            rule.times -= 1;
        }
        Some(rule.trouble)
    }

    fn hang(&self) {
        let mut state = self.state();
        let seen = state.releases;
        state.hanging += 1;
        self.changed.notify_all();
        let mut state = self
            .changed
            .wait_while(state, |state| state.releases == seen)
            .unwrap_or_else(PoisonError::into_inner);
        state.hanging -= 1;
    }
}

impl<S: Store> Store for FaultyStore<S> {
    fn run(&self, verb: &Verb) -> Answer {
        match self.due(verb) {
            None => {}
            Some(Trouble::Fail(kind)) => return Answer::Failed(injected(kind, verb)),
            Some(Trouble::LoseReply) => {
                self.inner.run(verb);
                return Answer::Unknown(injected(FaultKind::Unreachable, verb));
            }
            Some(Trouble::Hang) => self.hang(),
            Some(Trouble::Delay(span)) => std::thread::sleep(span),
        }
        self.inner.run(verb)
    }

    fn describe(&self) -> String {
        format!("{} with injected faults", self.inner.describe())
    }

    fn todo(&self, kind: FaultKind) -> &'static str {
        self.inner.todo(kind)
    }
}

fn injected(kind: FaultKind, verb: &Verb) -> Fault {
    Fault { kind, text: format!("{} {}: injected fault ({kind:?})", VerbKind::of(verb), verb.about()) }
}

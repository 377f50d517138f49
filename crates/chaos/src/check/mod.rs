//! What must hold of a history. Each promise is a plain function of the events; nothing else is asked.

mod masters;
mod numbers;
mod registers;
#[cfg(test)]
mod samples;
mod scripts;
mod service;

use std::fmt;

use crate::history::{At, Event};

/// What is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// No acknowledged write is lost.
    NothingLost,
    /// Nothing happens twice, and nothing that was refused.
    NothingDoubled,
    /// No read goes back, and none of a master's is older than what was acknowledged.
    ReadsGoOn,
    /// One node for a term, and nobody rules after a later term was seen to.
    OneMaster,
    /// A healed plane serves.
    ServesAgain,
    /// Answers are of the kinds that the documents name, and servers end only when they are ended.
    NothingOdd,
}

impl Promise {
    pub(crate) const ALL: [Promise; 6] = [
        Promise::NothingLost,
        Promise::NothingDoubled,
        Promise::ReadsGoOn,
        Promise::OneMaster,
        Promise::ServesAgain,
        Promise::NothingOdd,
    ];
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Promise::NothingLost => "no acknowledged write is lost",
            Promise::NothingDoubled => "nothing happens twice, and nothing that was refused",
            Promise::ReadsGoOn => "reads never go back",
            Promise::OneMaster => "one master at a time",
            Promise::ServesAgain => "a healed plane serves again",
            Promise::NothingOdd => "every answer and every end is one that is documented",
        })
    }
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    /// When it was done that is lost or wrong: by this it is counted to a round.
    pub(crate) at: At,
    pub(crate) what: String,
}

impl Broken {
    fn new(promise: Promise, at: At, what: String) -> Broken {
        Broken { promise, at, what }
    }
}

/// Everything that is wrong with a history, in the order of time.
pub(crate) fn check(history: &[Event]) -> Vec<Broken> {
    let mut all = registers::check(history);
    all.extend(numbers::check(history));
    all.extend(scripts::check(history));
    all.extend(masters::check(history));
    all.extend(service::check(history));
    all.sort_by_key(|broken| broken.at);
    all
}

/// A campaign that ended before its last look has shown nothing about losses.
fn last_look(history: &[Event]) -> Option<&crate::history::End> {
    history.iter().rev().find_map(|event| match event {
        Event::End(end) => Some(end),
        _ => None,
    })
}

/// A time for people.
pub(crate) fn shown(at: At) -> String {
    format!("{:.3} s", at as f64 / 1e6)
}

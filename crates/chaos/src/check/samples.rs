//! Short histories by hand, for the tests of the checkers.

use std::collections::BTreeMap;

use super::{Broken, Promise, check};
use crate::history::{Asked, End, Event, Number, Read, Round, Script, State, Told, Write};

/// Asked of a master of term 1.
pub(super) fn asked(began: u64, ended: u64) -> Asked {
    Asked { who: "c".into(), began, ended, node: 0, role: Some("MASTER".into()), term: Some(1), keyed: false }
}

pub(super) fn by(asked: Asked, node: usize, role: &str, term: u64) -> Asked {
    Asked { node, role: Some(role.into()), term: Some(term), ..asked }
}

pub(super) fn write(began: u64, value: u64, told: Told) -> Event {
    Event::Write(Write { asked: asked(began, began + 5), register: "r".into(), value, told })
}

pub(super) fn read(began: u64, value: Option<u64>) -> Event {
    read_by(asked(began, began + 5), value)
}

pub(super) fn read_by(asked: Asked, value: Option<u64>) -> Event {
    Event::Read(Read { asked, register: "r".into(), value })
}

pub(super) fn number(began: u64, told: Told, value: Option<u64>) -> Event {
    Event::Number(Number { asked: asked(began, began + 5), told, value })
}

pub(super) fn script(began: u64, word: &str, told: Told) -> Event {
    Event::Script(Script { asked: asked(began, began + 5), word: word.into(), told })
}

pub(super) fn state(began: u64, node: usize, role: &str, term: u64) -> Event {
    Event::State(State { asked: by(asked(began, began + 5), node, role, term) })
}

pub(super) fn round(serving: Option<u64>) -> Event {
    let nemeses = vec!["kill".into()];
    let missing = String::new();
    Event::Round(Round { number: 0, nemeses, began: 1, healed: 50, serving, missing, fell: Vec::new() })
}

pub(super) fn end(register: Option<u64>, sequence: u64, words: &[&str]) -> Event {
    let registers: BTreeMap<String, u64> = register.into_iter().map(|v| ("r".to_owned(), v)).collect();
    Event::End(End { at: 1000, registers, sequence, words: words.iter().map(|&w| w.into()).collect() })
}

pub(super) fn broken(history: &[Event]) -> Vec<Promise> {
    check(history).into_iter().map(|b: Broken| b.promise).collect()
}

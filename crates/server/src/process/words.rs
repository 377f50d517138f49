//! What the server tells its parent, and the parent the one that started it: one JSON line each, down a pipe.

use std::io::{self, Write};

use base::{Incarnation, NodeId, Term};
use serde::{Deserialize, Serialize};
use store::place::Place;

use crate::keys::FirstLogin;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "kebab-case")]
pub enum Word {
    /// Who the server is: what the prover needs to find its files.
    Life {
        /// Its id.
        node: NodeId,
        /// Random, one for each life.
        uid: String,
        /// Where the plane's state is; none when nothing is kept.
        store: Option<Place>,
        /// Whether its peers are to be told.
        tell_peers: bool,
    },
    /// A claim that it is about to make.
    Claim {
        /// The term.
        term: Term,
        /// The life.
        incarnation: Incarnation,
    },
    /// It answers on its port.
    Ready(Ready),
    /// None was started; the parent says it of itself.
    NotStarted {
        /// Why, for people.
        reason: String,
    },
    /// It ends.
    Over {
        /// Its exit code.
        code: u8,
        /// Why, for people.
        reason: String,
    },
}

/// What is worth showing of a server that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Its process.
    pub pid: u32,
    /// Where clients reach it.
    pub uri: String,
    /// Where this host reaches it.
    pub local: String,
    /// The word of its state.
    pub state: String,
    /// Why, when that needs one.
    pub why: String,
    /// What its configuration was warned of.
    pub warnings: Vec<String>,
    /// The generated login, once.
    pub first_login: Option<FirstLogin>,
}

/// Writes a line, whole.
pub fn say(to: &mut impl Write, word: &Word) -> io::Result<()> {
    let mut line = serde_json::to_vec(word).map_err(io::Error::other)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}

/// Takes the whole lines off a buffer that a pipe filled; lines that are no words are skipped.
pub fn take_words(buffer: &mut Vec<u8>) -> Vec<Word> {
    let Some(end) = buffer.iter().rposition(|b| *b == b'\n') else { return Vec::new() };
    let lines: Vec<u8> = buffer.drain(..=end).collect();
    lines.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were_said_and_half_a_line_waits() {
        let word = Word::Claim { term: Term(4), incarnation: Incarnation(9) };
        let mut pipe = Vec::new();
        say(&mut pipe, &word).unwrap();
        say(&mut pipe, &Word::Over { code: 4, reason: "in use".into() }).unwrap();
        let tail = pipe.split_off(pipe.len() - 5);
        assert_eq!(take_words(&mut pipe), [word]);
        pipe.extend(tail);
        assert_eq!(take_words(&mut pipe).len(), 1);
        assert!(pipe.is_empty());
    }
}

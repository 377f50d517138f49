//! What servers say on the link, one JSON line each. None of it decides anything: it says where in the store there
//! is something to read, and how far somebody has read.

use base::{Lsn, NodeId, Term};
use serde::{Deserialize, Serialize};

/// The longest line that is read.
pub(super) const LINE_BYTES_MAX: usize = 1024;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    /// The first line of who connects.
    Hello {
        /// Its id; its certificate must be of that name.
        node: NodeId,
    },
    /// From a master: records up to here are durable. Said again now and then, as a sign that the link lives.
    Head {
        /// The term that it rules in; 0: it does not rule.
        term: Term,
        /// The record.
        lsn: Lsn,
    },
    /// Look at the store now.
    Look,
    /// From who follows: records up to here are folded in.
    Applied {
        /// The record.
        lsn: Lsn,
    },
}

impl Word {
    pub(super) fn line(&self) -> Vec<u8> {
        // Numbers and an id: this cannot fail.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }

    /// Nothing for a line that a newer release may understand.
    pub(super) fn read(line: &[u8]) -> Option<Word> {
        serde_json::from_slice(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read_and_what_is_not_known_is_passed_over() {
        for word in [
            Word::Hello { node: NodeId::new("a1b2c3d4") },
            Word::Head { term: Term(3), lsn: Lsn(9) },
            Word::Look,
            Word::Applied { lsn: Lsn(8) },
        ] {
            let line = word.line();
            assert!(line.len() < LINE_BYTES_MAX && line.ends_with(b"\n"));
            assert_eq!(Word::read(&line), Some(word));
        }
        for other in [&b"{\"sung\":1}\n"[..], b"", b"\xff\n", b"[[[["] {
            assert_eq!(Word::read(other), None);
        }
    }
}

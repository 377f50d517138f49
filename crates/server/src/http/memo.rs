//! Long answers that are kept. Consoles ask for the whole tree again and again, and mostly nothing has changed: writing
//! it down costs far more than sending it.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use super::fail::Fail;
use super::limits::MEMO_BYTES_MAX;

/// Answers to questions about one state. Those about another one go as soon as the state is.
#[derive(Default)]
pub(super) struct Memo(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    version: u64,
    /// The oldest first.
    answers: Vec<(String, Bytes)>,
}

impl Memo {
    /// What was answered to this question about this version of the state, or is now.
    pub(super) fn answer(
        &self,
        version: u64,
        question: &str,
        make: impl FnOnce() -> Result<Vec<u8>, Fail>,
    ) -> Result<Bytes, Fail> {
        if let Some(known) = self.lock().find(version, question) {
            return Ok(known);
        }
        // Without the lock: nobody waits for another's answer.
        let made = Bytes::from(make()?);
        self.lock().keep(version, question, &made);
        Ok(made)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&self, version: u64, question: &str) -> Option<Bytes> {
        let mut answers = self.answers.iter().filter(|_| self.version == version);
        answers.find(|(known, _)| known == question).map(|(_, answer)| answer.clone())
    }

    fn keep(&mut self, version: u64, question: &str, answer: &Bytes) {
        if version < self.version || answer.len() > MEMO_BYTES_MAX {
            return;
        }
        if version > self.version {
            *self = Self { version, answers: Vec::new() };
        }
        self.answers.retain(|(known, _)| known != question);
        self.answers.push((question.to_owned(), answer.clone()));
        while self.answers.iter().map(|(_, a)| a.len()).sum::<usize>() > MEMO_BYTES_MAX {
            self.answers.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(memo: &Memo, version: u64, question: &str, bytes: usize) -> bool {
        let mut made = false;
        let answer = memo.answer(version, question, || {
            made = true;
            Ok(vec![b'x'; bytes])
        });
        assert_eq!(answer.map(|a| a.len()).ok(), Some(bytes));
        made
    }

    #[test]
    fn an_answer_is_written_once_for_each_state_and_question() {
        let memo = Memo::default();
        assert!(asked(&memo, 1, "a", 10));
        assert!(!asked(&memo, 1, "a", 10));
        assert!(asked(&memo, 1, "b", 20));
        assert!(!asked(&memo, 1, "a", 10));
        assert!(asked(&memo, 2, "a", 11), "another state");
        assert!(asked(&memo, 1, "a", 10), "a request that began before it is answered of its own state");
        assert!(!asked(&memo, 2, "a", 11), "and disturbs nobody");
        assert!(asked(&memo, 2, "b", 20));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let memo = Memo::default();
        let half = MEMO_BYTES_MAX / 2;
        for question in ["a", "b", "c"] {
            assert!(asked(&memo, 1, question, half));
        }
        assert!(!asked(&memo, 1, "b", half) && !asked(&memo, 1, "c", half));
        assert!(asked(&memo, 1, "a", half), "the oldest went");
        for _ in 0..2 {
            assert!(asked(&memo, 1, "longest", MEMO_BYTES_MAX + 1));
        }
    }
}

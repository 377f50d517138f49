//! How long work shows how far it is: one line that is written over, on a terminal only.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(200);

/// How far a long piece of work is.
pub(super) struct Show {
    on: bool,
    last: Option<Instant>,
}

impl Show {
    pub(super) fn new() -> Show {
        Show { on: stderr().is_terminal(), last: None }
    }

    pub(super) fn step(&mut self, what: &str, done: u64, of: u64) {
        if !self.on || self.last.is_some_and(|last| last.elapsed() < EVERY) {
            return;
        }
        self.last = Some(Instant::now());
        let of = if of > 0 { format!(" of {of}") } else { String::new() };
        // Whoever closed the terminal does not look.
        let _ = write!(stderr(), "\r\x1b[K{what}: {done}{of}");
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        if self.last.is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

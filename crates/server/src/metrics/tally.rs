//! A counter of one kind of work.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::WallMs;

/// So many of the last errors are kept.
const ERRORS_MAX: usize = 10;

/// Counts one kind of work. The lock is held for a few assignments and never across a wait.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Tallied>);

/// What was counted up to a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallied {
    /// How often it went well.
    pub count: u64,
    /// When last.
    pub last_success: Option<WallMs>,
    /// How long it took then.
    pub last_duration: Option<Duration>,
    /// How often it failed.
    pub failures: u64,
    /// When last.
    pub last_failure: Option<WallMs>,
    /// Why, the last times, oldest first.
    pub errors: VecDeque<(WallMs, String)>,
}

impl Tally {
    /// It went well.
    pub fn succeeded(&self, at: WallMs, took: Duration) {
        self.change(|t| {
            t.count += 1;
            t.last_success = Some(at);
            t.last_duration = Some(took);
        });
    }

    /// It failed.
    pub fn failed(&self, at: WallMs, why: String) {
        self.change(|t| {
            t.failures += 1;
            t.last_failure = Some(at);
            if t.errors.len() == ERRORS_MAX {
                t.errors.pop_front();
            }
            t.errors.push_back((at, why));
        });
    }

    /// What was counted up to now.
    pub fn read(&self) -> Tallied {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Tallied)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_errors_are_kept_and_all_are_counted() {
        let tally = Tally::default();
        tally.succeeded(WallMs(1), Duration::from_millis(3));
        for n in 0..15 {
            tally.failed(WallMs(n), format!("error {n}"));
        }
        let told = tally.read();
        assert_eq!((told.count, told.failures, told.last_failure), (1, 15, Some(WallMs(14))));
        assert_eq!(told.last_duration, Some(Duration::from_millis(3)));
        assert_eq!(told.errors.len(), ERRORS_MAX);
        assert_eq!(told.errors[0], (WallMs(5), "error 5".to_owned()));
    }
}

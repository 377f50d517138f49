//! Requests by route: how long until they were answered, and with what.

use std::sync::{Arc, Mutex, PoisonError};

use base::{Histogram, Span};

/// Kinds of statuses, as monitoring knows them.
pub const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// All routes that there are.
#[derive(Debug, Default)]
pub struct Routes(Mutex<Vec<Arc<Timed>>>);

/// One verb of one path.
#[derive(Debug)]
pub struct Timed {
    /// The verb.
    pub method: String,
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    answered: Mutex<Answered>,
}

/// What was counted up to a moment.
#[derive(Clone, Debug)]
pub struct Answered {
    /// How long it took until the head of the answer was there.
    pub took: Histogram,
    /// By the first digit of the status, from 1 on.
    pub by_class: [u64; 5],
}

impl Routes {
    /// One more.
    pub fn of(&self, method: &str, path: &'static str) -> Arc<Timed> {
        let answered = Mutex::new(Answered { took: Histogram::quick(), by_class: [0; 5] });
        let timed = Arc::new(Timed { method: method.to_owned(), path, answered });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&timed));
        timed
    }

    /// Those that were asked at least once, in the order of their paths.
    pub fn read(&self) -> Vec<(Arc<Timed>, Answered)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let asked = all.into_iter().map(|route| (Arc::clone(&route), route.read()));
        asked.filter(|(_, answered)| answered.took.count() > 0).collect()
    }
}

impl Timed {
    /// One was answered.
    pub fn add(&self, status: u16, took: Span) {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.took.add(took);
        let class = usize::from(status / 100).clamp(1, CLASSES.len()) - 1;
        answered.by_class[class] += 1;
    }

    fn read(&self) -> Answered {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

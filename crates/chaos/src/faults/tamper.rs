//! What is done to requests to a bucket and to their answers: drawn for each from a seed, and counted.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base::rng::Rng;
use hyper::Method;

use super::falsehood::Falsehood;
use crate::history::Tampered;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tamper {
    Nothing,
    /// One PUT in so many is kept for up to so long; one in three of those comes a second time, later still.
    Late {
        one_in: u64,
        at_most: Duration,
    },
    /// One answer in so many is not the bucket's.
    Answers {
        one_in: u64,
    },
}

/// What is to happen to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Passes,
    /// It is delivered after the first time, and again after the second.
    Kept(Duration, Option<Duration>),
    Falsified(Falsehood),
}

pub(super) struct Fates(Mutex<(Tamper, Rng)>);

impl Fates {
    pub(super) fn all_pass() -> Fates {
        Fates(Mutex::new((Tamper::Nothing, Rng::from_seed(0))))
    }

    pub(super) fn set(&self, tamper: Tamper, seed: u64) {
        *self.0.lock().expect("nobody panics while holding it") = (tamper, Rng::from_seed(seed));
    }

    pub(super) fn draw(&self, method: &Method) -> Fate {
        let (tamper, rng) = &mut *self.0.lock().expect("nobody panics while holding it");
        match *tamper {
            Tamper::Late { one_in, at_most } if *method == Method::PUT && rng.one_in(one_in) => {
                let mut wait = || Duration::from_millis(rng.below(at_most.as_millis() as u64));
                let (first, second) = (wait(), wait());
                Fate::Kept(first, rng.one_in(3).then_some(second))
            }
            Tamper::Answers { one_in } if rng.one_in(one_in) => Fate::Falsified(Falsehood::draw(rng)),
            _ => Fate::Passes,
        }
    }
}

/// How often what was done.
#[derive(Default)]
pub(super) struct Counts {
    /// PUTs that are kept now.
    pub(super) kept: AtomicU64,
    pub(super) late: AtomicU64,
    pub(super) landed: AtomicU64,
    pub(super) twice: AtomicU64,
    pub(super) falsified: AtomicU64,
}

impl Counts {
    pub(super) fn tampered(&self) -> Tampered {
        let of = |which: &AtomicU64| which.load(Ordering::Relaxed);
        Tampered {
            late: of(&self.late),
            landed: of(&self.landed),
            twice: of(&self.twice),
            falsified: of(&self.falsified),
        }
    }
}

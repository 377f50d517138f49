//! Wrong passwords cost time: a bucket of tries for each user and address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::{Mono, Span};

/// Wrong passwords that may come at once.
const BURST: u32 = 5;
/// After how long one more is allowed.
const REFILL: Span = Span::secs(2);
/// Buckets kept at once; what comes beyond shares one.
const BUCKETS_MAX: usize = 4096;

/// What a failed login is worth to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The first of a burst: tell it, and how many of the burst before were not told.
    First {
        /// How many.
        unreported: u64,
    },
    /// One of many.
    Further,
}

#[derive(Default)]
pub(super) struct Throttle {
    buckets: Mutex<HashMap<(IpAddr, String), Bucket>>,
}

#[derive(Clone, Copy, Default)]
struct Bucket {
    /// Tries used up, in parts of `REFILL`.
    used: u64,
    at: Mono,
    unreported: u64,
}

impl Bucket {
    fn drain(&mut self, now: Mono) {
        self.used = self.used.saturating_sub(now.since(self.at).0);
        self.at = self.at.max(now);
    }
}

impl Throttle {
    /// Whether one more password of this user may be tried; else after how many seconds.
    pub(super) fn ask(&self, source: IpAddr, user: &str, now: Mono) -> Result<(), u64> {
        let mut buckets = self.lock();
        let Some(bucket) = buckets.get_mut(&key(source, user)) else { return Ok(()) };
        bucket.drain(now);
        let room = REFILL.0 * u64::from(BURST - 1);
        if bucket.used <= room { Ok(()) } else { Err((bucket.used - room).div_ceil(1_000_000).max(1)) }
    }

    /// A password was wrong.
    pub(super) fn failed(&self, source: IpAddr, user: &str, now: Mono) -> Failure {
        let mut buckets = self.lock();
        let mut name = key(source, user);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&name) {
            buckets.retain(|_, b| {
                b.drain(now);
                b.used > 0
            });
            if buckets.len() >= BUCKETS_MAX {
                name = key(source, "");
            }
        }
        let bucket = buckets.entry(name).or_insert(Bucket { at: now, ..Bucket::default() });
        bucket.drain(now);
        let first = bucket.used == 0;
        bucket.used += REFILL.0;
        if first {
            return Failure::First { unreported: std::mem::take(&mut bucket.unreported) };
        }
        bucket.unreported += 1;
        Failure::Further
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(IpAddr, String), Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Names are cut: a long one must not cost memory.
fn key(source: IpAddr, user: &str) -> (IpAddr, String) {
    (source, user.chars().take(64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_told_once_and_then_slowed_down() {
        let throttle = Throttle::default();
        let from = IpAddr::from([10, 0, 0, 1]);
        let at = |s: u64| Mono(s * 1_000_000);
        for n in 0..5 {
            assert_eq!(throttle.ask(from, "x", at(1)), Ok(()), "try {n}");
            let told = throttle.failed(from, "x", at(1)) == Failure::First { unreported: 0 };
            assert_eq!(told, n == 0);
        }
        assert_eq!(throttle.ask(from, "x", at(1)), Err(2));
        assert_eq!(throttle.ask(from, "y", at(1)), Ok(()), "another user is not concerned");
        assert_eq!(throttle.ask(from, "x", at(3)), Ok(()));
        assert_eq!(throttle.failed(from, "x", at(60)), Failure::First { unreported: 4 });
    }

    #[test]
    fn the_number_of_buckets_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..2 * BUCKETS_MAX {
            throttle.failed(IpAddr::from([10, 0, 0, 1]), &n.to_string(), Mono(1));
        }
        assert!(throttle.lock().len() <= BUCKETS_MAX + 1);
    }
}

//! How long a connection may be at the same thing: a function of moments, without a clock.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::limits::{ANSWER_RATE_MIN, ANSWER_WAIT_MAX, IDLE_WAIT_MAX};

/// What one connection is at.
pub struct Pace {
    /// Since when no request has been under way; counts only where there is none.
    since: Instant,
    next: u32,
    /// Over HTTP/2 there are several at once.
    under_way: HashMap<u32, Sending>,
}

/// How an answer is taken.
#[derive(Default)]
struct Sending {
    bytes: u64,
    /// How long the client has let us wait, in all.
    waited: Duration,
    /// Since when it does: there is more, and it does not take it.
    offered: Option<Instant>,
}

impl Sending {
    fn is_late(&self, now: Instant) -> bool {
        let waits = self.offered.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        let earned = Duration::from_millis(self.bytes * 1000 / ANSWER_RATE_MIN);
        self.waited + waits > ANSWER_WAIT_MAX + earned
    }
}

impl Pace {
    /// It begins.
    pub fn new(now: Instant) -> Pace {
        Pace { since: now, next: 0, under_way: HashMap::new() }
    }

    /// Since when it has waited for a request; `None` while one is under way.
    pub fn waits_since(&self) -> Option<Instant> {
        self.under_way.is_empty().then_some(self.since)
    }

    /// Whether it has been at the same thing for too long.
    pub fn is_late(&self, now: Instant) -> bool {
        let idle = self.waits_since().map(|since| now.saturating_duration_since(since));
        idle.is_some_and(|idle| idle > IDLE_WAIT_MAX) || self.under_way.values().any(|s| s.is_late(now))
    }

    /// A request has begun; its number.
    pub fn begin(&mut self) -> u32 {
        self.next = self.next.wrapping_add(1);
        self.under_way.insert(self.next, Sending::default());
        self.next
    }

    /// It has ended.
    pub fn end(&mut self, number: u32, now: Instant) {
        self.under_way.remove(&number);
        self.since = now;
    }

    /// The client takes more of the answer, as soon as there is more.
    pub fn wanted(&mut self, number: u32, now: Instant) {
        if let Some(sending) = self.under_way.get_mut(&number)
            && let Some(since) = sending.offered.take()
        {
            sending.waited += now.saturating_duration_since(since);
        }
    }

    /// So much more was handed over.
    pub fn handed(&mut self, number: u32, bytes: usize, now: Instant) {
        if let Some(sending) = self.under_way.get_mut(&number) {
            sending.bytes += bytes as u64;
            sending.offered = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn who_asks_nothing_has_a_while_and_no_more() {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        assert!(!pace.is_late(began + IDLE_WAIT_MAX));
        assert!(pace.is_late(began + IDLE_WAIT_MAX + SECOND));
        let request = pace.begin();
        assert!(!pace.is_late(began + IDLE_WAIT_MAX * 9), "what we work at is our own time");
        pace.end(request, began + IDLE_WAIT_MAX * 9);
        assert!(!pace.is_late(began + IDLE_WAIT_MAX * 10));
    }

    #[test]
    fn an_answer_that_nobody_takes_is_late_and_one_that_has_nothing_to_say_is_not() {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        let request = pace.begin();
        pace.handed(request, 10, began);
        assert!(!pace.is_late(began + ANSWER_WAIT_MAX) && pace.is_late(began + ANSWER_WAIT_MAX + SECOND));
        pace.wanted(request, began + SECOND);
        assert!(!pace.is_late(began + ANSWER_WAIT_MAX * 9), "it waits for more");
    }

    #[test]
    fn a_client_that_takes_a_little_now_and_then_earns_no_more_than_it_takes() {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        let (slow, brisk) = (pace.begin(), pace.begin());
        let mut at = began;
        for _ in 0..10 {
            pace.handed(brisk, 64 * 1024, at);
            at += SECOND;
            pace.wanted(brisk, at);
        }
        assert!(!pace.is_late(at));
        for _ in 0..10 {
            pace.handed(slow, 1024, at);
            at += ANSWER_WAIT_MAX / 5;
            pace.wanted(slow, at);
        }
        assert!(pace.is_late(at));
    }
}

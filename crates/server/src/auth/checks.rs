//! Slow password checks, one at a time. Who comes with the same header waits for the same check; how many different
//! ones wait is bounded, in all and for each address, so that a crowd of guessers cannot keep everybody else out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use super::verified::Seal;

/// Different headers that are checked or wait for it.
const CHECKS_MAX: usize = 32;
/// Those of one address.
const CHECKS_PER_SOURCE_MAX: usize = 8;

/// There are too many.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// Held while a hash is computed, also when whoever asked has gone: it goes on to its end on its thread.
pub(super) type Turn = OwnedSemaphorePermit;

pub(super) struct Checks {
    /// One hash takes a processor and some memory for a while.
    turn: Arc<Semaphore>,
    open: Mutex<HashMap<Seal, Open>>,
}

struct Open {
    source: IpAddr,
    waiting: usize,
    outcome: Arc<OnceCell<bool>>,
}

impl Checks {
    pub(super) fn new() -> Checks {
        Checks { turn: Arc::new(Semaphore::new(1)), open: Mutex::default() }
    }

    /// What `check` says of this header. It runs once for all who wait with the same one.
    pub(super) async fn run<F>(
        &self,
        source: IpAddr,
        seal: &Seal,
        check: impl FnOnce(Turn) -> F,
    ) -> Result<bool, TooMany>
    where
        F: Future<Output = bool>,
    {
        let place = self.enter(source, seal)?;
        let outcome = place.outcome.get_or_init(async || {
            let Ok(turn) = Arc::clone(&self.turn).acquire_owned().await else { return false };
            check(turn).await
        });
        Ok(*outcome.await)
    }

    fn enter(&self, source: IpAddr, seal: &Seal) -> Result<Waiting<'_>, TooMany> {
        let mut open = self.lock();
        if !open.contains_key(seal)
            && (open.len() >= CHECKS_MAX
                || open.values().filter(|o| o.source == source).count() >= CHECKS_PER_SOURCE_MAX)
        {
            return Err(TooMany);
        }
        let entry = open.entry(*seal).or_insert_with(|| Open { source, waiting: 0, outcome: Arc::default() });
        entry.waiting += 1;
        Ok(Waiting { checks: self, seal: *seal, outcome: Arc::clone(&entry.outcome) })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Seal, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who waits. The last one to leave takes the check away.
struct Waiting<'a> {
    checks: &'a Checks,
    seal: Seal,
    outcome: Arc<OnceCell<bool>>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut open = self.checks.lock();
        if let Some(entry) = open.get_mut(&self.seal) {
            entry.waiting -= 1;
            if entry.waiting == 0 {
                open.remove(&self.seal);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    fn from(n: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, n])
    }

    /// A check that goes on until it is told to end.
    async fn held(_turn: Turn, end: Arc<Notify>) -> bool {
        end.notified().await;
        true
    }

    #[tokio::test]
    async fn a_crowd_with_one_header_is_checked_once() {
        let (checks, ran, end) =
            (Arc::new(Checks::new()), Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let crowd: Vec<_> = (0..200)
            .map(|_| {
                let (checks, ran, end) = (Arc::clone(&checks), Arc::clone(&ran), Arc::clone(&end));
                tokio::spawn(async move {
                    let check = |turn| {
                        ran.fetch_add(1, Ordering::Relaxed);
                        held(turn, end)
                    };
                    checks.run(from(1), &[1; 32], check).await
                })
            })
            .collect();
        while checks.lock().values().all(|o| o.waiting < 200) {
            tokio::task::yield_now().await;
        }
        end.notify_one();
        for one in crowd {
            assert_eq!(one.await.unwrap(), Ok(true));
        }
        assert_eq!(ran.load(Ordering::Relaxed), 1);
        assert!(checks.lock().is_empty());
    }

    #[tokio::test]
    async fn guessers_are_bounded_and_others_still_have_their_turn() {
        let (checks, end) = (Arc::new(Checks::new()), Arc::new(Notify::new()));
        let mut waiting = Vec::new();
        for n in 0..CHECKS_PER_SOURCE_MAX as u8 {
            let (checks, end) = (Arc::clone(&checks), Arc::clone(&end));
            waiting.push(tokio::spawn(async move {
                let check = |turn| held(turn, end);
                checks.run(from(1), &[n; 32], check).await
            }));
        }
        while checks.lock().len() < CHECKS_PER_SOURCE_MAX {
            tokio::task::yield_now().await;
        }
        let never = |_| async { unreachable!("it is refused before") };
        assert_eq!(checks.run(from(1), &[99; 32], never).await, Err(TooMany));
        let other = tokio::spawn({
            let checks = Arc::clone(&checks);
            async move { checks.run(from(2), &[100; 32], |_| async { false }).await }
        });
        for _ in 0..CHECKS_PER_SOURCE_MAX {
            end.notify_one();
            tokio::task::yield_now().await;
        }
        while !waiting.iter().all(tokio::task::JoinHandle::is_finished) {
            end.notify_one();
            tokio::task::yield_now().await;
        }
        assert_eq!(other.await.unwrap(), Ok(false));
    }

    #[tokio::test]
    async fn a_check_goes_on_alone_when_whoever_asked_has_gone() {
        let checks = Checks::new();
        let (begun, turn) = tokio::sync::oneshot::channel();
        let gone = checks.run(from(1), &[1; 32], |turn| async {
            let _ = begun.send(turn);
            std::future::pending().await
        });
        tokio::select! {
            biased;
            _ = gone => unreachable!("it never ends"),
            () = tokio::task::yield_now() => {}
        }
        let turn = turn.await.unwrap();
        let next = checks.run(from(1), &[2; 32], |_| async { true });
        let mut next = std::pin::pin!(next);
        let waits = tokio::time::timeout(std::time::Duration::from_millis(50), next.as_mut()).await;
        assert!(waits.is_err(), "two hashes at once");
        drop(turn);
        assert_eq!(next.await, Ok(true));
    }
}

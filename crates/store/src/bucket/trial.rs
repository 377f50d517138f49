//! What a bucket must go on being, tried every 100 seconds: one that creates a name once only, and keeps what it has. Both
//! can end while servers run, by a hand on the bucket's settings (a service that ignores conditions in versioned
//! buckets; a lifecycle rule), and no answer to any other request would show it before a write is lost.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use object_store::PutMode;

use ha::verbs::{Fault, FaultKind, Name};

use super::trouble::Outcome;
use super::{Inner, lifecycle};

/// How long a trial that went well holds.
pub(crate) const TRIAL: Duration = Duration::from_secs(100);
/// And one that did not: what is wrong may be mended any time.
const AGAIN: Duration = Duration::from_secs(1);

/// What the last trial found, and when the next is due.
#[derive(Default)]
pub(super) struct Trial(Mutex<State>);

#[derive(Default)]
struct State {
    /// Why nothing may be written.
    verdict: Option<Fault>,
    /// `None` before the first.
    due: Option<Instant>,
}

/// What came of one trial.
enum Found {
    Fit,
    Unfit(Fault),
    /// It could not be carried out, which leaves things as they were: the request itself says what is wrong.
    Nothing,
}

impl Trial {
    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    /// Why nothing may be written here now. The first who asks waits for the trial; later ones go on meanwhile.
    pub(super) async fn unfit(self: &Arc<Inner>) -> Option<Fault> {
        let now = Instant::now();
        let due = self.trial.with(|state| {
            let before = state.due;
            let is_due = before.is_none_or(|due| due <= now);
            if is_due {
                // Nobody else tries meanwhile.
                state.due = Some(now + TRIAL);
            }
            is_due.then_some(before)
        });
        match due {
            Some(None) => self.try_out().await,
            Some(Some(_)) => {
                let inner = Arc::clone(self);
                tokio::spawn(async move { inner.try_out().await });
            }
            None => {}
        }
        self.trial.with(|state| state.verdict.clone())
    }

    async fn try_out(&self) {
        let found = match lifecycle::harm(self).await {
            Some(fault) => Found::Unfit(fault),
            None => self.is_exclusive().await,
        };
        self.trial.with(|state| {
            match found {
                Found::Fit => state.verdict = None,
                Found::Unfit(fault) => {
                    if state.verdict.as_ref() != Some(&fault) {
                        tracing::error!(store = %self.shown, why = %fault.text, "the bucket is unfit; nothing is written");
                    }
                    state.verdict = Some(fault);
                }
                Found::Nothing => {}
            }
            let holds = if state.verdict.is_some() { AGAIN } else { TRIAL };
            state.due = Some(Instant::now() + holds);
        });
    }

    /// Creates a name of its own twice; the second must be refused.
    async fn is_exclusive(&self) -> Found {
        let Some(name) = Name::parse(&format!("check/trial-{:016x}", random())) else {
            return Found::Nothing;
        };
        let bytes: Arc<[u8]> = Arc::from(&b"trial"[..]);
        let Ok(version) = self.put(&name, &bytes, PutMode::Create).await else { return Found::Nothing };
        self.try_if_match(&name, &bytes, version).await;
        let second = self.put(&name, &bytes, PutMode::Create).await;
        // What is left over, `store repair` removes.
        let _ = self.delete(&name).await;
        match second {
            Ok(_) => {
                let text = format!(
                    "{} no longer creates a name once only: of two PUTs with If-None-Match both succeeded (some services \
                     ignore it in a versioned bucket; name a bucket without versioning)",
                    self.shown
                );
                Found::Unfit(Fault { kind: FaultKind::Unfit, text })
            }
            Err(trouble) if trouble.outcome == Outcome::Taken => Found::Fit,
            Err(_) => Found::Nothing,
        }
    }
}

/// Unlike that of any other server.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

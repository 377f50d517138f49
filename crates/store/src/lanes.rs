//! Threads (one, or as many as the lane is wide) and one bounded queue for each lane, so that a store call that hangs
//! holds up nothing but later calls of its own lane: no timer, no status request, no other lane.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, bounded};

use ha::verbs::{Answer, Fault, FaultKind, Lane, OpId, Verb};

use crate::Store;

/// Requests that wait in one lane; the core keeps far fewer outstanding, so a full lane means a hung store.
pub const LANE_QUEUE_MAX: usize = 256;

/// The lane has no room: the request was not taken and will have no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store's {lane:?} lane is full ({LANE_QUEUE_MAX} requests wait): the store does not answer")]
pub struct Overloaded {
    /// Which lane.
    pub lane: Lane,
}

/// The threads of a store.
#[derive(Debug)]
pub struct Lanes {
    /// In the order of `Lane::ALL`.
    queues: Vec<Sender<(OpId, Verb)>>,
    /// Set on drop: what is still queued then is not begun.
    stopped: Arc<AtomicBool>,
}

impl Lanes {
    /// Starts the threads of each lane. `answers` is called on these threads and must not block for long.
    pub fn start(
        store: &Arc<dyn Store>,
        answers: impl Fn(OpId, Answer) + Send + Sync + 'static,
    ) -> io::Result<Lanes> {
        let answers: Arc<dyn Fn(OpId, Answer) + Send + Sync> = Arc::new(answers);
        let stopped = Arc::new(AtomicBool::new(false));
        let start = |lane: Lane| {
            let (queue, requests) = bounded(LANE_QUEUE_MAX);
            for _ in 0..lane.width() {
                let worker = Worker {
                    store: Arc::clone(store),
                    answers: Arc::clone(&answers),
                    requests: Receiver::clone(&requests),
                    stopped: Arc::clone(&stopped),
                };
                // Detached: joining one that hangs in the kernel would hang whoever drops the lanes.
                thread::Builder::new()
                    .name(format!("store-{lane:?}").to_lowercase())
                    .spawn(move || worker.work())?;
            }
            Ok::<_, io::Error>(queue)
        };
        let queues = Lane::ALL.into_iter().map(start).collect::<io::Result<_>>()?;
        Ok(Lanes { queues, stopped })
    }

    /// Hands a request to its lane; never blocks.
    pub fn submit(&self, id: OpId, lane: Lane, verb: Verb) -> Result<(), Overloaded> {
        self.queues[lane as usize].try_send((id, verb)).map_err(|_| Overloaded { lane })
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
    }
}

struct Worker {
    store: Arc<dyn Store>,
    answers: Arc<dyn Fn(OpId, Answer) + Send + Sync>,
    requests: Receiver<(OpId, Verb)>,
    stopped: Arc<AtomicBool>,
}

impl Worker {
    fn work(self) {
        for (id, verb) in &self.requests {
            if self.stopped.load(Ordering::Acquire) {
                return;
            }
            // A lane that dies silently would look like a store that hangs for ever.
            let answer = catch_unwind(AssertUnwindSafe(|| self.store.run(&verb)));
            let answer = answer.unwrap_or_else(|_| {
                let text = format!("the store panicked (a defect) while it carried out {id:?}");
                Answer::Unknown(Fault { kind: FaultKind::Unreachable, text })
            });
            if self.stopped.load(Ordering::Acquire) {
                return;
            }
            (self.answers)(id, answer);
        }
    }
}

//! Threads (one, or as many as the lane is wide) and one bounded queue for each lane, so that a store call that hangs holds up nothing but
//! later calls of its own lane: no timer, no status request, no other lane.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
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

/// How a lane does, for status pages and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneNumbers {
    /// Requests answered.
    pub count: u64,
    /// How long the last one took in the store.
    pub last: Duration,
    /// How long the longest one took in the store.
    pub max: Duration,
    /// How long the longest that is being carried out has taken so far.
    pub busy: Option<Duration>,
    /// Requests that wait behind it.
    pub queued: usize,
}

/// The threads of a store.
#[derive(Debug)]
pub struct Lanes {
    lanes: BTreeMap<Lane, Handle>,
    /// Set on drop: what is still queued then is not begun.
    stopped: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Handle {
    queue: Sender<(OpId, Verb)>,
    gauge: Arc<Gauge>,
}

/// Written by the lane's threads only, read by anybody without a lock.
#[derive(Debug)]
struct Gauge {
    start: Instant,
    count: AtomicU64,
    last_us: AtomicU64,
    max_us: AtomicU64,
    /// When the request in hand was begun, for each thread, in microseconds after `start`, plus one; 0 when idle.
    busy_since_us: Vec<AtomicU64>,
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
            let gauge = Arc::new(Gauge::new(lane.width()));
            for thread in 0..lane.width() {
                let worker = Worker {
                    thread,
                    store: Arc::clone(store),
                    answers: Arc::clone(&answers),
                    requests: Receiver::clone(&requests),
                    gauge: Arc::clone(&gauge),
                    stopped: Arc::clone(&stopped),
                };
                // Detached: joining one that hangs in the kernel would hang whoever drops the lanes.
                thread::Builder::new()
                    .name(format!("store-{lane:?}").to_lowercase())
                    .spawn(move || worker.work())?;
            }
            Ok::<_, io::Error>((lane, Handle { queue, gauge }))
        };
        let lanes = Lane::ALL.into_iter().map(start).collect::<io::Result<_>>()?;
        Ok(Lanes { lanes, stopped })
    }

    /// Hands a request to its lane; never blocks.
    pub fn submit(&self, id: OpId, lane: Lane, verb: Verb) -> Result<(), Overloaded> {
        let handle = self.lanes.get(&lane).ok_or(Overloaded { lane })?;
        handle.queue.try_send((id, verb)).map_err(|_| Overloaded { lane })
    }

    /// How a lane does; never blocks.
    pub fn numbers(&self, lane: Lane) -> Option<LaneNumbers> {
        self.lanes.get(&lane).map(|handle| handle.gauge.read(handle.queue.len()))
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
    }
}

struct Worker {
    /// Which of its lane's threads this is.
    thread: usize,
    store: Arc<dyn Store>,
    answers: Arc<dyn Fn(OpId, Answer) + Send + Sync>,
    requests: Receiver<(OpId, Verb)>,
    gauge: Arc<Gauge>,
    stopped: Arc<AtomicBool>,
}

impl Worker {
    fn work(self) {
        for (id, verb) in &self.requests {
            if self.stopped.load(Ordering::Acquire) {
                return;
            }
            self.gauge.begin(self.thread);
            // A lane that dies silently would look like a store that hangs for ever.
            let answer = catch_unwind(AssertUnwindSafe(|| self.store.run(&verb)));
            self.gauge.end(self.thread);
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

impl Gauge {
    fn new(threads: usize) -> Gauge {
        Gauge {
            start: Instant::now(),
            count: AtomicU64::new(0),
            last_us: AtomicU64::new(0),
            max_us: AtomicU64::new(0),
            busy_since_us: (0..threads).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    fn now_us(&self) -> u64 {
        self.start.elapsed().as_micros() as u64 + 1
    }

    fn begin(&self, thread: usize) {
        self.busy_since_us[thread].store(self.now_us(), Ordering::Relaxed);
    }

    fn end(&self, thread: usize) {
        let took = self.now_us().saturating_sub(self.busy_since_us[thread].swap(0, Ordering::Relaxed));
        self.last_us.store(took, Ordering::Relaxed);
        self.max_us.fetch_max(took, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self, queued: usize) -> LaneNumbers {
        let busy = self.busy_since_us.iter().map(|since| since.load(Ordering::Relaxed));
        let since = busy.filter(|since| *since != 0).min();
        LaneNumbers {
            count: self.count.load(Ordering::Relaxed),
            last: Duration::from_micros(self.last_us.load(Ordering::Relaxed)),
            max: Duration::from_micros(self.max_us.load(Ordering::Relaxed)),
            busy: since.map(|since| Duration::from_micros(self.now_us().saturating_sub(since))),
            queued,
        }
    }
}

//! Writers and watchers that go on while things break: each keeps to one server, so whoever serves is found by the
//! ones that ask there, and nobody waits for a server that is gone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::audit::{Heard, Told, Write, sensor};
use super::http::{Answer, Client, Failure};
use super::node::Node;

/// Writers of each server.
const WRITERS: usize = 2;
/// How long a writer waits for an answer: longer than any fault, so that late ones are seen too.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a watcher waits for one: it has others to look at.
const LOOK: Duration = Duration::from_secs(1);
/// Between two writes, and two looks at what there is. The guests share the cores with the lab.
const PAUSE: Duration = Duration::from_millis(20);
/// Between two writes while a server catches up: on a host with other work it reads hardly faster than others write.
const PAUSE_GENTLE: Duration = Duration::from_millis(500);
/// Between two looks at what a server says that it is.
const PAUSE_LOOK: Duration = Duration::from_millis(100);

/// One acknowledgement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ack {
    pub(super) node: usize,
    pub(super) at: Instant,
    pub(super) took: Duration,
}

/// What has been seen so far.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) writes: Vec<Write>,
    pub(super) acks: Vec<Ack>,
    pub(super) heard: Vec<Heard>,
    /// Answers that no server should give.
    pub(super) odd: Vec<String>,
}

/// Writers and watchers at work.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    gentle: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// Begin: numbers start from `from`, and no two rounds may share any.
    pub(super) fn start(nodes: &[Node], entity: &str, from: u64) -> Self {
        let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Seen::default())));
        let gentle = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        for node in nodes {
            for writer in 0..WRITERS {
                let writer = node.guest * WRITERS + writer;
                let (node, stop, seen) = (node.clone(), Arc::clone(&stop), Arc::clone(&seen));
                let mut client = node.client(PATIENCE);
                let (gentle, path) = (Arc::clone(&gentle), format!("{entity}/sensors/{}", sensor(writer)));
                threads.push(std::thread::spawn(move || {
                    for number in from.. {
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        write(&mut client, &node, writer, &path, number, &seen);
                        sleep(if gentle.load(Ordering::Relaxed) { PAUSE_GENTLE } else { PAUSE });
                    }
                }));
            }
            let (node, stop, seen) = (node.clone(), Arc::clone(&stop), Arc::clone(&seen));
            threads.push(std::thread::spawn(move || watch(&node, &stop, &seen)));
        }
        Self { stop, gentle, seen, threads }
    }

    /// Write on, but little.
    pub(super) fn be_gentle(&self) {
        self.gentle.store(true, Ordering::Relaxed);
    }

    /// Look at what has been seen so far.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&lock(&self.seen))
    }

    /// Wait until so many more writes were acknowledged, by whomever.
    pub(super) fn more(&self, n: usize, patience: Duration) -> Result<()> {
        let count = || self.look(|seen| seen.acks.len());
        let (goal, began) = (count() + n, Instant::now());
        while count() < goal {
            if began.elapsed() > patience {
                bail!("nobody acknowledges writes: {} of {n} in {patience:?}", n - (goal - count()));
            }
            sleep(PAUSE);
        }
        Ok(())
    }

    /// Stop, and hand over what was seen.
    pub(super) fn stop(mut self) -> Result<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                bail!("a writer panicked (a defect of the lab)");
            }
        }
        Ok(std::mem::take(&mut lock(&self.seen)))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// One number, once.
fn write(client: &mut Client, node: &Node, writer: usize, path: &str, number: u64, seen: &Mutex<Seen>) {
    let sent = Instant::now();
    let answer = client.ask("POST", path, &[("content-type", "application/json")], &number.to_string());
    let got = Instant::now();
    let told = told(&answer);
    let mut all = lock(seen);
    if told == Some(Told::Recorded) {
        all.acks.push(Ack { node: node.guest, at: got, took: got - sent });
        if let Some(term) = answer.as_ref().ok().and_then(|answer| answer.term().ok()) {
            let what = "acknowledged a write";
            all.heard.push(Heard { node: node.guest, term, sent, got, what });
        }
    }
    if told.is_none() {
        all.odd.push(format!("server {} answered a write with {answer:?}", node.guest + 1));
    }
    all.writes.push(Write { writer, number, told: told.unwrap_or(Told::Unknown) });
}

/// What an answer says of the write; nothing when it is none that a server should give.
fn told(answer: &Result<Answer, Failure>) -> Option<Told> {
    Some(match answer {
        Ok(answer) if answer.status == 204 => Told::Recorded,
        Ok(answer) if answer.status == 403 => Told::Refused,
        Ok(answer) if answer.status == 503 && answer.body.contains("Unknown:") => Told::Unknown,
        Ok(answer) if answer.status == 503 && answer.header("retry-after").is_some() => Told::Refused,
        Ok(_) => return None,
        Err(Failure::Unsent) => Told::Refused,
        Err(Failure::Unknown) => Told::Unknown,
    })
}

fn watch(node: &Node, stop: &AtomicBool, seen: &Mutex<Seen>) {
    let mut client = node.client(LOOK);
    while !stop.load(Ordering::Relaxed) {
        let sent = Instant::now();
        if let Ok(answer) = client.get("/v1/server/ha/state")
            && answer.body == "\"MASTER\""
            && let Ok(term) = answer.term()
        {
            let got = Instant::now();
            lock(seen).heard.push(Heard { node: node.guest, term, sent, got, what: "said MASTER" });
        }
        sleep(PAUSE_LOOK);
    }
}

fn lock(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

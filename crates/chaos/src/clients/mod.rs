//! Who uses the plane while it is struck: writers, readers, callers of effectors, and those who only look.

mod caller;
pub(crate) mod http;
mod observer;
mod reader;
mod told;
mod writer;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;

use crate::history::{Asked, Event, Odd, Recorder};
use http::{Answer, Door, Http};

/// How long one answer is waited for. Longer than any that a healthy server gives on a busy machine.
const ANSWER_WAIT: Duration = Duration::from_secs(4);
/// How long a write with a key is sent again before its outcome is left unknown.
const AGAIN_MAX: Duration = Duration::from_mins(1);
/// Before the next one is asked.
const BETWEEN_TRIES: Duration = Duration::from_millis(25);

/// What all of them share.
pub(crate) struct World {
    pub(crate) recorder: Recorder,
    pub(crate) door: Door,
    /// The paths of the entities.
    pub(crate) registers: String,
    pub(crate) numbers: String,
    pub(crate) scripts: String,
    stop: AtomicBool,
    /// Writes that were acknowledged.
    pub(crate) acknowledged: AtomicU64,
    /// The registers that are written now.
    names: Mutex<Vec<String>>,
    /// What each server last said that it is: role and term.
    pub(crate) said: Mutex<Vec<Option<(String, u64)>>>,
}

impl World {
    pub(crate) fn new(recorder: Recorder, door: Door, paths: [String; 3]) -> World {
        let [registers, numbers, scripts] = paths;
        let said = Mutex::new(vec![None; door.ports.len()]);
        World {
            recorder,
            door,
            registers,
            numbers,
            scripts,
            stop: AtomicBool::new(false),
            acknowledged: AtomicU64::new(0),
            names: Mutex::default(),
            said,
        }
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn nodes(&self) -> usize {
        self.door.ports.len()
    }

    fn odd(&self, asked: &Asked, what: String) {
        self.recorder.add(&Event::Odd(Odd { asked: asked.clone(), what }));
    }
}

/// Starts all of them.
pub(crate) fn start(world: &Arc<World>) -> Result<JoinSet<()>> {
    let mut all = JoinSet::new();
    for n in 0..4 {
        all.spawn(writer::run(world.clone(), Http::new(&world.door)?, n, n % 2 == 1));
    }
    for n in 0..2 {
        all.spawn(caller::numbers(world.clone(), Http::new(&world.door)?, n, n == 1));
        all.spawn(caller::scripts(world.clone(), Http::new(&world.door)?, n, n == 1));
    }
    for node in 0..world.nodes() {
        all.spawn(reader::run(world.clone(), Http::new(&world.door)?, node));
        all.spawn(observer::run(world.clone(), Http::new(&world.door)?, node));
    }
    Ok(all)
}

/// Notes of an answer who gave it.
fn note(asked: &mut Asked, answer: &Result<Answer, http::Failed>) {
    let answer = answer.as_ref().ok();
    asked.role = answer.and_then(|a| a.role.clone());
    asked.term = answer.and_then(|a| a.term);
}

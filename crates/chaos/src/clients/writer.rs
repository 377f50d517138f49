//! A writer: ascending numbers into a few registers, to whichever server takes them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::http::Http;
use super::told::told;
use super::{AGAIN_MAX, BETWEEN_TRIES, World, note};
use crate::history::{Asked, Event, Told, Write};

/// It goes round these.
const REGISTERS: usize = 4;
/// Between two writes: enough of them to see a gap, few enough that an hour's history is a file,
/// and that a server which starts again has read the log before long.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn run(world: Arc<World>, http: Http, number: usize, keyed: bool) {
    let mut left = [0; REGISTERS];
    let mut node = number % world.nodes();
    for value in 1_u64.. {
        if world.stopped() {
            return;
        }
        let slot = value as usize % REGISTERS;
        let register = format!("w{number}.{slot}.{}", left[slot]);
        remember(&world, number, slot, &register);
        let path = format!("{}/sensors/{register}", world.registers);
        let key = keyed.then(|| format!("{register}={value}"));
        let began = world.recorder.now();
        let mut asked = Asked { who: format!("writer {number}"), began, keyed, ..Asked::default() };
        let told = write(&world, &http, &mut node, &path, key.as_deref(), value, &mut asked).await;
        let Some(told) = told else { return };
        match told {
            Told::Recorded => _ = world.acknowledged.fetch_add(1, Ordering::Relaxed),
            Told::Refused => {}
            // It may still happen, at any time. Nobody else writes here, so this can be seen.
            Told::Unknown => left[slot] += 1,
        }
        world.recorder.add(&Event::Write(Write { asked, register, value, told }));
        tokio::time::sleep(if told == Told::Recorded { PAUSE } else { BETWEEN_TRIES }).await;
    }
}

/// Sends one write; with a key, until its outcome is known. Nothing after an answer that no document names.
async fn write(
    world: &World,
    http: &Http,
    node: &mut usize,
    path: &str,
    key: Option<&str>,
    value: u64,
    asked: &mut Asked,
) -> Option<Told> {
    let begun = Instant::now();
    let mut uncertain = false;
    loop {
        let answer = http.post(*node, path, key, &value.to_string()).await;
        asked.node = *node;
        asked.ended = world.recorder.now();
        note(asked, &answer);
        let told = match told(&answer) {
            Ok(told) => told,
            Err(what) => {
                world.odd(asked, what);
                Told::Unknown
            }
        };
        if told == Told::Recorded {
            return Some(told);
        }
        *node = (*node + 1) % world.nodes();
        uncertain |= told == Told::Unknown;
        if !uncertain {
            return Some(Told::Refused);
        }
        if key.is_none() || world.stopped() || begun.elapsed() > AGAIN_MAX {
            return Some(Told::Unknown);
        }
        tokio::time::sleep(BETWEEN_TRIES).await;
    }
}

fn remember(world: &World, number: usize, slot: usize, register: &str) {
    let prefix = format!("w{number}.{slot}.");
    let mut names = world.names.lock().expect("nobody panics while holding names");
    match names.iter_mut().find(|name| name.starts_with(&prefix)) {
        Some(name) if name == register => {}
        Some(name) => register.clone_into(name),
        None => names.push(register.to_owned()),
    }
}

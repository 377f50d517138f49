//! Telling other servers to look at the store now. It only hastens what their next look would find.

use std::collections::BTreeSet;
use std::io;
use std::thread;
use std::time::Duration;

use api::paths::{HA_NUDGE, NUDGE_SIGNATURE};
use crossbeam_channel::{Receiver, Sender, bounded};
use tracing::debug;

use crate::http::nudge::signature;
use crate::keys::PeerKey;
use crate::process::request::{self, Request};

/// Rounds that wait; a further one says nothing that these do not.
const QUEUE_MAX: usize = 16;
/// Servers told in one round.
const PEERS_MAX: usize = 64;
/// How long one of them may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// The thread that sends them.
pub(super) struct Nudges {
    queue: Option<Sender<Vec<String>>>,
    done: Receiver<()>,
}

impl Nudges {
    pub(super) fn start(key: Option<PeerKey>) -> io::Result<Nudges> {
        let (queue, rounds) = bounded::<Vec<String>>(QUEUE_MAX);
        let (ended, done) = bounded(0);
        let Some(key) = key else { return Ok(Nudges { queue: None, done }) };
        thread::Builder::new().name("nudges".to_owned()).spawn(move || {
            for uris in rounds {
                send(&key, &uris);
            }
            drop(ended);
        })?;
        Ok(Nudges { queue: Some(queue), done })
    }

    /// Begins a round; never waits.
    pub(super) fn run(&self, uris: Vec<String>) {
        if let Some(queue) = &self.queue
            && queue.try_send(uris).is_err()
        {
            debug!("nudges are dropped: earlier ones are still under way");
        }
    }

    /// Waits until the rounds that were begun are over, each of which has a bound.
    pub(super) fn finish(self) {
        let Some(queue) = self.queue else { return };
        drop(queue);
        // Either the thread has ended, or the time is up: the process ends in both cases.
        let _ = self.done.recv_timeout(PATIENCE + PATIENCE / 5);
    }
}

/// Tells these servers, all at once, and waits for the slowest.
pub fn send(key: &PeerKey, uris: &[String]) {
    let signature = signature(key.bytes());
    let uris: BTreeSet<&str> = uris.iter().map(String::as_str).filter(|uri| !uri.is_empty()).collect();
    thread::scope(|scope| {
        for uri in uris.into_iter().take(PEERS_MAX) {
            let headers = [(NUDGE_SIGNATURE, signature.as_str())];
            let run = move || {
                let request = Request { method: "POST", path: HA_NUDGE, headers: &headers };
                match request::send(uri, &request, PATIENCE) {
                    Ok(answer) => debug!(uri, status = answer.status, "nudged"),
                    Err(error) => debug!(uri, %error, "could not be nudged; it looks by itself"),
                }
            };
            if thread::Builder::new().name("nudge".to_owned()).spawn_scoped(scope, run).is_err() {
                debug!(uri, "no thread for a nudge");
            }
        }
    });
}

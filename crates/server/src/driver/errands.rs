//! What takes too long for the driver and needs no thread of its own: encoding checkpoints, compiling blueprints that
//! effectors bring, keeping small files.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use base::{Incarnation, Lsn};
use crossbeam_channel::{Receiver, Sender, bounded};
use engine::Root;
use engine::effect::{Outcome, WorkKey};
use model::Surroundings;
use model::compile::Params;
use node::interface::Input;
use tracing::error;

use super::compile;
use super::handle::Handle;
use crate::data::Memory;

/// Errands that wait. The node has one checkpoint under way at a time, and keeps numbers rarely.
const QUEUE_MAX: usize = 64;

/// One errand.
pub(super) enum Errand {
    /// Encode the parts of a checkpoint.
    Encode {
        /// The record at which it stands.
        floor: Lsn,
        /// The state.
        root: Box<Root>,
    },
    /// Compile a blueprint of children.
    Compile {
        /// Who waits for it.
        key: WorkKey,
        /// Its text.
        blueprint: String,
        /// What is put into it.
        params: Params,
    },
    /// Keep the number of a life.
    KeepIncarnation(Incarnation),
    /// Keep a priority.
    KeepPriority(i64),
}

/// The thread that does them.
pub(super) struct Errands {
    queue: Sender<Errand>,
    done: Receiver<()>,
}

impl Errands {
    /// `around` is what blueprints are compiled among, beside the catalog.
    pub(super) fn start(memory: Memory, handle: Handle, around: Arc<Surroundings>) -> io::Result<Errands> {
        let (queue, errands) = bounded(QUEUE_MAX);
        let (ended, done) = bounded(0);
        thread::Builder::new().name("errands".to_owned()).spawn(move || {
            work(&errands, memory, &handle, &around);
            drop(ended);
        })?;
        Ok(Errands { queue, done })
    }

    /// Hands one over; never waits.
    pub(super) fn run(&self, errand: Errand) {
        if self.queue.try_send(errand).is_err() {
            error!(limit = QUEUE_MAX, "an errand was dropped: the data folder does not answer");
        }
    }

    /// Has a blueprint compiled; an outcome when that could not even be begun.
    pub(super) fn compile(&self, key: WorkKey, blueprint: String, params: Params) -> Option<Outcome> {
        let full = self.queue.try_send(Errand::Compile { key, blueprint, params }).is_err();
        full.then(|| {
            Outcome::Failed(format!(
                "nothing was compiled: more than {QUEUE_MAX} errands wait (QUEUE_MAX); try again"
            ))
        })
    }

    /// Waits until what was handed over is done, but no longer than this.
    pub(super) fn finish(self, longest: Duration) {
        drop(self.queue);
        // Either the thread has ended, or the time is up: the process ends in both cases.
        let _ = self.done.recv_timeout(longest);
    }
}

fn work(errands: &Receiver<Errand>, mut memory: Memory, handle: &Handle, around: &Surroundings) {
    for errand in errands {
        match errand {
            Errand::Encode { floor, root } => {
                let parts = root.checkpoint_parts().map(Arc::from).collect();
                handle.send(Input::Encoded { floor, parts });
            }
            Errand::Compile { key, blueprint, params } => {
                let catalog =
                    handle.view().root.as_ref().map(|r| Arc::clone(r.catalog())).unwrap_or_default();
                let outcome = compile::children(&blueprint, &params, &around.with_catalog(&catalog));
                handle.send(Input::Worked { key, outcome });
            }
            Errand::KeepIncarnation(life) => told("the number of this life", memory.keep_incarnation(life)),
            Errand::KeepPriority(priority) => told("the priority", memory.keep_priority(priority)),
        }
    }
}

/// What could not be kept costs little: the number is raised by the clock, the priority is set again.
fn told(what: &str, kept: io::Result<()>) {
    if let Err(error) = kept {
        error!(%error, "{what} could not be kept in the data folder; it holds until this server ends");
    }
}

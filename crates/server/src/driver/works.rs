//! The executor as the driver holds it: begun anew when this node does not rule any more, so that nothing of an
//! ended reign is watched on; what runs goes on running.

use std::io;
use std::sync::Arc;
use std::thread;

use engine::effect::{Machine, Outcome, Work, WorkKey};
use engine::input::Host;
use exec::{Bundles, Executor, Options};
use node::interface::Input;
use tracing::{error, warn};

use super::handle::{Handle, Shared};
use super::permit;

pub(super) struct Works {
    host: Host,
    shared: Arc<Shared>,
    handle: Handle,
    bundles: Arc<dyn Bundles>,
    executor: Executor,
    /// Whether it was given anything.
    used: bool,
}

impl Works {
    pub(super) fn start(
        host: Host,
        shared: Arc<Shared>,
        handle: Handle,
        bundles: Arc<dyn Bundles>,
    ) -> io::Result<Works> {
        let executor = executor(&host, &shared, &handle, &bundles)?;
        Ok(Works { host, shared, handle, bundles, executor, used: false })
    }

    /// Begins work; an outcome when it could not even be begun.
    pub(super) fn run(&mut self, key: WorkKey, machine: Machine, work: Work) -> Option<Outcome> {
        self.used = true;
        self.executor.run(key, machine, work).err().map(|refused| Outcome::Failed(refused.to_string()))
    }

    /// Ends a script, or stops watching.
    pub(super) fn cancel(&self, key: &WorkKey) {
        if let Err(refused) = self.executor.cancel(key) {
            warn!(%refused, task = key.task, "work could not be cancelled");
        }
    }

    /// Stops caring for all work.
    pub(super) fn drop_all(&mut self) {
        if !self.used {
            return;
        }
        match executor(&self.host, &self.shared, &self.handle, &self.bundles) {
            Ok(fresh) => {
                let old = std::mem::replace(&mut self.executor, fresh);
                self.used = false;
                // It waits for its threads, and the driver waits for nobody.
                let ended = thread::Builder::new().name("exec-end".to_owned()).spawn(move || drop(old));
                if let Err(error) = ended {
                    error!(%error, "no thread to end the work of an ended reign with");
                }
            }
            // The old one goes on; its outcomes are of an earlier term and count for nothing.
            Err(error) => error!(%error, "the work of an ended reign is still watched"),
        }
    }

    /// Ends its threads; what runs goes on.
    pub(super) fn shutdown(self) {
        self.executor.shutdown();
    }
}

fn executor(
    host: &Host,
    shared: &Arc<Shared>,
    handle: &Handle,
    bundles: &Arc<dyn Bundles>,
) -> io::Result<Executor> {
    let (shared, handle) = (Arc::clone(shared), handle.clone());
    Executor::start_with(
        Options { bundles: Arc::clone(bundles), ..Options::default() },
        host.clone(),
        move |key| permit::may_act(key, &shared.view.load().status),
        move |key, outcome| handle.send(Input::Worked { key, outcome }),
    )
}

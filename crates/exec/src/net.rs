//! Work that waits for the network or is over at once, as tasks beside the reactor: what the server itself does,
//! single steps on this host, and everything on hosts over SSH.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::effect::{Machine, Outcome, Work, WorkKey};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};

use crate::limits::NET_THREADS;
use crate::local;
use crate::server::{self, Web};
use crate::ssh::{self, Pool};
use crate::work::Context;

/// Runs the tasks.
#[derive(Debug)]
pub(crate) struct Net {
    runtime: Mutex<Option<Runtime>>,
    tasks: Arc<Tasks>,
}

/// What all tasks share.
#[derive(Debug)]
pub(crate) struct Tasks {
    pub(crate) context: Arc<Context>,
    pub(crate) web: Web,
    pub(crate) pool: Pool,
    /// Turns of scripts on hosts over SSH.
    pub(crate) scripts: Semaphore,
    under_way: Mutex<HashMap<WorkKey, watch::Sender<bool>>>,
}

impl Net {
    pub(crate) fn new(context: Arc<Context>) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(NET_THREADS)
            .thread_name("exec-net")
            .enable_all()
            .build()?;
        let tasks = Tasks {
            scripts: Semaphore::new(context.options.ssh_scripts_at_once),
            context,
            web: Web::new(),
            pool: Pool::default(),
            under_way: Mutex::default(),
        };
        Ok(Self { runtime: Mutex::new(Some(runtime)), tasks: Arc::new(tasks) })
    }

    /// Begins work. A key that is under way already is ignored.
    pub(crate) fn run(&self, key: WorkKey, machine: Machine, work: Work) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(runtime) = runtime.as_ref() else { return };
        let (cancel, cancelled) = watch::channel(false);
        let works_max = self.tasks.context.options.works_max;
        {
            let mut under_way = self.tasks.under_way();
            if under_way.contains_key(&key) {
                return;
            }
            if under_way.len() >= works_max {
                drop(under_way);
                let why = format!("{works_max} works are under way, which is the bound; try again later");
                return self.tasks.report(&key, Outcome::Failed(why));
            }
            under_way.insert(key.clone(), cancel);
        }
        let tasks = Arc::clone(&self.tasks);
        let job = Job { tasks: Arc::clone(&tasks), key: key.clone(), cancelled: Cancelled(cancelled) };
        runtime.spawn(async move {
            // A task of its own, so that a bug in one work fails that work.
            let outcome = tokio::spawn(carry_out(job, machine, work)).await.unwrap_or_else(|_| {
                tracing::error!(?key, "a work of the executor panicked");
                Some(Outcome::Failed("a defect in the executor; the log has its place".to_owned()))
            });
            tasks.under_way().remove(&key);
            if let Some(outcome) = outcome {
                tasks.report(&key, outcome);
            }
        });
    }

    /// Tells work that nobody waits for it any more.
    pub(crate) fn cancel(&self, key: &WorkKey) {
        if let Some(cancel) = self.tasks.under_way().get(key) {
            cancel.send_replace(true);
        }
    }

    /// Drops all tasks where they stand. What runs on machines goes on.
    pub(crate) fn shutdown(&self) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(runtime) = runtime {
            runtime.shutdown_background();
        }
    }
}

impl Tasks {
    fn under_way(&self) -> MutexGuard<'_, HashMap<WorkKey, watch::Sender<bool>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, key: &WorkKey, outcome: Outcome) {
        if !self.context.stop.load(Ordering::Acquire) {
            (self.context.report)(key.clone(), outcome);
        }
    }
}

/// One work under way.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) key: WorkKey,
    pub(crate) cancelled: Cancelled,
}

impl Job {
    /// Asked right before each outside action.
    pub(crate) fn permit(&self) -> Result<(), String> {
        self.tasks.context.permit(&self.key)
    }

    /// Reports an outcome that is not the last one.
    pub(crate) fn report(&self, outcome: Outcome) {
        self.tasks.report(&self.key, outcome);
    }
}

/// Whether somebody still waits for a work.
#[derive(Clone, Debug)]
pub(crate) struct Cancelled(watch::Receiver<bool>);

impl Cancelled {
    /// Waits until nobody does.
    pub(crate) async fn wait(&mut self) {
        if self.0.wait_for(|cancelled| *cancelled).await.is_err() {
            // Its sender goes with the work itself.
            std::future::pending::<()>().await;
        }
    }
}

/// Does it; `None` where a cancelled work has nothing to report.
async fn carry_out(job: Job, machine: Machine, work: Work) -> Option<Outcome> {
    let cancelled = job.cancelled.clone();
    match machine {
        // Some of its works have more to do than to stop when they are cancelled.
        Machine::Ssh(target) => ssh::carry_out(&job, target, work).await,
        Machine::Local(host) => Some(unless(cancelled, local::carry_out(&job, &host, work)).await),
        Machine::Server => Some(unless(cancelled, server::carry_out(&job, work)).await),
    }
}

async fn unless(mut cancelled: Cancelled, work: impl Future<Output = Outcome>) -> Outcome {
    tokio::select! {
        outcome = work => outcome,
        () = cancelled.wait() => Outcome::Failed("it was cancelled".to_owned()),
    }
}

//! Hosts that are reached over SSH: one connection for each, which all work for it shares.
//!
//! Whatever is done there is a bash script of `sh/` with quoted parameters, streamed over a channel's standard
//! input, so that neither text nor environment ever stands on a command line. What takes long holds no channel:
//! a script goes on by itself and writes to files, and one loop on the machine ([`watcher`]) tells when it, or a
//! watched process, has ended. So a machine that allows one channel at a time can do as much as any other.

mod auth;
mod command;
mod connect;
mod describe;
mod error;
mod facts;
mod files;
mod host_key;
mod kill;
mod link;
mod output;
mod pool;
mod ports;
mod remove;
mod script;
mod session;
mod start;
mod target;
mod watch;
mod watcher;

use std::sync::Arc;

use engine::effect::{Outcome, SshTarget, Work};

use crate::net::{Cancelled, Job};
use error::SshError;
use target::Target;

pub(crate) use command::{Command, text};
pub(crate) use connect::{Patience, connect};
pub(crate) use pool::Pool;

/// Does work on a machine; `None` where cancelled work has nothing to report.
pub(crate) async fn carry_out(job: &Job, spec: Arc<SshTarget>, work: Work) -> Option<Outcome> {
    let target = job.tasks.pool.target(spec, &job.tasks.context);
    let cancelled = job.cancelled.clone();
    let outcome = match work {
        // A cancelled script is ended and says how.
        Work::Script(script) => Some(script::run(job, &target, &script).await.unwrap_or_else(failed)),
        Work::Watch { pid_file, known } => {
            unless(cancelled, watch::watch(job, &target, &pid_file, known)).await
        }
        Work::WatchScript { cwd, began_by } => {
            unless(cancelled, watch::watch_script(job, &target, &cwd, &began_by)).await
        }
        Work::Kill { process, grace } => unless(cancelled, kill::kill(job, &target, &process, grace)).await,
        work => {
            let done = unless(cancelled, step(job, &target, work)).await;
            Some(done.unwrap_or_else(|| Outcome::Failed("it was cancelled".to_owned())))
        }
    };
    target.touch();
    outcome
}

async fn step(job: &Job, target: &Arc<Target>, work: Work) -> Result<Outcome, SshError> {
    match work {
        Work::RemoveDir { dir } => remove::remove(job, target, &dir).await,
        Work::Describe { base_dir } => describe::describe(job, target, base_dir).await,
        Work::FindPorts { wishes } => ports::find(job, target, &wishes).await,
        Work::Put { files } => files::put(job, target, files).await,
        _ => Err(SshError::Machine("this is work for the server itself, not for a machine".to_owned())),
    }
}

async fn unless(
    mut cancelled: Cancelled,
    work: impl Future<Output = Result<Outcome, SshError>>,
) -> Option<Outcome> {
    tokio::select! {
        done = work => Some(done.unwrap_or_else(failed)),
        () = cancelled.wait() => None,
    }
}

fn failed(error: SshError) -> Outcome {
    Outcome::Failed(error.to_string())
}

//! Ending a process and its group on a machine: SIGTERM, patience, SIGKILL, and never a signal to a stranger.

use std::sync::Arc;
use std::time::Duration;

use base::Span;
use engine::effect::{Outcome, ProcessRef};
use engine::input::Host;
use tokio::time::timeout;

use super::command::{Command, line};
use super::connect::{Patience, duration};
use super::error::SshError;
use super::target::Target;
use super::watcher::Subject;
use crate::net::Job;

/// How long a killed process may take to vanish before somebody is told (it hangs in the kernel).
const AFTER_KILL: Duration = Duration::from_secs(10);

/// Whether each signal needs a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    /// It does.
    Ask,
    /// It ends what the same work began.
    Always,
}

/// Ends a process that was found before.
pub(super) async fn kill(
    job: &Job,
    target: &Arc<Target>,
    process: &ProcessRef,
    grace: Span,
) -> Result<Outcome, SshError> {
    let pid = process.pid;
    let session = target.session(Patience::Tries).await?;
    let there = &session.facts.host;
    if !process.host.is_same_host(there) {
        return Err(SshError::Machine(format!(
            "process {pid} runs on host {}; {} is host {}",
            process.host.name, session.name, there.name
        )));
    }
    if !process.host.is_same_boot(there) {
        return Ok(Outcome::Done);
    }
    let own = is_here(job, there) && pid == std::process::id() as i32;
    if pid <= 1 || own {
        return Err(SshError::Machine(format!(
            "process {pid} is the system's or this server; it is not ended"
        )));
    }
    end(job, target, process, duration(grace), May::Ask).await?;
    Ok(Outcome::Done)
}

/// Whether a machine is the very host that this server runs on. A host without a machine id has one name here and
/// another over SSH, but its boot is the same.
fn is_here(job: &Job, there: &Host) -> bool {
    job.tasks.context.host.boot == there.boot
}

/// Ends the process and its group, and returns when all of it has ended.
pub(super) async fn end(
    job: &Job,
    target: &Arc<Target>,
    process: &ProcessRef,
    grace: Duration,
    may: May,
) -> Result<(), SshError> {
    let Some(group) = signal(job, target, process, "TERM", "", may).await? else { return Ok(()) };
    if gone_within(target, process, group, grace).await? {
        return Ok(());
    }
    // Much time has passed since the first signal: this one is an action of its own.
    if signal(job, target, process, "KILL", &group.to_string(), may).await?.is_none()
        || gone_within(target, process, group, AFTER_KILL).await?
    {
        return Ok(());
    }
    let (pid, secs) = (process.pid, AFTER_KILL.as_secs());
    Err(SshError::Machine(format!(
        "process {pid} or one of its group has not ended {secs}s after SIGKILL; it hangs in the kernel"
    )))
}

/// Sends a signal; gives the group that got it (0: the process alone), `None` when all has ended already.
async fn signal(
    job: &Job,
    target: &Arc<Target>,
    process: &ProcessRef,
    signal: &str,
    seen: &str,
    may: May,
) -> Result<Option<i32>, SshError> {
    let doing = format!("ending process {}", process.pid);
    let command = match may {
        May::Ask => Command::change(&doing),
        May::Always => Command::change(&doing).permitted(),
    };
    let spared = if is_here(job, &process.host) { nix::unistd::getpgrp().as_raw() } else { 0 };
    let command = command
        .set("signal", signal)
        .set("pid", process.pid.to_string())
        .set("ticks", process.start_ticks.to_string())
        .set("pgid", process.pgid.to_string())
        .set("seen", seen)
        .set("spared", spared.to_string())
        .script(include_str!("sh/process.sh"))
        .script(include_str!("sh/signal.sh"));
    let answer = target.ask_text(job, &command, Patience::Tries).await?;
    match line(&answer, "sent") {
        Some(group) => Ok(Some(group.parse().unwrap_or(0))),
        None => Ok(None),
    }
}

async fn gone_within(
    target: &Arc<Target>,
    process: &ProcessRef,
    group: i32,
    time: Duration,
) -> Result<bool, SshError> {
    let doing = format!("ending process {}", process.pid);
    let subject = Subject { group, ..Subject::of(process) };
    let mut wait = target.wait(subject, Patience::Tries).await?;
    match timeout(time, wait.gone(&doing)).await {
        Ok(gone) => gone.map(|()| true),
        Err(_) => Ok(false),
    }
}

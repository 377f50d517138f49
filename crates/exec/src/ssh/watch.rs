//! Watching a process on a machine: found by its file or by what is known of it, and its end told at once.

use std::sync::Arc;

use engine::effect::{Outcome, ProcessRef, WorkKey};

use super::command::{Command, line};
use super::connect::Patience;
use super::error::SshError;
use super::start;
use super::target::Target;
use super::watcher::Subject;
use crate::folder::name_of;
use crate::net::Job;

/// Reports `Found` and returns when it has ended. An error says that nothing is known: nobody may conclude a
/// death from it.
pub(super) async fn watch(
    job: &Job,
    target: &Arc<Target>,
    pid_file: &str,
    known: Option<ProcessRef>,
) -> Result<Outcome, SshError> {
    match find(job, target, pid_file, known).await? {
        Ok(process) => until_gone(job, target, process).await,
        Err(gone) => Ok(Outcome::Gone(gone)),
    }
}

/// The same for a script that an earlier server may have begun. One that has not begun never will.
pub(super) async fn watch_script(
    job: &Job,
    target: &Arc<Target>,
    cwd: &str,
    began_by: &WorkKey,
) -> Result<Outcome, SshError> {
    let command = Command::change(format!("looking for a script in {cwd}"))
        .set("cwd", cwd.trim_end_matches('/'))
        .set("name", name_of(began_by))
        .set("term", began_by.term.to_string())
        .set("key", serde_json::to_string(began_by).unwrap_or_default())
        .script(include_str!("sh/claim.sh"))
        .script(include_str!("sh/attach.sh"));
    let answer = target.ask_text(job, &command, Patience::Tries).await?;
    let host = target.session(Patience::Tries).await?.facts.host.clone();
    match start::read(&host, &answer) {
        Some(begun) => {
            let known = Some(begun.process);
            watch(job, target, "", known).await
        }
        None => Ok(Outcome::Gone("the script never began".to_owned())),
    }
}

async fn until_gone(job: &Job, target: &Arc<Target>, process: ProcessRef) -> Result<Outcome, SshError> {
    let pid = process.pid;
    let doing = format!("watching process {pid}: whether it still runs is not known");
    let mut wait = target.wait(Subject::of(&process), Patience::Tries).await?;
    if !wait.host.is_same_boot(&process.host) {
        return Ok(Outcome::Gone(format!("{} was restarted since process {pid} was found", target.name())));
    }
    job.report(Outcome::Found(process));
    wait.gone(&doing).await?;
    Ok(Outcome::Gone(format!("process {pid} has ended")))
}

/// `Ok(Err(why))`: there is none, for certain.
async fn find(
    job: &Job,
    target: &Arc<Target>,
    pid_file: &str,
    known: Option<ProcessRef>,
) -> Result<Result<ProcessRef, String>, SshError> {
    let session = target.session(Patience::Tries).await?;
    let there = &session.facts.host;
    if let Some(known) = &known
        && !known.host.is_same_boot(there)
    {
        let (pid, was_on, name) = (known.pid, &known.host.name, &there.name);
        return if known.host.is_same_host(there) {
            Ok(Err(format!("host {name} was restarted since process {pid} began")))
        } else {
            Err(SshError::Machine(format!("process {pid} runs on host {was_on}, not on {name}")))
        };
    }
    let command = Command::look(format!("looking for the process of {pid_file}"))
        .set("pid_file", pid_file)
        .set("known", known.as_ref().map(|known| known.pid.to_string()).unwrap_or_default())
        .script(include_str!("sh/process.sh"))
        .script(include_str!("sh/find.sh"));
    let answer = target.ask_text(job, &command, Patience::Tries).await?;
    let found = line(&answer, "process").and_then(|found| {
        let mut numbers = found.split(' ');
        Some(ProcessRef {
            host: there.clone(),
            pid: numbers.next()?.parse().ok()?,
            pgid: numbers.next()?.parse().ok()?,
            start_ticks: numbers.next()?.parse().ok()?,
        })
    });
    Ok(match (found, known) {
        (Some(found), Some(known)) if found.start_ticks != known.start_ticks => {
            Err(format!("pid {} belongs to another process now", known.pid))
        }
        (Some(_), Some(known)) => Ok(known),
        (Some(found), None) => Ok(found),
        (None, Some(known)) => Err(format!("process {} has ended", known.pid)),
        (None, None) => Err(match (line(&answer, "none"), line(&answer, "junk")) {
            (Some(pid), _) => format!("process {pid}, named by {pid_file}, is not running"),
            (_, Some(word)) => {
                format!("the pid file {pid_file} holds no process id (its first word is {word:?})")
            }
            (None, None) => format!("no pid file at {pid_file}"),
        }),
    })
}

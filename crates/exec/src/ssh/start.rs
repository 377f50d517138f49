//! Beginning a script on a machine, once, also when the connection breaks meanwhile.

use std::sync::Arc;
use std::time::Instant;

use engine::effect::{ProcessRef, Script};
use engine::input::Host;

use super::command::{Command, line, text};
use super::connect::{Patience, duration};
use super::error::SshError;
use super::session::Session;
use super::target::Target;
use super::watcher::Subject;
use crate::error::StartError;
use crate::folder::name_of;
use crate::net::Job;
use crate::process::parse;
use crate::spawn::check_env;

/// What bash keeps for itself: an environment cannot set it.
const READ_ONLY: [&str; 6] = ["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"];

/// A script that runs on a machine.
#[derive(Debug)]
pub(super) struct Begun {
    /// The script's own process, which founded its group.
    pub(super) process: ProcessRef,
    /// What waits for it there and leaves its exit code.
    pub(super) keeper: Subject,
    /// Where its files are.
    pub(super) folder: String,
}

/// Begins it. An error means that it does not run, except one that [`SshError::may_pass`]: then it is not known.
pub(super) async fn begin(
    job: &Job,
    target: &Arc<Target>,
    script: &Script,
    doing: &str,
) -> Result<Begun, SshError> {
    let command = command(job, script, doing)?;
    let until = Instant::now() + duration(target.spec.tries_timeout);
    let (session, answer, lost) = ask(job, target, &command, until).await?;
    let host = &session.facts.host;
    if let Some(folder) = line(&answer, "repeated") {
        // Where an answer was lost, it was this very work that began it.
        return if lost {
            attach(job, target, host, folder, doing).await
        } else {
            Err(SshError::Machine(StartError::Repeated(folder.into()).to_string()))
        };
    }
    match (read(host, &answer), line(&answer, "folder")) {
        (Some(begun), _) => Ok(begun),
        (None, Some(folder)) => attach(job, target, host, folder, doing).await,
        (None, None) => {
            let name = &session.name;
            Err(SshError::Machine(format!("{name} does not say whether it began the script: {answer:?}")))
        }
    }
}

/// Asks until there is an answer; tells also whether one may have been lost.
async fn ask(
    job: &Job,
    target: &Arc<Target>,
    command: &Command,
    until: Instant,
) -> Result<(Arc<Session>, String, bool), SshError> {
    let mut lost = false;
    loop {
        let patience = if lost { Patience::Until(until) } else { Patience::Tries };
        let session = target.session(patience).await;
        let away = |error: SshError| error.after_loss(&target.name(), &command.doing);
        let session = if lost { session.map_err(away)? } else { session? };
        job.permit().map_err(SshError::Machine)?;
        match session.ask(command, None).await.and_then(text) {
            Err(SshError::Lost { .. }) if Instant::now() < until => lost = true,
            answer => return answer.map(|answer| (session, answer, lost)),
        }
    }
}

fn command(job: &Job, script: &Script, doing: &str) -> Result<Command, SshError> {
    let refused = |error: StartError| SshError::Machine(error.to_string());
    check_env(&script.env).map_err(refused)?;
    if let Some((name, _)) = script.env.iter().find(|(name, _)| READ_ONLY.contains(&name.as_str())) {
        return Err(SshError::Machine(format!(
            "the environment variable {name} is bash's own and cannot be set"
        )));
    }
    if !script.cwd.starts_with('/') {
        return Err(refused(StartError::Relative(script.cwd.clone())));
    }
    let texts = script.make_dirs.iter().chain([&script.text, &script.cwd]);
    if texts.into_iter().any(|text| text.contains('\0')) {
        return Err(SshError::Machine("the script or the name of a folder holds a NUL byte".to_owned()));
    }
    let env: Vec<String> = script.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(Command::change(doing)
        .set("cwd", script.cwd.trim_end_matches('/'))
        .set_list("dirs", script.make_dirs.iter().map(String::as_str))
        .set("name", name_of(&job.key))
        .set("term", job.key.term.to_string())
        .set("key", serde_json::to_string(&job.key).unwrap_or_default())
        .set("script", &script.text)
        .set("keeper", include_str!("sh/keeper.sh"))
        .set("runner", include_str!("sh/runner.sh"))
        .set_list("env", env.iter().map(String::as_str))
        .script(include_str!("sh/begin.sh")))
}

/// Finds what was begun before, or has it never begin.
async fn attach(
    job: &Job,
    target: &Arc<Target>,
    host: &Host,
    folder: &str,
    doing: &str,
) -> Result<Begun, SshError> {
    let command = Command::look(doing).set("folder", folder).script(include_str!("sh/attach.sh"));
    let answer = target.ask(job, &command, target.come_back_by()).await?;
    read(host, &String::from_utf8_lossy(&answer)).ok_or_else(|| {
        SshError::Machine(format!("it broke off on {} while {doing}; nothing runs", target.name()))
    })
}

/// Reads who was begun.
pub(super) fn read(host: &Host, answer: &str) -> Option<Begun> {
    let stat = |word| {
        let text = line(answer, word)?;
        let pid: i32 = text.split(' ').next()?.parse().ok()?;
        Some((pid, parse(text.as_bytes())?))
    };
    let ((keeper_pid, keeper), (pid, process)) = (stat("keeper")?, stat("process")?);
    Some(Begun {
        process: ProcessRef { host: host.clone(), pid, pgid: process.pgid, start_ticks: process.start_ticks },
        keeper: Subject { pid: keeper_pid, start_ticks: keeper.start_ticks, group: 0 },
        folder: line(answer, "folder")?.to_owned(),
    })
}

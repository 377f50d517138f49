//! Files written on a machine, each whole or not at all.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use engine::effect::{FileToPut, Outcome};

use super::command::{Command, line, text};
use super::connect::Patience;
use super::error::SshError;
use super::target::Target;
use crate::folder::name_of;
use crate::net::Job;
use crate::server::Source;

/// Streams each to a name beside its place, and puts all in their places when all have come whole: a connection
/// that breaks looks like the end of a file to the machine.
pub(super) async fn put(job: &Job, target: &Arc<Target>, files: Vec<FileToPut>) -> Result<Outcome, SshError> {
    let temps = files.iter().map(|file| beside(&file.path, job)).collect::<Result<Vec<_>, _>>()?;
    let temps_of = |command: Command| command.set_list("temps", temps.iter().map(String::as_str));
    let put = async {
        for (file, temp) in files.iter().zip(&temps) {
            write(job, target, file, temp).await?;
        }
        let command = temps_of(Command::change("putting files in their places"))
            .set_list("paths", files.iter().map(|file| file.path.as_str()))
            .script(include_str!("sh/place.sh"));
        target.ask_text(job, &command, Patience::Tries).await
    };
    let put = put.await;
    if let Err(error) = put {
        let command = temps_of(Command::change("removing files that did not come whole"));
        let command = command.script("rm -f -- \"${temps[@]}\"\n");
        if let Err(error) = target.ask(job, &command, Patience::Tries).await {
            tracing::debug!(%error, "parts of files stay on a machine");
        }
        return Err(error);
    }
    Ok(Outcome::Done)
}

async fn write(job: &Job, target: &Arc<Target>, file: &FileToPut, temp: &str) -> Result<(), SshError> {
    let source = Source::of(job, &file.content).await.map_err(SshError::Machine)?;
    let sent = source.counter();
    let doing = format!("writing {}", file.path);
    let command = Command::change(&doing)
        .set("temp", temp)
        .set("mode", format!("{:o}", file.mode & 0o777))
        .script(include_str!("sh/write.sh"));
    let session = target.session(Patience::Tries).await?;
    job.permit().map_err(SshError::Machine)?;
    let answer = text(session.ask(&command, Some(source)).await?)?;
    let came = line(&answer, "size").and_then(|size| size.parse::<u64>().ok()).unwrap_or(0);
    let sent = sent.load(Ordering::Acquire);
    if came == sent {
        Ok(())
    } else {
        Err(SshError::Machine(format!("{came} of {sent} bytes came while {doing}")))
    }
}

/// A name beside the file, of this work alone.
fn beside(path: &str, job: &Job) -> Result<String, SshError> {
    match path.rsplit_once('/') {
        Some((folder, name)) if path.starts_with('/') && !name.is_empty() && !path.contains('\0') => {
            Ok(format!("{folder}/.{name}.{}.part", name_of(&job.key)))
        }
        _ => Err(SshError::Machine(format!("{path:?} is not the absolute path of a file"))),
    }
}

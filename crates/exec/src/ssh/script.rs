//! A script on a machine, from its beginning to its end, over as many connections as it takes.

use std::sync::Arc;
use std::time::Duration;

use base::limits::STREAM_KEEP_BYTES;
use engine::effect::{Outcome, Script};
use tokio::time::{Instant, sleep_until};

use super::command::Command;
use super::connect::Patience;
use super::error::SshError;
use super::kill::{self, May};
use super::output::{self, Written};
use super::start::{Begun, begin};
use super::target::Target;
use super::watcher::{Subject, Wait};
use crate::net::Job;

/// Why a script was told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    TimeUp,
    Cancelled,
}

/// Runs it.
pub(super) async fn run(job: &Job, target: &Arc<Target>, script: &Script) -> Result<Outcome, SshError> {
    let mut cancelled = job.cancelled.clone();
    let early = || SshError::Machine("it was cancelled before it began".to_owned());
    let _turn = tokio::select! {
        turn = job.tasks.scripts.acquire() => turn.map_err(|_| early())?,
        () = cancelled.wait() => return Err(early()),
    };
    tokio::select! {
        session = target.session(Patience::Tries) => { session?; }
        () = cancelled.wait() => return Err(early()),
    }
    let timeout_at =
        script.timeout.and_then(|span| Instant::now().checked_add(Duration::from_micros(span.0)));
    let begun = begin(job, target, script, &format!("starting the script {}", script.name)).await?;
    job.report(Outcome::Started(begun.process.clone()));
    let mut running = Running { job, target, begun, doing: format!("the script {} ran", script.name) };
    running.finish(timeout_at, script.progress).await
}

struct Running<'a> {
    job: &'a Job,
    target: &'a Arc<Target>,
    begun: Begun,
    doing: String,
}

impl Running<'_> {
    async fn finish(&mut self, timeout_at: Option<Instant>, progress: bool) -> Result<Outcome, SshError> {
        let mut cancelled = self.job.cancelled.clone();
        let every = self.job.tasks.context.options.progress_every;
        let mut show_at = progress.then(|| Instant::now() + every);
        let mut shown = String::new();
        let mut end = None;
        let mut waiting = None;
        let mut ended = false;
        loop {
            let wait = match &mut waiting {
                Some(wait) => wait,
                none => none.insert(self.wait(self.begun.keeper).await?),
            };
            if end.is_some() && !ended {
                match self.end().await {
                    Ok(()) => ended = true,
                    // It is told again when the machine is back.
                    Err(error) if error.may_pass() => {
                        waiting = None;
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            tokio::select! {
                gone = wait.gone(&self.doing) => match gone {
                    Ok(()) => break,
                    Err(_) => waiting = None,
                },
                () = at(timeout_at), if end.is_none() => end = Some(End::TimeUp),
                () = cancelled.wait(), if end.is_none() => end = Some(End::Cancelled),
                () = at(show_at), if end.is_none() => {
                    if let Ok(Some(written)) = self.news(&shown).await {
                        shown = written.sizes();
                        self.job.report(Outcome::Output(written.streams));
                    }
                    show_at = Some(Instant::now() + every);
                }
            }
        }
        self.outcome(end == Some(End::TimeUp)).await
    }

    /// Ends the whole group, and returns when it has ended. This needs no permit: it ends what this work itself
    /// began, and the limit was part of what was permitted.
    async fn end(&self) -> Result<(), SshError> {
        let grace = self.job.tasks.context.options.end_grace;
        kill::end(self.job, self.target, &self.begun.process, grace, May::Always).await
    }

    async fn outcome(&self, timed_out: bool) -> Result<Outcome, SshError> {
        let mut written = self.last_words().await?;
        if written.exit_code.is_none() {
            // What waited for it was killed; the script itself may go on.
            let mut wait = self.wait(Subject::of(&self.begun.process)).await?;
            wait.gone(&self.doing).await?;
            written = self.last_words().await?;
        }
        let streams = written.streams;
        Ok(match written.exit_code {
            Some(exit_code) => Outcome::Ended { exit_code, streams, timed_out },
            None => Outcome::Failed(format!(
                "the script has ended, but {} does not tell how; what it wrote is in {}",
                self.target.name(),
                self.begun.folder
            )),
        })
    }

    /// What it has written if that is more than `shown`.
    async fn news(&self, shown: &str) -> Result<Option<Written>, SshError> {
        let answer = self.collect(shown, "", Patience::Tries).await?;
        if output::is_same(&answer) { Ok(None) } else { self.read(&answer).map(Some) }
    }

    /// All that it has written; it has ended, so that old folders can go.
    async fn last_words(&self) -> Result<Written, SshError> {
        let kept = self.job.tasks.context.options.folders_kept.to_string();
        self.read(&self.collect("", &kept, self.target.come_back_by()).await?)
    }

    async fn collect(&self, shown: &str, kept: &str, patience: Patience) -> Result<Vec<u8>, SshError> {
        let command = Command::look("reading what the script has written")
            .set("folder", &self.begun.folder)
            .set("shown", shown)
            .set("keep", STREAM_KEEP_BYTES.to_string())
            .set("kept", kept)
            .script(include_str!("sh/collect.sh"));
        self.target.ask(self.job, &command, patience).await.map_err(|error| self.away(error))
    }

    fn read(&self, answer: &[u8]) -> Result<Written, SshError> {
        let folder = &self.begun.folder;
        output::read(answer, folder)
            .ok_or_else(|| SshError::Machine(format!("what the script wrote to {folder} cannot be read")))
    }

    /// Begins to wait, on the same running of the same machine as before, as soon as it is there.
    async fn wait(&self, subject: Subject) -> Result<Wait, SshError> {
        let wait =
            self.target.wait(subject, self.target.come_back_by()).await.map_err(|error| self.away(error))?;
        let there = &self.begun.process.host;
        if wait.host.is_same_boot(there) {
            Ok(wait)
        } else {
            Err(SshError::Machine(format!("{} was restarted while {}", self.target.name(), self.doing)))
        }
    }

    fn away(&self, error: SshError) -> SshError {
        if !error.may_pass() {
            return error;
        }
        let doing = format!("{} (what it writes is in {} there)", self.doing, self.begun.folder);
        error.after_loss(&self.target.name(), &doing)
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

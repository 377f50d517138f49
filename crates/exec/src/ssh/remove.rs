//! Removing a run directory on a machine, and nothing else.

use std::sync::Arc;

use engine::effect::Outcome;

use super::command::Command;
use super::connect::Patience;
use super::describe::MARK;
use super::error::SshError;
use super::target::Target;
use crate::net::Job;

/// Removes it if it lies below a base directory. One that is gone already is done.
pub(super) async fn remove(job: &Job, target: &Arc<Target>, dir: &str) -> Result<Outcome, SshError> {
    let command = Command::change(format!("removing {dir}"))
        .set("dir", dir)
        .set("mark", MARK)
        .script(include_str!("sh/remove.sh"));
    target.ask_text(job, &command, Patience::Tries).await?;
    Ok(Outcome::Done)
}

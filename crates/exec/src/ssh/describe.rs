//! What host a machine is, and the folder below which managed processes lie there.

use std::sync::Arc;

use engine::effect::Outcome;
use engine::input::Host;

use super::command::{Command, line};
use super::connect::Patience;
use super::error::SshError;
use super::facts::DEFAULT_BASE;
use super::target::Target;
use crate::net::Job;

/// Stands in a base directory: what lies below it is ours to remove. The machine itself remembers it, since any
/// server may be asked to remove something later.
pub(super) const MARK: &str = ".brownstone-base";

/// Finds out, and makes the base directory.
pub(super) async fn describe(
    job: &Job,
    target: &Arc<Target>,
    base_dir: Option<String>,
) -> Result<Outcome, SshError> {
    let host = target.session(Patience::Tries).await?.facts.host.clone();
    let command = Command::change("making the base directory of managed processes")
        .set("wished", base_dir.unwrap_or_default())
        .set("default", DEFAULT_BASE)
        .set("mark", MARK)
        .script(include_str!("sh/describe.sh"));
    let answer = target.ask_text(job, &command, Patience::Tries).await?;
    match line(&answer, "base") {
        Some(base) => Ok(Outcome::Described(Host { base_dir: base.to_owned(), ..host })),
        None => Err(SshError::Machine(format!("{} does not name its base directory", target.name()))),
    }
}

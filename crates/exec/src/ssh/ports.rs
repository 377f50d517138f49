//! Ports of a machine that nothing listens on.

use std::collections::HashSet;
use std::sync::Arc;

use engine::effect::{Outcome, PortRange};

use super::command::Command;
use super::connect::Patience;
use super::error::SshError;
use super::target::Target;
use crate::local::pick;
use crate::net::Job;

/// Finds one for each wish.
pub(super) async fn find(
    job: &Job,
    target: &Arc<Target>,
    wishes: &[Vec<PortRange>],
) -> Result<Outcome, SshError> {
    let lowest = target.session(Patience::Tries).await?.facts.lowest_port;
    let command = Command::look("looking which ports are in use").script(include_str!("sh/ports.sh"));
    let answer = target.ask_text(job, &command, Patience::Tries).await?;
    let used: HashSet<u16> = answer.lines().filter_map(|port| u16::from_str_radix(port, 16).ok()).collect();
    pick(wishes, |port| port >= lowest && !used.contains(&port))
        .map(Outcome::Ports)
        .map_err(|why| SshError::Machine(format!("{why} on {}", target.name())))
}

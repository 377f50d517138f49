//! What is known of a machine for as long as a connection to it lasts.

use engine::effect::SshTarget;
use engine::input::Host;

use super::command::{Command, line};
use super::error::SshError;
use crate::host::boot_of;
use crate::process::parse;

/// The folder below the account's home where managed processes lie by default.
pub(super) const DEFAULT_BASE: &str = "brooklyn-managed-processes";

/// Which host it is, and the lowest port that the account may bind.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) host: Host,
    pub(super) lowest_port: u16,
}

/// The question.
pub(super) fn question() -> Command {
    Command::look("finding out what host it is").script(include_str!("sh/facts.sh"))
}

/// Reads the answer. `address` is where the connection leads. A host without a machine id is named by where it
/// is reached, which stays the same over its restarts.
pub(super) fn read(answer: &str, spec: &SshTarget, address: String) -> Result<Facts, SshError> {
    let fact = |name| line(answer, name).map(str::trim).filter(|value| !value.is_empty());
    let Some(boot) = fact("boot") else {
        return Err(SshError::Machine(format!(
            "{} does not tell its boot id (/proc/sys/kernel/random/boot_id): only Linux hosts are managed",
            spec.address
        )));
    };
    let id = fact("id").filter(|id| *id != "uninitialized");
    let first = fact("first").and_then(|stat| parse(stat.as_bytes())).map_or(0, |stat| stat.start_ticks);
    let root = fact("uid") == Some("0");
    let unprivileged = fact("unprivileged").and_then(|port| port.parse().ok()).unwrap_or(1024);
    Ok(Facts {
        host: Host {
            id: id.map_or_else(|| format!("{}:{}", spec.address, spec.port), str::to_owned),
            name: fact("name").unwrap_or(&spec.address).to_owned(),
            boot: boot_of(boot.to_owned(), fact("namespace"), first),
            address,
            base_dir: format!("{}/{DEFAULT_BASE}", fact("home").unwrap_or("").trim_end_matches('/')),
        },
        lowest_port: if root { 1 } else { unprivileged },
    })
}

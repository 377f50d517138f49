//! Machines as they are remembered: which one an entity was given, how it is reached, where its folders lie.

use std::collections::BTreeMap;

use base::EntityId;
use serde::{Deserialize, Serialize};

use crate::input::Host;

/// A machine that a location gave. Nothing secret is in here: how to log in is read anew from the location's flags
/// whenever it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineRef {
    /// Which location gave it; `None`: the `localhost` that no entity lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LocationRef>,
    /// How it is reached.
    pub reach: Reach,
}

/// One location of a plane: the instance that an entity lists, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocationRef {
    /// Whose location it is; those below it share it.
    pub owner: EntityId,
    /// Its number among the owner's locations, then the number of the part, and so on down.
    pub path: Vec<u32>,
}

/// How a machine is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reach {
    /// It is a server's own host: only a server on that same host reaches it.
    #[default]
    Local,
    /// Over SSH, from any server.
    Ssh {
        /// Name or address.
        address: String,
        /// The port of its sshd.
        port: u16,
        /// The account; `None`: the one that the server runs as.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
}

/// Where an entity's folders are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// On which machine.
    pub machine: MachineRef,
    /// Which running of which host that was when it was looked at last.
    pub host: Host,
    /// Where it runs.
    pub run_dir: String,
    /// Where it was installed.
    pub install_dir: String,
    /// The ports that the entity has there, by config key, while it holds the machine.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ports: BTreeMap<String, u16>,
}

impl MachineRef {
    /// The machine in texts for people.
    pub fn described(&self, host: Option<&Host>) -> String {
        match (&self.reach, host) {
            (Reach::Local, Some(host)) => format!("host {}", host.name),
            (Reach::Local, None) => "localhost".to_owned(),
            (ssh @ Reach::Ssh { .. }, _) => format!("machine {}", ssh.address().unwrap_or_default()),
        }
    }
}

impl Reach {
    /// Whether both are the same machine, whoever logs in.
    pub fn is_same_machine(&self, other: &Reach) -> bool {
        match (self, other) {
            (Reach::Local, Reach::Local) => true,
            (Reach::Ssh { address: a, port: p, .. }, Reach::Ssh { address: b, port: q, .. }) => {
                (a, p) == (b, q)
            }
            _ => false,
        }
    }

    /// `user@address:port`, as the sensor `host.sshAddress` has it.
    pub fn address(&self) -> Option<String> {
        match self {
            Reach::Local => None,
            Reach::Ssh { address, port, user: None } => Some(format!("{address}:{port}")),
            Reach::Ssh { address, port, user: Some(user) } => Some(format!("{user}@{address}:{port}")),
        }
    }
}

impl Place {
    /// The file into which a launched process writes its pid.
    pub fn pid_file(&self) -> String {
        format!("{}/pid.txt", self.run_dir)
    }
}

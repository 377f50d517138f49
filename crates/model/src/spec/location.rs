//! Where an entity is to run (`brooklyn-blueprints.md` 1.6, 9).

use serde::{Deserialize, Serialize};

use super::{ConfigMap, ConfigValue};

/// A location, after its name was looked up and what `brooklyn.cfg` and the catalog say of it was merged in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocationSpec {
    /// Of which kind.
    pub kind: LocationKind,
    /// As the blueprint has it, for people and for the wire: `localhost`, `named:prod`.
    pub spec: String,
    /// Its flags by name; the nearest word counts (9.5).
    #[serde(default, skip_serializing_if = "ConfigMap::is_empty")]
    pub flags: ConfigMap,
}

impl LocationSpec {
    /// What people call it: as its flags say, else as the blueprint has it.
    pub fn display_name(&self) -> &str {
        let said = ["displayName", "name"].iter().find_map(|k| self.flags.get(*k)?.given().as_str());
        said.unwrap_or(&self.spec)
    }

    /// Its class on the wire.
    pub fn java_type(&self) -> &'static str {
        match self.kind {
            LocationKind::Localhost => {
                "org.apache.brooklyn.location.localhost.LocalhostMachineProvisioningLocation"
            }
            LocationKind::Byon { .. } => {
                "org.apache.brooklyn.location.byon.FixedListMachineProvisioningLocation"
            }
            LocationKind::Single(_) => "org.apache.brooklyn.location.byon.SingleMachineProvisioningLocation",
            LocationKind::Multi(_) => "org.apache.brooklyn.location.multi.MultiLocation",
        }
    }
}

/// The kinds of location that this release has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocationKind {
    /// The host of the server that starts the process; over SSH where `brownstone.localhost.ssh` says so.
    Localhost,
    /// Machines that are there already, each given to one entity at a time (`byon`, `host`).
    Byon {
        /// Which, in the order in which they are given out.
        machines: Vec<MachineSpec>,
        /// A `hosts` flag that is an expression: resolved when a machine is wanted, in the entity's context.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deferred: Option<ConfigValue>,
    },
    /// A single machine that another location gives (`single`).
    Single(Box<LocationSpec>),
    /// Several, tried in this order (`multi`).
    Multi(Vec<LocationSpec>),
}

/// A machine of such a location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MachineSpec {
    /// Name or address.
    pub address: String,
    /// Where its sshd listens, where it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The account, where it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What is said of this machine alone; it counts before the location's flags.
    #[serde(default, skip_serializing_if = "ConfigMap::is_empty")]
    pub flags: ConfigMap,
}

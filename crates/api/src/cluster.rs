//! `GET /ha/cluster`: who is who, in one answer, on every server and in every state. Ours.

use serde::{Deserialize, Serialize};

use crate::chair::{PauseShown, PlannedSwitchover};

/// The plane as one server sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// The plane, once it is known.
    pub plane: Option<String>,
    /// The server that answers.
    pub own: Option<String>,
    /// What it is: the seven words, or `SUSPENDED`.
    pub role: String,
    /// Why it is what it is; empty when all is well.
    pub why: String,
    /// The newest term that it knows.
    pub term: u64,
    /// Who rules.
    pub master: Option<String>,
    /// Where the master serves.
    pub master_uri: Option<String>,
    /// How long this server may go on answering as master, in milliseconds; null when it does not rule.
    pub lease_remaining_ms: Option<u64>,
    /// Log positions.
    pub log: LogPosition,
    /// The pause of automatic fail-over that holds here; null: it is automatic.
    #[serde(default)]
    pub paused: Option<PauseShown>,
    /// The switchover that is planned.
    #[serde(default)]
    pub switchover: Option<PlannedSwitchover>,
    /// All servers, this one included.
    pub nodes: Vec<ClusterNode>,
    /// What is wrong in the store for good.
    pub damage: Vec<DamageReport>,
    /// What is wrong with the store now; empty when it answers.
    pub store_trouble: String,
    /// This server's roles, newest first.
    pub history: Vec<RoleChange>,
    /// How long a master may be silent, in milliseconds.
    pub timeout_ms: u64,
    /// How often a standby looks, in milliseconds.
    pub poll_ms: u64,
    /// This server's wall clock, epoch milliseconds.
    pub now: u64,
}

/// Log positions of the server that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LogPosition {
    /// The last record that it shows.
    pub applied: u64,
    /// The highest record that anybody says is durable.
    pub head: u64,
    /// How many it is behind.
    pub lag: u64,
    /// The newest checkpoint.
    pub floor: u64,
    /// The record format that is written: it rises some minutes after the last server of an older release is gone.
    #[serde(default)]
    pub format: u32,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNode {
    /// Its id.
    pub id: String,
    /// Where it serves.
    pub uri: String,
    /// What it is.
    pub role: String,
    /// The last term that it made.
    pub term: u64,
    /// Its priority.
    pub priority: i64,
    /// The highest record that it knows of.
    pub head: u64,
    /// How many records it is behind the head.
    pub lag: u64,
    /// Whether it holds a link to this server, over which it says at once how far it has read.
    pub linked: bool,
    /// Its wall clock at its last beat, epoch milliseconds.
    pub last_beat: u64,
    /// This server's wall clock when that beat was seen, epoch milliseconds.
    pub seen_at: u64,
    /// Its release.
    pub version: String,
    /// Its host.
    pub host: String,
    /// What is wrong with it; empty when all is well.
    pub why: String,
    /// Whether it is the server that answers.
    pub own: bool,
    /// Whether it is the master.
    pub master: bool,
}

/// Something in the store that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DamageReport {
    /// The file.
    pub file: String,
    /// What is wrong with it and what may be missing.
    pub what: String,
}

/// A role that was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RoleChange {
    /// What.
    pub role: String,
    /// When, epoch milliseconds.
    pub since: u64,
}

/// `GET /readyz`, `/livez` and the load-balancer paths say a little in their bodies; nobody needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Readiness {
    /// Whether this server is ready for what its role promises.
    pub ready: bool,
    /// What it is.
    pub role: String,
    /// What is wrong; empty when all is well.
    pub trouble: Vec<String>,
    /// What is wrong in the store for good. It does not make a server unready.
    pub damage: Vec<DamageReport>,
}

//! `/v1/server`: version, state, high availability.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `GET /v1/server/version`. `br version` prints `version` alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VersionSummary {
    /// The release.
    pub version: String,
    /// The commit, if it is known.
    #[serde(rename = "buildSha1")]
    pub build_sha1: Option<String>,
    /// The branch, if it is known.
    #[serde(rename = "buildBranch")]
    pub build_branch: Option<String>,
    /// Server bundles.
    pub features: Vec<Feature>,
}

/// A server bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Feature {
    /// For people.
    pub name: String,
    /// For programs.
    pub symbolic_name: String,
    /// Its version.
    pub version: String,
    /// Milliseconds, as text.
    pub last_modified: String,
}

/// `GET /v1/server/ha/states`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HaSummary {
    /// The plane, once it is known.
    pub plane_id: Option<String>,
    /// The server that answers.
    pub own_id: Option<String>,
    /// The master, if there is one.
    pub master_id: Option<String>,
    /// All servers by id.
    pub nodes: BTreeMap<String, HaNode>,
    /// Always empty.
    pub links: BTreeMap<String, String>,
}

/// One server of `ha/states`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HaNode {
    /// Its id.
    pub node_id: String,
    /// Where it serves.
    pub node_uri: Option<String>,
    /// One of the seven words.
    pub status: String,
    /// Its own clock at its last beat.
    pub local_timestamp: Option<u64>,
    /// The clock of whoever saw that beat.
    pub remote_timestamp: Option<u64>,
    /// Its priority.
    pub priority: Option<i64>,
}

/// `GET /v1/server/up/extended`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpExtended {
    /// Started and running.
    pub up: bool,
    /// On its way out.
    pub shutting_down: bool,
    /// Up, and nothing is wrong.
    pub healthy: bool,
    /// As `ha/states`.
    pub ha: Option<HaSummary>,
    /// Always false, as in Brooklyn's classic launch: nothing like it is in here.
    pub osgi_up: bool,
    /// Which fields are secret.
    #[serde(rename = "brooklyn.security.sensitive.fields")]
    pub sensitive_fields: SensitiveFields,
}

/// Which fields are secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SensitiveFields {
    /// Parts of their names.
    pub tokens: Vec<String>,
    /// Whether blueprints may not hold them in plain text.
    #[serde(rename = "plaintext.blocked")]
    pub plaintext_blocked: bool,
}

/// `GET /v1/server/ha/metrics`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HaMetrics {
    /// One of the seven words.
    pub state: String,
    /// For people.
    pub uptime: String,
    /// Epoch milliseconds.
    pub current_time_utc: u64,
    /// Epoch milliseconds.
    pub start_time_utc: u64,
    /// Priority, times and the history of states.
    pub high_availability: HaTimes,
    /// Loading of state.
    pub rebind: Rebind,
    /// Writing of state.
    pub persist: Rebind,
    /// How often a server that follows the master has loaded the state anew; only there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebind_read_only_count: Option<u64>,
    /// What was there when this server first loaded state.
    pub first_rebind_counts: RebindCounts,
    /// Access to the plane's own records.
    pub management_state_persistence: ReadWrite,
}

/// Priority, times and the history of states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HaTimes {
    /// The priority.
    pub priority: i64,
    /// Milliseconds.
    pub poll_period: u64,
    /// Milliseconds.
    pub heartbeat_timeout: u64,
    /// Newest first, at most 200.
    pub history: Vec<HaMoment>,
}

/// A state that was entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HaMoment {
    /// One of the seven words.
    pub state: String,
    /// Epoch milliseconds.
    pub timestamp: u64,
}

/// Counters of one kind of work on the state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rebind {
    /// How often.
    pub count: u64,
    /// Epoch milliseconds.
    pub last_success_time_utc: Option<u64>,
    /// How long ago.
    pub last_success_time_millis_since: Option<u64>,
    /// Milliseconds.
    pub last_duration: Option<u64>,
    /// How often it failed.
    pub failure_count: u64,
    /// Epoch milliseconds.
    pub last_failure_time_utc: Option<u64>,
    /// How long ago.
    pub last_failure_time_millis_since: Option<u64>,
    /// The last ones.
    pub error_messages: Vec<MetricError>,
}

/// Something that failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MetricError {
    /// What.
    pub error: String,
    /// When.
    pub timestamp: u64,
}

/// What was loaded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RebindCounts {
    /// Applications.
    pub applications: u64,
    /// Entities, applications included.
    pub entities: u64,
    /// Everything.
    pub all_items: u64,
}

/// Both directions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReadWrite {
    /// Reads.
    pub read: StoreCount,
    /// Writes.
    pub write: StoreCount,
}

/// Counters of one direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoreCount {
    /// How often.
    pub count: u64,
    /// How often it failed.
    pub failure_count: u64,
    /// Epoch milliseconds.
    pub last_success_time: Option<u64>,
    /// Milliseconds.
    pub last_duration: Option<u64>,
    /// Epoch milliseconds.
    pub last_failure_time: Option<u64>,
    /// The last ones.
    pub error_messages: Vec<MetricError>,
}

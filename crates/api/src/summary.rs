//! `/v1/summary` and `/v1/me`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::application::Status;
use crate::entity::SelfLink;

/// How an application and all that is below it are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationCounts {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it is.
    pub status: Status,
    /// `service.isUp`.
    pub service_up: Option<bool>,
    /// How many entities are below it.
    pub entities: u64,
    /// How many of them are in which state (`RUNNING`, `ON_FIRE`, ...); those without one are in none.
    pub states: BTreeMap<String, u64>,
    /// Itself.
    pub links: SelfLink,
}

/// Who asks, and what may be done here and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The login; null where login is off.
    pub user: Option<String>,
    /// The built-in role (`root`, `powerUser`, ...).
    pub role: String,
    /// The entitlements that the role has.
    pub entitlements: Vec<String>,
    /// Whether values that look secret are hidden from the user.
    pub hides_secrets: bool,
    /// What this server is.
    pub server_role: String,
    /// Whether this server takes writes now.
    pub writable: bool,
    /// Where writes are taken, if that is known.
    pub master_uri: Option<String>,
}

//! `/v1/locations`: where entities run, and what blueprints may name.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::catalog::CatalogItemSummary;

/// A location: one that an entity has, or a definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LocationSummary {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<String>,
    /// Its class; a definition has none.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its config, without what looks secret.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub config: Map<String, Value>,
    /// The item of a definition from the catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Box<CatalogItemSummary>>,
    /// Where more is.
    pub links: LocationLinks,
}

/// A location to define.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLocation {
    /// The name by which blueprints will know it.
    pub name: String,
    /// What it is made from: `byon(hosts="10.0.0.1")`, `localhost`, another one's name.
    pub spec: String,
    /// Its config.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub config: Map<String, Value>,
}

/// Where more is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LocationLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// The definition that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<String>,
}

/// A location of which is known where on earth it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocatedLocation {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many entities without children run there.
    pub leaf_entity_count: u64,
    /// In degrees.
    pub latitude: f64,
    /// In degrees.
    pub longitude: f64,
}

/// What was seen of the machines of a location. Ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LocationCheck {
    /// Whether something could be started on each of them.
    pub good: bool,
    /// Each machine.
    pub machines: Vec<MachineCheck>,
}

/// One machine of a location that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MachineCheck {
    /// `user@address:port`, or `localhost`.
    pub machine: String,
    /// Whether something could be started there; what needs no sudo, where that is refused.
    pub good: bool,
    /// What was looked at, in this order.
    pub checks: Vec<MachineLook>,
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MachineLook {
    /// `tcp`, `ssh`, `sudo`, `disk`, `tools`; `config` where the location's flags make no sense.
    pub name: String,
    /// `good`, `bad`, or `skipped` after something bad.
    pub result: String,
    /// In words.
    pub says: String,
}

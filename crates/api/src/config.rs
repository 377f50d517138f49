//! `.../config`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::paths;

/// A config key that an entity's type declares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigSummary {
    /// Its name.
    pub name: String,
    /// The class of its values, as Brooklyn names it.
    #[serde(rename = "type")]
    pub kind: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is when nobody sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<Value>,
    /// Whether it may be changed while the entity lives.
    pub reconfigurable: bool,
    /// The constants of an enum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possible_values: Option<Vec<PossibleValue>>,
    /// What its values must fulfil.
    pub constraints: Vec<Value>,
    /// Where more is.
    pub links: ConfigLinks,
}

/// A constant of an enum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PossibleValue {
    /// As it is set.
    pub value: String,
    /// As people say it.
    pub description: String,
}

/// Where more is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConfigLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// Its application.
    pub application: String,
    /// Its entity.
    pub entity: String,
    /// Itself, as JSON.
    #[serde(rename = "action:json")]
    pub json: String,
}

impl ConfigLinks {
    /// The links of one key.
    pub fn new(app: &str, entity: &str, key: &str) -> Self {
        let entity = paths::entity(app, entity);
        let own = paths::below(&entity, "config", key);
        Self { json: own.clone(), own, application: paths::application(app), entity }
    }
}

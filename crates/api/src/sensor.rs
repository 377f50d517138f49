//! `.../sensors`.

use serde::{Deserialize, Serialize};

use crate::paths;

/// A sensor that an entity has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SensorSummary {
    /// Its name.
    pub name: String,
    /// The class of its values, as Brooklyn names it.
    #[serde(rename = "type")]
    pub kind: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where more is.
    pub links: SensorLinks,
}

/// Where more is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SensorLinks {
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
    /// What it points to, when its value is an address.
    #[serde(rename = "action:open", default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
}

impl SensorLinks {
    /// The links of one sensor.
    pub fn new(app: &str, entity: &str, sensor: &str, open: Option<String>) -> Self {
        let entity = paths::entity(app, entity);
        let own = paths::below(&entity, "sensors", sensor);
        Self { json: own.clone(), own, application: paths::application(app), entity, open }
    }
}

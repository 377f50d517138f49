//! `.../effectors`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::paths;

/// An effector that an entity has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectorSummary {
    /// Its name.
    pub name: String,
    /// The class of its result, `void` for none.
    pub return_type: String,
    /// What it takes.
    pub parameters: Vec<ParameterSummary>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where more is.
    pub links: EffectorLinks,
}

/// What an effector takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParameterSummary {
    /// Its name.
    pub name: String,
    /// The class of its values.
    #[serde(rename = "type")]
    pub kind: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is when nobody says.
    pub default_value: Option<Value>,
    /// Whether it is secret.
    pub should_sanitize: bool,
}

/// Where more is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EffectorLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// Its entity.
    pub entity: String,
    /// Its application.
    pub application: String,
}

impl EffectorLinks {
    /// The links of one effector.
    pub fn new(app: &str, entity: &str, effector: &str) -> Self {
        let entity = paths::entity(app, entity);
        Self {
            own: paths::below(&entity, "effectors", effector),
            entity,
            application: paths::application(app),
        }
    }
}

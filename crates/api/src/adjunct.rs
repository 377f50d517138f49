//! `.../adjuncts` (policies, enrichers, feeds) and `.../policies`, the older way to the first of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::application::Status;
use crate::config::PossibleValue;
use crate::entity::SelfLink;
use crate::paths;

/// What an adjunct is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum AdjunctType {
    /// Calls effectors.
    Policy,
    /// Computes sensors from sensors.
    Enricher,
    /// Brings sensors from outside.
    Feed,
}

/// What an adjunct last saw or did, for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Highlight {
    /// In words.
    pub description: String,
    /// Epoch milliseconds.
    pub time: u64,
    /// The task that it did it in.
    pub task_id: Option<String>,
}

/// An adjunct in lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdjunctSummary {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub adjunct_type: AdjunctType,
    /// `name:version` of the catalog item that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_item_id: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its picture is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// How it is.
    pub state: Status,
    /// What it listens to, and what it last saw or did.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub highlights: BTreeMap<String, Highlight>,
    /// Where more is.
    pub links: SelfLink,
}

/// An adjunct alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdjunctDetail {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub adjunct_type: AdjunctType,
    /// `name:version` of the catalog item that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_item_id: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its picture is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// How it is.
    pub state: Status,
    /// What it listens to, and what it last saw or did.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub highlights: BTreeMap<String, Highlight>,
    /// Where more is.
    pub links: AdjunctLinks,
    /// A second one with this tag replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub functionally_unique_identifier: Option<String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Value>,
    /// The config keys that its type declares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<AdjunctConfigSummary>,
    /// What is set, as texts.
    pub config: BTreeMap<String, String>,
}

/// Where more about an adjunct is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AdjunctLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// Its application.
    pub application: String,
    /// Its entity.
    pub entity: String,
    /// Itself.
    pub adjunct: String,
    /// Its config.
    pub config: String,
    /// How it is.
    pub status: String,
    /// Lets it go on; an enricher has no such place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Lets it rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<String>,
    /// Where a DELETE takes it away.
    pub destroy: String,
}

impl AdjunctLinks {
    /// The links of one adjunct; `rests`: whether it can be told to rest.
    pub fn new(app: &str, entity: &str, adjunct: &str, rests: bool) -> Self {
        let own = paths::adjunct(app, entity, adjunct);
        let below = |leaf: &str| format!("{own}/{leaf}");
        Self {
            application: paths::application(app),
            entity: paths::entity(app, entity),
            adjunct: own.clone(),
            config: below("config"),
            status: below("status"),
            start: rests.then(|| below("start")),
            stop: rests.then(|| below("stop")),
            destroy: own.clone(),
            own,
        }
    }
}

/// A config key that an adjunct's type declares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdjunctConfigSummary {
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
    /// Whether it may be changed while the adjunct is there.
    pub reconfigurable: bool,
    /// The constants of an enum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possible_values: Option<Vec<PossibleValue>>,
    /// What its values must fulfil.
    pub constraints: Vec<Value>,
    /// Where more is.
    pub links: AdjunctConfigLinks,
}

/// Where more is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AdjunctConfigLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// Itself, as JSON.
    #[serde(rename = "action:json")]
    pub json: String,
}

impl AdjunctConfigLinks {
    /// The links of one key.
    pub fn new(app: &str, entity: &str, adjunct: &str, key: &str) -> Self {
        let own = paths::below(&paths::adjunct(app, entity, adjunct), "config", key);
        Self { json: own.clone(), own }
    }
}

/// A policy in lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicySummary {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `name:version` of the catalog item that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_item_id: Option<String>,
    /// How it is.
    pub state: Status,
    /// What it last saw or did.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub highlights: BTreeMap<String, Highlight>,
    /// Where more is.
    pub links: PolicyLinks,
    /// Always `POLICY`.
    pub adjunct_type: AdjunctType,
}

/// Where more about a policy is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PolicyLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// Its config.
    pub config: String,
    /// Lets it go on.
    pub start: String,
    /// Lets it rest.
    pub stop: String,
    /// Takes it away.
    pub destroy: String,
    /// Its application.
    pub application: String,
    /// Its entity.
    pub entity: String,
}

impl PolicyLinks {
    /// The links of one policy.
    pub fn new(app: &str, entity: &str, policy: &str) -> Self {
        let entity = paths::entity(app, entity);
        let own = paths::below(&entity, "policies", policy);
        let below = |leaf: &str| format!("{own}/{leaf}");
        Self {
            config: below("config"),
            start: below("start"),
            stop: below("stop"),
            destroy: below("destroy"),
            application: paths::application(app),
            entity,
            own,
        }
    }
}

/// A config key of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyConfigSummary {
    /// Its name.
    pub name: String,
    /// The class of its values, as Brooklyn names it.
    #[serde(rename = "type")]
    pub kind: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is when nobody sets it, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Whether it may be changed while the policy is there.
    pub reconfigurable: bool,
    /// Always empty, as in Brooklyn.
    pub constraints: Vec<Value>,
    /// Where more is.
    pub links: PolicyConfigLinks,
}

/// Where more is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PolicyConfigLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// Its application.
    pub application: String,
    /// Its entity.
    pub entity: String,
    /// Its policy.
    pub policy: String,
}

impl PolicyConfigLinks {
    /// The links of one key.
    pub fn new(app: &str, entity: &str, policy: &str, key: &str) -> Self {
        let entity = paths::entity(app, entity);
        let policy = paths::below(&entity, "policies", policy);
        let own = paths::below(&policy, "config", key);
        Self { own, application: paths::application(app), entity, policy }
    }
}

/// The word for a policy that is a value; only policies begin tasks.
pub const ADJUNCT_STUB_TYPE: &str = "org.apache.brooklyn.api.policy.Policy";

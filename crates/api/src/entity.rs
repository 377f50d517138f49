//! `/v1/applications/A/entities`, and the tree of `/v1/applications/fetch`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::paths;

/// An entity in lists and alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntitySummary {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `name:version` of the catalog item that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_item_id: Option<String>,
    /// Where more is.
    pub links: EntityLinks,
}

/// Where more about an entity is, in Brooklyn's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityLinks {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
    /// Its parent; an application has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Its application.
    pub application: String,
    /// Below it.
    pub children: String,
    /// Below it.
    pub config: String,
    /// Below it.
    pub sensors: String,
    /// Below it.
    pub effectors: String,
    /// Below it.
    pub adjuncts: String,
    /// Below it.
    pub policies: String,
    /// Below it.
    pub activities: String,
    /// Below it.
    pub locations: String,
    /// Below it.
    pub tags: String,
    /// Below it.
    pub expunge: String,
    /// `E/name`.
    pub rename: String,
    /// Below it.
    pub spec: String,
    /// Its picture, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// The catalog item that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
}

impl EntityLinks {
    /// The links of one entity.
    pub fn new(app: &str, entity: &str, parent: Option<&str>, has_icon: bool, item: Option<&str>) -> Self {
        let own = paths::entity(app, entity);
        let below = |leaf: &str| format!("{own}/{leaf}");
        Self {
            parent: parent.map(|p| paths::entity(app, p)),
            application: paths::application(app),
            children: below("children"),
            config: below("config"),
            sensors: below("sensors"),
            effectors: below("effectors"),
            adjuncts: below("adjuncts"),
            policies: below("policies"),
            activities: below("activities"),
            locations: below("locations"),
            tags: below("tags"),
            expunge: below("expunge"),
            rename: below("name"),
            spec: below("spec"),
            icon_url: has_icon.then(|| below("icon")),
            catalog: item
                .and_then(|id| id.rsplit_once(':'))
                .map(|(name, of)| crate::catalog::entity_path(name, of)),
            own,
        }
    }
}

/// An entity of the tree, in the key order that was observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityDetail {
    /// Its application.
    pub application_id: String,
    /// Its id.
    pub id: String,
    /// Its parent.
    pub parent_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `service.isUp`.
    pub service_up: Option<bool>,
    /// `service.state`.
    pub service_state: Option<String>,
    /// Its picture.
    pub icon_url: Option<String>,
    /// As in [`EntitySummary`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_item_id: Option<String>,
    /// The whole depth.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub children: Vec<EntityNode>,
    /// Groups that it belongs to.
    pub group_ids: Vec<String>,
    /// Members of a group.
    pub members: Vec<Member>,
    /// Itself.
    pub links: SelfLink,
    /// In `applications/details` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Value>>,
    /// Epoch milliseconds.
    pub creation_time_utc: u64,
    /// To other entities.
    pub relations: Vec<RelationSummary>,
    /// Those that were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensors: Option<BTreeMap<String, Value>>,
    /// Likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<BTreeMap<String, Value>>,
}

/// An entity of a tree, with as much of it as the depth that was asked for allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum EntityNode {
    /// All of it.
    Detail(Box<EntityDetail>),
    /// Beyond that depth.
    Bare(EntityBare),
}

/// An entity of which only is said that it is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityBare {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// As in [`EntitySummary`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_item_id: Option<String>,
    /// Itself.
    pub links: SelfLink,
}

/// How an entity is related to others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RelationSummary {
    /// Which relation.
    #[serde(rename = "type")]
    pub kind: RelationType,
    /// The ids of those others.
    pub targets: Vec<String>,
}

/// A relation, as it is seen from one of its ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RelationType {
    /// What it is called here.
    pub name: String,
    /// What the others are called.
    pub target: String,
    /// What this entity is called.
    pub source: String,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Member {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A link to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SelfLink {
    /// Itself.
    #[serde(rename = "self")]
    pub own: String,
}

/// The word for an entity that is a value.
pub const ENTITY_STUB_TYPE: &str = "org.apache.brooklyn.api.entity.Entity";

//! What acts by itself beside an entity: policies, enrichers, and feeds (sensors that are polled or computed).

use serde::{Deserialize, Serialize};

use super::{ConfigMap, TypeName};

/// A policy, enricher or feed that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdjunctSpec {
    /// What it is.
    pub kind: AdjunctKind,
    /// Which one, by its full name ([`crate::adjuncts::by_wire_name`]).
    pub type_name: TypeName,
    /// The name to show; without one, the type's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A second one with the same tag on the same entity replaces the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_tag: Option<String>,
    /// Its config as given, by canonical key. It inherits nothing from its entity.
    #[serde(default, skip_serializing_if = "ConfigMap::is_empty")]
    pub config: ConfigMap,
    /// The catalog item that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_id: Option<String>,
}

/// What an adjunct is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjunctKind {
    /// Acts on what it sees: calls effectors.
    Policy,
    /// Computes sensors from sensors.
    Enricher,
    /// Brings sensors from outside.
    Feed,
}

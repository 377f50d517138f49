//! Config keys that a blueprint declares for itself: `brooklyn.parameters` (`brooklyn-blueprints.md` 1.4).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ConfigValue;
use crate::types::Inheritance;
use crate::value::ValueType;

/// A declared config key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeySpec {
    /// Its name.
    pub name: String,
    /// Other names under which a value may stand (`deprecatedNames`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The type of its values as the blueprint has it; [`KeySpec::value_type`] reads it.
    #[serde(rename = "type")]
    pub type_name: String,
    /// For people, short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its value where none is given, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<ConfigValue>,
    /// What its values must fulfil.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<Constraint>,
    /// How entities below see it; `None`: as the key of this name that the type has, else the nearest one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inheritance: Option<Inheritance>,
    /// How its values go together with those of what is made from the item that declares it; `None`: as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_inheritance: Option<Inheritance>,
    /// Whether forms show it first.
    pub pinned: bool,
    /// Whether it may be changed while the entity is managed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reconfigurable: bool,
}

impl KeySpec {
    /// The type of its values; anything goes where a later version wrote a name that this one does not know.
    pub fn value_type(&self) -> ValueType {
        ValueType::by_name(&self.type_name).unwrap_or(ValueType::Any)
    }
}

/// What a value must fulfil.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// There is one, and it is not blank.
    Required,
    /// A text that the whole expression (Java's) matches.
    Regex(String),
    /// A text that the pattern matches.
    Glob(String),
    /// An address that answers.
    UrlExists,
    /// There is none if that key has one.
    ForbiddenIf(String),
    /// There is none unless that key has one.
    ForbiddenUnless(String),
    /// There is one if that key has one.
    RequiredIf(String),
    /// There is one unless that key has one.
    RequiredUnless(String),
    /// There is none unless one of those keys has one.
    ForbiddenUnlessAnyOf(Vec<String>),
    /// There is one unless one of those keys has one.
    RequiredUnlessAnyOf(Vec<String>),
    /// One of these at least.
    Any(Vec<Constraint>),
    /// All of these.
    All(Vec<Constraint>),
    /// There is one.
    NotNull,
    /// There is none, or it is blank.
    IsBlank,
    /// Nothing.
    AlwaysTrue,
    /// Never fulfilled.
    AlwaysFalse,
    /// A condition (`brooklyn-blueprints.md` A) as given.
    Predicate(Value),
}

//! What the engine gets and the log keeps: a blueprint after all its words were understood.
//!
//! These types go into log records. A field may be added with a default; none may change its meaning or go away
//! without a new record format.

mod adjunct;
mod effector;
mod location;
mod parameter;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::BundleId;
pub use adjunct::{AdjunctKind, AdjunctSpec};
pub use effector::{
    ChildrenBatch, EffectorBody, EffectorSpec, ExecutionTarget, HttpEffector, NewChildren, ParameterSpec,
};
pub use location::{LocationKind, LocationSpec, MachineSpec};
pub use parameter::{Constraint, KeySpec};

/// Config by key, in the order of the keys: the same text gives the same bytes in a record.
pub type ConfigMap = BTreeMap<String, ConfigValue>;

/// An application that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppSpec {
    /// The application itself; its children are the services.
    pub root: EntitySpec,
    /// The blueprint as it was given.
    pub source: String,
    /// What its author should know although it was accepted (unknown keys and the like).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<SpecWarning>,
}

impl AppSpec {
    /// The name to show: the application's, or that of its type.
    pub fn name(&self) -> &str {
        self.root.name.as_deref().unwrap_or_else(|| self.root.type_name.simple())
    }
}

/// An entity that was asked for, with everything below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntitySpec {
    /// What it is.
    pub type_name: TypeName,
    /// The name to show; without one, the type and the id make it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Config as it was given, by canonical key (aliases are replaced; undeclared keys are kept).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: ConfigMap,
    /// What is below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<EntitySpec>,
    /// Effectors that the blueprint adds to those of the type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effectors: Vec<EffectorSpec>,
    /// Sensors that the blueprint sets at creation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensors: Vec<StaticSensorSpec>,
    /// Tags, as given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Value>,
    /// Where it runs. `None`: where its parent does. Empty: nowhere, said explicitly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locations: Option<Vec<LocationSpec>>,
    /// The address of its icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// The catalog item that it was made from, `name:version`; for what stands in an item's text without being
    /// made from another one, that item. `None`: it stands in the blueprint itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_id: Option<String>,
    /// Config keys that the blueprint declares (`brooklyn.parameters`), before those of the type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<KeySpec>,
    /// What acts by itself beside it: policies, enrichers, feeds, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjuncts: Vec<AdjunctSpec>,
    /// The bundles that its texts stand in, nearest first: `classpath:` names a file of the first that has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bundles: Vec<BundleId>,
}

impl EntitySpec {
    /// An entity of this type with nothing set.
    pub fn new(type_name: TypeName) -> Self {
        Self {
            type_name,
            name: None,
            config: ConfigMap::new(),
            children: Vec::new(),
            effectors: Vec::new(),
            sensors: Vec::new(),
            tags: Vec::new(),
            locations: None,
            icon_url: None,
            catalog_id: None,
            parameters: Vec::new(),
            adjuncts: Vec::new(),
            bundles: Vec::new(),
        }
    }

    /// The `id` that the blueprint gives it, by which others in the same blueprint name it.
    pub fn plan_id(&self) -> Option<&str> {
        self.config.get(crate::types::common::PLAN_ID.name).and_then(|v| v.given().as_str())
    }

    /// This entity and all below it, parents before their children.
    pub fn walk(&self) -> impl Iterator<Item = &EntitySpec> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let next = open.pop()?;
            open.extend(next.children.iter().rev());
            Some(next)
        })
    }
}

/// The full name of an entity type as it goes over the wire (`org.apache.brooklyn.entity.stock.BasicEntity`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypeName(String);

impl TypeName {
    /// Takes a name as it stands in a record; whether it is known is [`crate::types::by_wire_name`]'s answer.
    pub fn new(wire_name: impl Into<String>) -> Self {
        Self(wire_name.into())
    }

    /// The full name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part: `BasicEntity`.
    pub fn simple(&self) -> &str {
        self.0.rsplit(['.', '$']).next().unwrap_or(&self.0)
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value as its author wrote it. What it means is decided when it is read ([`crate::config::resolve`]):
/// a `$brooklyn:` expression may stand anywhere in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConfigValue(Value);

impl ConfigValue {
    /// Takes a value as it is.
    pub fn new(given: impl Into<Value>) -> Self {
        Self(given.into())
    }

    /// The value as given, expressions unresolved. To show it or to store it, not to act on it.
    pub fn given(&self) -> &Value {
        &self.0
    }
}

/// A sensor with a fixed value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaticSensorSpec {
    /// Its name.
    pub name: String,
    /// Its type as the blueprint has it.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its value.
    pub value: ConfigValue,
}

/// Something that the author of an accepted blueprint should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecWarning {
    /// What.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// In which line, from 1.
    pub line: u32,
    /// In which column, from 1, in characters.
    pub column: u32,
}

impl fmt::Display for SpecWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

//! An item: a named, versioned piece of blueprint.

use std::collections::BTreeMap;
use std::fmt;

use base::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An item's name and version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemId {
    /// Its symbolic name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.version)
    }
}

/// What an item can be used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A type of entities.
    Entity,
    /// A type of applications (which is one of entities, too).
    Application,
    /// A blueprint to start from (quick launch): its text is kept as it is, readable or not.
    Template,
    /// A type of policies.
    Policy,
    /// A type of enrichers.
    Enricher,
    /// A location that blueprints may name.
    Location,
    /// An initializer, a feed, a predicate: what stands in a blueprint where a map with a `type` does.
    Bean,
}

/// An item as the log keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its name and version.
    pub id: ItemId,
    /// What it can be used as.
    pub kind: ItemKind,
    /// What it says.
    pub plan: ItemPlan,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The address of its icon, as given (`classpath:` names a file of its bundle).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Tags, as given, those of the maps around it first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Value>,
    /// The Java names of what it is made of, most special first; for questions such as `?supertype=entity`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supertypes: Vec<String>,
    /// Whether newer ones are to be preferred.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Whether it may not be used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// What else was said of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, Value>,
}

impl Item {
    /// Whether another one with the same id means the same: its place in its document does not matter, nor whether
    /// it is deprecated or disabled, which may be changed later.
    pub fn says_the_same(&self, other: &Item) -> bool {
        let said = |item: &Item| Item {
            deprecated: false,
            disabled: false,
            plan: ItemPlan { line: 0, file: String::new(), ..item.plan.clone() },
            ..item.clone()
        };
        said(self) == said(other)
    }
}

/// What an item says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemPlan {
    /// In which way (`brooklyn-camp`, `bean-with-type`), if its author said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The text of the plan, cut out of the document as it stood there, with its indentation taken away.
    pub text: String,
    /// The line of the BOM (or of the file that it was included from) where the text begins, from 1: errors in it
    /// name the place that its author knows.
    pub line: u32,
    /// The file of the bundle that the text stands in: `catalog.bom`, or what that one includes.
    pub file: String,
}

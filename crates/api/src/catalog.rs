//! `/v1/catalog`: what blueprints may name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::PossibleValue;
use crate::effector::ParameterSummary;
use crate::entity::SelfLink;
use crate::paths;

/// Where it is.
const CATALOG: &str = "/v1/catalog";

/// An item as the older resources show it (`/v1/catalog/entities` and so on), in Brooklyn's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogItemSummary {
    /// Its name.
    pub symbolic_name: String,
    /// Its version.
    pub version: String,
    /// `name:version` of its bundle; what is built in has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containing_bundle: Option<String>,
    /// The name to show.
    pub name: Option<String>,
    /// The class that it is made of.
    pub java_type: String,
    /// `APPLICATION`, `ENTITY`, `policy`, `enricher`, `location` or `bean`.
    pub item_type: String,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_yaml: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// As given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Value>,
    /// What it can be set up with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Vec<TypeConfig>>,
    /// What it tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensors: Vec<TypeSensor>,
    /// What can be asked of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effectors: Vec<TypeEffector>,
    /// Whether newer ones are to be preferred.
    pub deprecated: bool,
    /// Where more is.
    pub links: SelfLink,
    /// `name:version`.
    pub id: String,
    /// Its name once more.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A type, in Brooklyn's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeSummary {
    /// Its name.
    pub symbolic_name: String,
    /// Its version.
    pub version: String,
    /// `name:version` of its bundle; what is built in has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containing_bundle: Option<String>,
    /// `SPEC` or `BEAN`.
    pub kind: String,
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its picture is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Other names that mean it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The classes that it is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supertypes: Vec<String>,
    /// As given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Value>,
    /// Whether it may not be used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// Whether newer ones are to be preferred.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// What it says; only alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<TypePlan>,
    /// Where more is.
    pub links: SelfLink,
    /// Whether it is a blueprint to start from.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub template: bool,
    /// The address of its picture as its author wrote it, where that is a file of its bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url_source: Option<String>,
    /// What it says, in Brooklyn's other form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spec_list: Vec<SpecSummary>,
    /// What it can be set up with; only alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Vec<TypeConfig>>,
    /// What it tells; only alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensors: Option<Vec<TypeSensor>>,
    /// What can be asked of it; only alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effectors: Option<Vec<TypeEffector>>,
    /// What it says; only in the answer to an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_yaml: Option<String>,
    /// The name to show, once more, or null; only in the answer to an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Value>,
}

/// What a type says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TypePlan {
    /// In which way, if its author said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The text.
    pub data: String,
}

/// One of the ways in which a type is written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SpecSummary {
    /// For people.
    pub summary: String,
    /// In which way.
    pub format: String,
    /// The text.
    pub contents: String,
}

/// A config key of a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeConfig {
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
    /// The name to show.
    pub label: String,
    /// How early it is shown: those of a blueprint come first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<f64>,
    /// The constants of an enum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possible_values: Option<Vec<PossibleValue>>,
    /// Whether it is always shown; not told of policies and enrichers in the older lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// What its values must fulfil.
    pub constraints: Vec<Value>,
    /// None: it belongs to no entity yet.
    pub links: BTreeMap<String, String>,
}

/// A sensor of a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TypeSensor {
    /// Its name.
    pub name: String,
    /// The class of its values, as Brooklyn names it.
    #[serde(rename = "type")]
    pub kind: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// None: it belongs to no entity yet.
    pub links: BTreeMap<String, String>,
}

/// An effector of a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeEffector {
    /// Its name.
    pub name: String,
    /// The class of its result, `void` for none.
    pub return_type: String,
    /// What it takes.
    pub parameters: Vec<ParameterSummary>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BundleSummary {
    /// Its name.
    pub symbolic_name: String,
    /// Its version.
    pub version: String,
    /// What is in it, if that was asked for.
    pub types: Vec<TypeSummary>,
    /// Said of a BOM by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleteable: Option<bool>,
    /// Its version in the form of `OSGi`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub osgi_version: Option<String>,
    /// The hash of what was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// In which way it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
}

/// What became of an upload or a removal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BundleInstallation {
    /// For people.
    pub message: String,
    /// `name:version`.
    pub bundle: String,
    /// What became of it.
    pub code: InstallationCode,
    /// What is in it, by `name:version`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, TypeSummary>,
}

/// What became of an upload or a removal, in Brooklyn's words and spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum InstallationCode {
    /// It is there now.
    #[serde(rename = "INSTALLED_NEW_BUNDLE")]
    Installed,
    /// It has taken another one's place.
    #[serde(rename = "UPDATED_EXISTING_BUNDLE")]
    Updated,
    /// The very same was there.
    #[serde(rename = "IGNORING_BUNDLE_AREADY_INSTALLED")]
    Ignored,
    /// It is gone.
    #[serde(rename = "BUNDLE_REMOVED")]
    Removed,
}

/// `/v1/catalog/types/T/V`, or below its bundle.
pub fn type_path(bundle: Option<(&str, &str)>, name: &str, version: &str) -> String {
    let above = match bundle {
        Some((bundle, of)) => versioned(CATALOG, "bundles", bundle, of),
        None => CATALOG.to_owned(),
    };
    versioned(&above, "types", name, version)
}

/// `/v1/catalog/entities/T/V`.
pub fn entity_path(name: &str, version: &str) -> String {
    versioned(CATALOG, "entities", name, version)
}

/// `/v1/catalog/KIND/T:V/V`: the version is in it twice, as in Brooklyn.
pub fn item_path(kind: &str, name: &str, version: &str) -> String {
    versioned(CATALOG, kind, &format!("{name}:{version}"), version)
}

/// `/v1/catalog/types/T/V/icon`.
pub fn type_icon_path(name: &str, version: &str) -> String {
    format!("{}/icon", versioned(CATALOG, "types", name, version))
}

/// `/v1/catalog/bundles/B/V/icon`.
pub fn bundle_icon_path(name: &str, version: &str) -> String {
    format!("{}/icon", versioned(CATALOG, "bundles", name, version))
}

/// `/v1/catalog/icon/T/V`.
pub fn icon_path(name: &str, version: &str) -> String {
    versioned(CATALOG, "icon", name, version)
}

/// A name and a version below a folder.
fn versioned(above: &str, folder: &str, name: &str, version: &str) -> String {
    paths::segment(&paths::below(above, folder, name), version)
}

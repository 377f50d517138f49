//! What a blueprint would create, as it is shown: secrets left out, specs of members taken out of their values.

use base::secret::is_sensitive_name;
use model::compile::{ENTITY_SPEC, Origin, Place};
use model::spec::{AdjunctKind, ConfigMap, EffectorSpec, KeySpec, LocationKind, LocationSpec};
use model::{EntitySpec, TypeName};
use serde::Serialize;
use serde_json::Value;

/// What stands in the place of a secret.
const HIDDEN: &str = "******";

/// An entity that would be created.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Planned {
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) name: Option<String>,
    pub(crate) id: Option<String>,
    #[serde(flatten)]
    pub(crate) origin: Source,
    /// The catalog item that it is made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) catalog_item_id: Option<String>,
    pub(crate) locations: Option<Vec<String>>,
    pub(crate) config: Vec<Setting>,
    pub(crate) parameters: Vec<String>,
    pub(crate) effectors: Vec<String>,
    pub(crate) sensors: Vec<String>,
    pub(crate) policies: Vec<String>,
    pub(crate) enrichers: Vec<String>,
    pub(crate) tags: Vec<Value>,
    pub(crate) children: Vec<Planned>,
}

/// A config key that is set.
#[derive(Debug, Serialize)]
pub(crate) struct Setting {
    pub(crate) key: String,
    pub(crate) value: Value,
    #[serde(flatten)]
    pub(crate) origin: Source,
    /// Specs of entities that stand in the value, which has their types in their places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) specs: Vec<Planned>,
}

/// The line that something comes from; nothing where it is not known.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Source {
    pub(crate) line: Option<u32>,
    /// The catalog item whose line it is, where it is not the blueprint's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<String>,
}

impl Source {
    fn of(origin: Option<&Origin>) -> Self {
        Self { line: origin.map(|o| o.line), item: origin.and_then(|o| o.item.clone()) }
    }
}

/// What would become of a spec.
pub(crate) fn entity(spec: &EntitySpec, place: &Place) -> Planned {
    let adjuncts = |kind| {
        let of_kind = spec.adjuncts.iter().filter(move |a| a.kind == kind);
        of_kind.map(|a| named(a.type_name.simple(), a.name.as_deref(), &a.config)).collect::<Vec<_>>()
    };
    let feeds = spec.adjuncts.iter().filter(|a| a.kind == AdjunctKind::Feed);
    let fixed = spec.sensors.iter().map(|s| {
        let value = shown(&s.name, s.value.given(), &mut Vec::new());
        format!("{} = {}", s.name, text(&value))
    });
    let sensors =
        fixed.chain(feeds.map(|f| format!("{}: {}", f.name.as_deref().unwrap_or("?"), f.type_name.simple())));
    let nowhere = Place::default();
    Planned {
        type_name: spec.type_name.simple().to_owned(),
        name: spec.name.clone(),
        id: spec.plan_id().map(str::to_owned),
        origin: Source::of(place.origin.as_ref()),
        catalog_item_id: spec.catalog_id.clone(),
        locations: spec.locations.as_ref().map(|all| all.iter().map(location).collect()),
        config: settings(&spec.config, place),
        parameters: spec.parameters.iter().map(parameter).collect(),
        effectors: spec.effectors.iter().map(effector).collect(),
        sensors: sensors.collect(),
        policies: adjuncts(AdjunctKind::Policy),
        enrichers: adjuncts(AdjunctKind::Enricher),
        tags: spec.tags.clone(),
        children: spec
            .children
            .iter()
            .enumerate()
            .map(|(i, child)| entity(child, place.children.get(i).unwrap_or(&nowhere)))
            .collect(),
    }
}

fn settings(config: &ConfigMap, place: &Place) -> Vec<Setting> {
    let mut all: Vec<Setting> = config
        .iter()
        // The id is shown beside the name.
        .filter(|(key, _)| *key != model::types::common::PLAN_ID.name)
        .map(|(key, value)| {
            let mut specs = Vec::new();
            let value = shown(key, value.given(), &mut specs);
            Setting { key: key.clone(), value, origin: Source::of(place.keys.get(key)), specs }
        })
        .collect();
    // The blueprint's own lines first, then those of items.
    all.sort_by_key(|s| (s.origin.item.clone(), s.origin.line.unwrap_or(u32::MAX)));
    all
}

/// A value without secrets, entity specs replaced by the types of their entities.
fn shown(key: &str, value: &Value, specs: &mut Vec<Planned>) -> Value {
    match value {
        Value::Object(map) => {
            if let Some(spec) = map.get(ENTITY_SPEC).filter(|_| map.len() == 1)
                && let Ok(spec) = serde_json::from_value::<EntitySpec>(spec.clone())
            {
                specs.push(entity(&spec, &Place::default()));
                return format!("spec of {}", described(&spec.type_name, spec.name.as_deref())).into();
            }
            map.iter().map(|(k, v)| (k.clone(), shown(k, v, specs))).collect()
        }
        _ if is_sensitive_name(key) && !value.is_null() => HIDDEN.into(),
        Value::Array(items) => items.iter().map(|item| shown(key, item, specs)).collect(),
        other => other.clone(),
    }
}

fn described(type_name: &TypeName, name: Option<&str>) -> String {
    named(type_name.simple(), name, &ConfigMap::new())
}

fn named(type_name: &str, name: Option<&str>, config: &ConfigMap) -> String {
    let name = name.map(|n| format!(" \"{n}\"")).unwrap_or_default();
    let keys: Vec<&str> = config.keys().map(String::as_str).collect();
    let config = if keys.is_empty() { String::new() } else { format!(" ({})", keys.join(", ")) };
    format!("{type_name}{name}{config}")
}

/// A location in a line: its spec, its machines, its flags.
fn location(location: &LocationSpec) -> String {
    let inner = match &location.kind {
        LocationKind::Localhost => Vec::new(),
        LocationKind::Byon { machines, deferred } => {
            let machine = |m: &model::spec::MachineSpec| {
                let user = m.user.as_ref().map(|u| format!("{u}@")).unwrap_or_default();
                let port = m.port.map(|p| format!(":{p}")).unwrap_or_default();
                format!("{user}{}{port}", m.address)
            };
            let deferred = deferred.iter().map(|d| d.given().to_string());
            machines.iter().map(machine).chain(deferred).collect()
        }
        LocationKind::Single(one) => vec![self::location(one)],
        LocationKind::Multi(all) => all.iter().map(self::location).collect(),
    };
    let inner = if inner.is_empty() { String::new() } else { format!(": {}", inner.join(", ")) };
    let flags: Vec<String> = location
        .flags
        .iter()
        .map(|(key, value)| format!("{key}={}", text(&shown(key, value.given(), &mut Vec::new()))))
        .collect();
    let flags = if flags.is_empty() { String::new() } else { format!(" ({})", flags.join(", ")) };
    format!("{}{inner}{flags}", location.spec)
}

fn parameter(key: &KeySpec) -> String {
    let default = key.default.as_ref().map(|d| {
        let value = shown(&key.name, d.given(), &mut Vec::new());
        format!(" = {}", text(&value))
    });
    format!("{}: {}{}", key.name, key.type_name, default.unwrap_or_default())
}

fn effector(effector: &EffectorSpec) -> String {
    let names: Vec<&str> = effector.parameters.iter().map(|p| p.name.as_str()).collect();
    format!("{}({})", effector.name, names.join(", "))
}

/// A value in one line.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_end().to_owned(),
        other => other.to_string(),
    }
}

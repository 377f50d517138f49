//! Sensors: which there are, and how their values look.

use std::collections::BTreeMap;

use api::sensor::{SensorLinks, SensorSummary};
use engine::{Entity, Root};
use model::ValueType;
use model::types::{Behaviour, TypeDef};
use serde_json::{Map, Value};

use super::text;

const ANY: &str = "java.lang.Object";
const TRANSITION: &str = "service.state.expected";

/// All sensors of an entity: those that its type and its blueprint declare, and those that somebody set.
pub(in crate::http) fn list(entity: &Entity) -> Vec<SensorSummary> {
    let type_def = entity.type_def();
    let described = |name: &str| type_def.and_then(|t| t.sensor(name));
    let mut all = BTreeMap::new();
    for (name, kind) in &entity.def.sensor_types {
        all.insert(name.as_str(), (ValueType::java_name(kind), None));
    }
    let declared = type_def.into_iter().flat_map(TypeDef::declared_sensors).map(|def| def.name);
    for name in declared.chain(told(entity)) {
        match described(name) {
            Some(def) => all.insert(name, (def.java_type, Some(def.description))),
            None => Some(*all.entry(name).or_insert((ANY, None))),
        };
    }
    let (app, id) = (entity.app.as_str(), entity.id.as_str());
    all.into_iter()
        .map(|(name, (kind, description))| {
            let value = entity.sensor(name).and_then(Value::as_str);
            let open = value.filter(|_| kind == "java.net.URI").map(str::to_owned);
            SensorSummary {
                name: name.to_owned(),
                kind: kind.to_owned(),
                // One that a blueprint or a user brought is described by its name, as in Brooklyn.
                description: Some(description.unwrap_or(name).to_owned()),
                links: SensorLinks::new(app, id, name, open),
            }
        })
        .collect()
}

/// All values, with null for those that the type declares and nobody has set.
pub(in crate::http) fn values(root: &Root, entity: &Entity, hints: bool) -> Map<String, Value> {
    let declared = entity.type_def().into_iter().flat_map(TypeDef::declared_sensors).map(|def| def.name);
    let value = |name: &str| (name.to_owned(), shown(root, entity, name, hints).unwrap_or(Value::Null));
    declared.chain(told(entity)).map(value).collect()
}

/// The sensors that have a value. What a `BasicStartable` has no trouble with it does not speak of: Brooklyn's has no
/// such sensor until there is some.
fn told(entity: &Entity) -> impl Iterator<Item = &str> {
    let is_quiet = entity.behaviour() == Behaviour::Startable;
    let is_trouble = |name: &str| matches!(name, "service.notUp.indicators" | "service.problems");
    let is_empty = |name: &str| entity.sensor(name).and_then(Value::as_object).is_some_and(Map::is_empty);
    let names = entity.sensors.keys().map(String::as_str);
    names.filter(move |name| !(is_quiet && is_trouble(name) && is_empty(name)))
}

/// One value; with hints, in the words for people.
pub(in crate::http) fn shown(root: &Root, entity: &Entity, name: &str, hints: bool) -> Option<Value> {
    let Some(value) = entity.sensor(name) else {
        return match name {
            "entity.id" => Some(Value::from(entity.id.as_str())),
            "application.id" => Some(Value::from(entity.app.as_str())),
            _ => None,
        };
    };
    if hints
        && name == TRANSITION
        && let Some(text) = text::transition(value)
    {
        return Some(Value::String(text));
    }
    Some(if hints { text::for_people(root, value.clone()) } else { value.clone() })
}

/// One value as plain text.
pub(in crate::http) fn plain(entity: &Entity, name: &str, value: &Value) -> String {
    let kind = entity.type_def().and_then(|t| t.sensor(name)).map_or(ANY, |def| def.java_type);
    if kind.ends_with(".Lifecycle")
        && let Some(state) = engine::Lifecycle::from_value(value)
    {
        return state.spoken();
    }
    text::java(value)
}

//! Sensors: which there are, and how their values look.

use std::collections::BTreeMap;

use api::sensor::{SensorLinks, SensorSummary};
use engine::{Entity, Root};
use model::ValueType;
use serde_json::{Map, Value};

use super::text;

const ANY: &str = "java.lang.Object";
const TRANSITION: &str = "service.state.expected";

/// All sensors of an entity: those of its type, and those that somebody set.
pub(in crate::http) fn list(entity: &Entity) -> Vec<SensorSummary> {
    let mut all = BTreeMap::new();
    for def in entity.type_def().into_iter().flat_map(model::types::TypeDef::all_sensors) {
        all.insert(def.name, (def.java_type, Some(def.description)));
    }
    for (name, kind) in &entity.def.sensor_types {
        all.entry(name.as_str()).or_insert((ValueType::java_name(kind), None));
    }
    for name in entity.sensors.keys() {
        all.entry(name.as_str()).or_insert((ANY, None));
    }
    let (app, id) = (entity.app.as_str(), entity.id.as_str());
    all.into_iter()
        .map(|(name, (kind, description))| {
            let value = entity.sensor(name).and_then(Value::as_str);
            let open = value.filter(|_| kind == "java.net.URI").map(str::to_owned);
            SensorSummary {
                name: name.to_owned(),
                kind: kind.to_owned(),
                description: description.map(str::to_owned),
                links: SensorLinks::new(app, id, name, open),
            }
        })
        .collect()
}

/// All values, with null for those that are not set.
pub(in crate::http) fn values(root: &Root, entity: &Entity, hints: bool) -> Map<String, Value> {
    let mut all = Map::new();
    for def in entity.type_def().into_iter().flat_map(model::types::TypeDef::all_sensors) {
        all.insert(def.name.to_owned(), shown(root, entity, def.name, hints).unwrap_or(Value::Null));
    }
    for name in entity.sensors.keys() {
        if !all.contains_key(name) {
            all.insert(name.clone(), shown(root, entity, name, hints).unwrap_or(Value::Null));
        }
    }
    all
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

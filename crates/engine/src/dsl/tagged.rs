//! What is no plain value, as one: entities, sensors, functions, locations, specs and objects by reference, in maps
//! that say what they are.

use model::spec::LocationSpec;
use serde_json::{Map, Value, json};

const SENSOR: &str = "org.apache.brooklyn.api.sensor.AttributeSensor";
const LOCATION: &str = "org.apache.brooklyn.api.location.Location";
/// The key under which a spec stands, as given or compiled.
const ENTITY_SPEC: &str = "$brooklyn:entitySpec";
/// The key under which an object to be made stands.
const OBJECT: &str = "$brooklyn:object";
/// The key under which a function stands.
const REGEX_REPLACEMENT: &str = "$brooklyn:function.regexReplacement";

pub(super) fn sensor(name: &str) -> Value {
    json!({ "type": SENSOR, "name": name })
}

pub(super) fn spec_of_location(location: &LocationSpec) -> Value {
    json!({ "type": LOCATION, "id": location.spec })
}

/// The location that a value stands for, as the blueprint has it.
pub(super) fn location(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|m| m.get("type").is_some_and(|t| t == LOCATION))?;
    map.get("id")?.as_str()
}

pub(super) fn regex_replacement(pattern: &str, replacement: &str) -> Value {
    json!({ REGEX_REPLACEMENT: [pattern, replacement] })
}

pub(super) fn entity_spec(given: Value) -> Value {
    under(ENTITY_SPEC, given)
}

pub(super) fn object(given: Value) -> Value {
    under(OBJECT, given)
}

fn under(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

pub(super) fn is_entity_spec(value: &Value) -> bool {
    value.as_object().is_some_and(|m| m.len() == 1 && m.contains_key(ENTITY_SPEC))
}

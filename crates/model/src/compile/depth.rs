//! How deep a spec is nested as JSON, with what stands in its values.

use serde_json::Value;

use crate::spec::EntitySpec;

/// The depth of an entity with all that is below it.
pub(super) fn of_entity(spec: &EntitySpec) -> usize {
    let adjuncts = spec.adjuncts.iter().flat_map(|a| a.config.values());
    let values = spec.config.values().chain(adjuncts).map(|v| of_value(v.given()) + 3);
    let children = spec.children.iter().map(|child| of_entity(child) + 2);
    // Defaults, effectors and locations are as deep as a document may be, and no item is put into them.
    values.chain(children).max().unwrap_or_default().max(1)
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(of_value).max().unwrap_or_default(),
        Value::Object(map) => 1 + map.values().map(of_value).max().unwrap_or_default(),
        _ => 0,
    }
}

//! Calls an effector for each element that comes into a list, and another for each that goes.

use std::collections::BTreeMap;

use model::adjuncts::invoke_effector_on_collection_sensor_change::{
    ON_ADDED, ON_REMOVED, PARAMETER, PRODUCER, SENSOR, TYPE,
};
use serde_json::{Value, json};

use super::super::{Act, Cause, Desk, Event, Subject};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    if !desk.is_set(&ON_ADDED) && !desk.is_set(&ON_REMOVED) {
        return Err(format!("'{}' or '{}' must be set", ON_ADDED.name, ON_REMOVED.name));
    }
    Ok(vec![Subject::sensor(&desk.entity_of(&PRODUCER)?, desk.must_sensor(&SENSOR)?)])
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let now = match event {
        Event::Sensor { value, .. } => elements(value),
        Event::Begun(Cause::Added) => {
            let (producer, sensor) = (desk.entity_of(&PRODUCER)?, desk.must_sensor(&SENSOR)?);
            let known = desk.root().entity(&producer).and_then(|e| e.sensor(&sensor));
            known.map(elements).unwrap_or_default()
        }
        _ => return Ok(()),
    };
    let before = elements(desk.memory());
    desk.remember(Value::Array(now.clone()));
    let missing = |of: &[Value], in_: &[Value]| -> Vec<Value> {
        of.iter().filter(|e| !in_.contains(e)).cloned().collect()
    };
    let calls = [(&ON_ADDED, missing(&now, &before)), (&ON_REMOVED, missing(&before, &now))];
    let parameter = desk.must_text(&PARAMETER)?;
    for (key, elements) in calls {
        let Some(effector) = desk.text(key)? else { continue };
        for element in elements {
            desk.call(desk.id(), &effector, BTreeMap::from([(parameter.clone(), element)]))?;
        }
    }
    Ok(())
}

/// The elements of a list, the entries of a map.
fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        Value::Object(map) => map.iter().map(|(k, v)| json!({ k: v })).collect(),
        _ => Vec::new(),
    }
}

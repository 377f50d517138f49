//! One entry of a map sensor, kept as another sensor says.

use model::adjuncts::enricher::TARGET;
use model::adjuncts::updating_map::{COMPUTING, KEY, REMOVING_IF_NULL, TYPE};
use serde_json::Value;

use super::super::{Act, Desk, Event};
use super::one_to_one::{hears, source_value};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let source = match (source_value(desk, event)?, event) {
        (Some(source), _) => source,
        // At the begin, there is an entry for a source that has no value yet as well.
        (None, Event::Begun(_)) => Value::Null,
        (None, _) => return Ok(()),
    };
    let target = desk.must_sensor(&TARGET)?;
    let key = match desk.text(&KEY)? {
        Some(key) => key,
        None => desk.must_sensor(&model::adjuncts::enricher::SOURCE)?,
    };
    let entry = computed(desk, source)?;
    let mut map = match desk.own_sensor(&target) {
        None => serde_json::Map::new(),
        Some(Value::Object(map)) => map.clone(),
        Some(other) => return Err(format!("sensor '{target}' holds no map but {other}")),
    };
    if entry.is_null() && desk.flag(&REMOVING_IF_NULL)? {
        map.remove(&key);
    } else {
        map.insert(key, entry);
    }
    desk.publish(&target, map.into(), true);
    Ok(())
}

/// The entry for a value of the source.
fn computed(desk: &Desk<'_>, source: Value) -> Result<Value, String> {
    if let Some(function) = desk.function(&COMPUTING)? {
        return desk.applied(&COMPUTING, &function, source);
    }
    match desk.value(&COMPUTING)? {
        Value::Null => Ok(source),
        Value::Object(map) => {
            let word = source.as_str().map_or_else(|| source.to_string(), str::to_owned);
            Ok(map.get(&word).cloned().unwrap_or_default())
        }
        _ => {
            Err(format!("'{}' is a Java function, which Brownstone does not run; give a map", COMPUTING.name))
        }
    }
}

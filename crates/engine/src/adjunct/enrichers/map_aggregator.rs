//! A map with an entry for each of many entities, of two of their sensors.

use model::adjuncts::enricher::{SUPPRESS_DUPLICATES, TARGET};
use model::adjuncts::map_aggregator::{KEY_SENSOR, TYPE, VALUE_SENSOR};
use serde_json::{Map, Value};

use super::super::{Act, Desk, Event, Subject};
use super::many::Many;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    desk.must_sensor(&TARGET)?;
    Ok(Many::read(desk)?.subjects(&[desk.must_sensor(&KEY_SENSOR)?, desk.must_sensor(&VALUE_SENSOR)?]))
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let (key, value) = (desk.must_sensor(&KEY_SENSOR)?, desk.must_sensor(&VALUE_SENSOR)?);
    let mut map = Map::new();
    for entity in Many::read(desk)?.entities(desk)? {
        let entry = match entity.sensor(&key) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        if let Some(value) = entity.sensor(&value) {
            map.insert(entry, value.clone());
        }
    }
    let quiet = matches!(event, Event::Begun(_)) || desk.flag(&SUPPRESS_DUPLICATES)?;
    desk.publish(&desk.must_sensor(&TARGET)?, map.into(), quiet);
    Ok(())
}

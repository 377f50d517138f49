//! What enrichers share that make one sensor out of another.

use model::adjuncts::enricher::{PRODUCER, SOURCE, SUPPRESS_DUPLICATES, TARGET, TARGET_TYPE};
use serde_json::Value;

use super::super::{Desk, Event, Subject, settings};

/// It hears of its source.
pub(super) fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let (producer, source) = (desk.entity_of(&PRODUCER)?, desk.must_sensor(&SOURCE)?);
    check_no_circle(desk, &source)?;
    Ok(vec![Subject::sensor(&producer, source)])
}

/// Refuses an enricher that would be its own cause.
pub(super) fn check_no_circle(desk: &Desk<'_>, source: &str) -> Result<(), String> {
    let same = desk.entity_of(&PRODUCER)? == *desk.id() && target(desk)?.as_deref() == Some(source);
    if same {
        Err(format!("it would set '{source}', which it reads: choose another targetSensor"))
    } else {
        Ok(())
    }
}

/// The sensor that is set: that of the same name where none is given.
fn target(desk: &Desk<'_>) -> Result<Option<String>, String> {
    Ok(desk.sensor_name(&TARGET)?.or(desk.sensor_name(&SOURCE)?))
}

/// The source's value, as it was told or, at the begin, as it is. `None`: there is nothing to compute from.
pub(super) fn source_value(desk: &Desk<'_>, event: &Event<'_>) -> Result<Option<Value>, String> {
    match event {
        Event::Sensor { value, .. } => Ok(Some((*value).clone())),
        Event::Begun(_) => {
            let (producer, source) = (desk.entity_of(&PRODUCER)?, desk.must_sensor(&SOURCE)?);
            Ok(desk.root().entity(&producer).and_then(|e| e.sensor(&source)).cloned())
        }
        _ => Ok(None),
    }
}

/// The number that a sensor's new value is; `None` at other events, and where it is none.
pub(super) fn new_number(event: &Event<'_>) -> Option<f64> {
    match event {
        Event::Sensor { value, .. } => number(value),
        _ => None,
    }
}

/// A number, or a text that is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|n: &f64| n.is_finite())
}

/// Publishes the target, as the type that was asked for. What is computed at the begin is no event unless it is new.
pub(super) fn publish(desk: &mut Desk<'_>, value: Value, event: &Event<'_>) -> Result<(), String> {
    let Some(target) = target(desk)? else { return Err(settings::missing(&TARGET)) };
    let value = match desk.text(&TARGET_TYPE)? {
        Some(type_name) if !value.is_null() => settings::coerce(&target, &type_name, value)?,
        _ => value,
    };
    let quiet = matches!(event, Event::Begun(_)) || desk.flag(&SUPPRESS_DUPLICATES)?;
    desk.publish(&target, value, quiet);
    Ok(())
}

/// The last value that was noted, with its time.
pub(super) fn last_noted(desk: &Desk<'_>) -> Option<(u64, f64)> {
    desk.live.window.back().copied()
}

/// Notes a value with its time, in the place of the last one.
pub(super) fn note_last(desk: &mut Desk<'_>, value: f64) {
    let now = desk.wall();
    desk.keep_window([(now, value)].into());
}

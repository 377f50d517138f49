//! What feeds share that look again and again, and how each sets its sensor.

use base::{EntityId, Span};
use model::adjuncts::ConfigDef;
use model::adjuncts::feed::{
    CONDITION, NAME, PERIOD_OR_TRIGGERS, SKIP_INITIAL_RUN, SUPPRESS_DUPLICATES, TARGET_TYPE, TRIGGERS,
};
use serde_json::Value;

use super::super::poll::{Ask, Look, Take};
use super::super::settings::{coerce, named_sensor};
use super::super::{Desk, Subject};
use crate::names;

/// How often a feed without a period and without triggers looks.
const PERIOD: Span = Span::secs(300);

/// It hears of its triggers, and of its entity's coming up where it waits for that.
pub(super) fn hears(desk: &Desk<'_>, only_if_up: &ConfigDef) -> Result<Vec<Subject>, String> {
    desk.must_text(&NAME)?;
    let mut subjects = triggers(desk)?;
    if desk.flag(only_if_up)? {
        subjects.push(Subject::sensor(desk.id(), names::IS_UP));
    }
    Ok(subjects)
}

fn triggers(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let given = desk.adjunct.spec.config.get(TRIGGERS.name).map(|v| v.given().clone()).unwrap_or_default();
    let list = match given {
        Value::Null => Vec::new(),
        Value::Array(list) => list,
        one => vec![one],
    };
    list.iter().map(|one| trigger(desk, one)).collect()
}

/// A sensor's name, or a map of entity and sensor.
fn trigger(desk: &Desk<'_>, given: &Value) -> Result<Subject, String> {
    let no = || format!("'{}' is no trigger: {given}", TRIGGERS.name);
    let Some(sensor) = given.get("sensor") else {
        return Ok(Subject::sensor(desk.id(), named_sensor(given).ok_or_else(no)?));
    };
    let entity: EntityId = match given.get("entity") {
        None => desk.id().clone(),
        Some(entity) => desk.as_entity(&desk.evaluated(&TRIGGERS, entity)?).ok_or_else(no)?,
    };
    Ok(Subject::sensor(&entity, named_sensor(sensor).ok_or_else(no)?))
}

/// How a feed looks by its config.
pub(super) fn look(desk: &Desk<'_>, only_if_up: &ConfigDef, ask: Ask, take: Take) -> Result<Look, String> {
    let triggered = desk.is_set(&TRIGGERS);
    let period = if desk.is_set(&PERIOD_OR_TRIGGERS) {
        desk.span(&PERIOD_OR_TRIGGERS)?
    } else {
        (!triggered).then_some(PERIOD)
    };
    let condition = !desk.is_set(&CONDITION) || desk.fulfils(&CONDITION, desk.id(), None)?;
    Ok(Look {
        period,
        skip_first: desk.flag(&SKIP_INITIAL_RUN)?,
        only_if_up: desk.flag(only_if_up)?,
        ask: condition.then_some(ask),
        take,
    })
}

/// Sets the feed's sensor, as the type that was asked for.
pub(super) fn publish(desk: &mut Desk<'_>, value: Value) -> Result<(), String> {
    let quiet = desk.flag(&SUPPRESS_DUPLICATES)?;
    publish_as(desk, value, quiet)
}

/// The same; `quiet`: unless it is what it was.
pub(super) fn publish_as(desk: &mut Desk<'_>, value: Value, quiet: bool) -> Result<(), String> {
    let name = desk.must_text(&NAME)?;
    let value = match desk.text(&TARGET_TYPE)? {
        Some(type_name) if !value.is_null() => coerce(&name, &type_name, value)?,
        _ => value,
    };
    desk.publish(&name, value, quiet);
    Ok(())
}

/// Whether the feed's sensor has no value yet.
pub(super) fn is_unset(desk: &Desk<'_>) -> Result<bool, String> {
    Ok(desk.own_sensor(&desk.must_text(&NAME)?).is_none_or(Value::is_null))
}

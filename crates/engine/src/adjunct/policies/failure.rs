//! How failures are told, and when one that comes and goes is worth telling.

use base::{EntityId, Span};
use serde_json::{Value, json};

use super::super::Desk;
use crate::group::as_value;

/// What `ha.entityFailed` and its kin tell.
pub(in crate::adjunct) fn descriptor(entity: &EntityId, description: Option<&str>) -> Value {
    json!({ "component": as_value(entity), "description": description })
}

/// How long something must last before it is told, and by which sensor.
pub(super) struct Telling {
    pub(super) failed: String,
    pub(super) recovered: String,
    pub(super) failed_delay: Span,
    pub(super) recovered_delay: Span,
}

/// Takes a look's result into account: tells a failure, or a recovery from one that was told, once it has lasted.
pub(super) fn judge(desk: &mut Desk<'_>, problem: Option<&str>, telling: &Telling) {
    let told = desk.memory().get("failed").and_then(Value::as_bool).unwrap_or(false);
    if told == problem.is_some() {
        desk.remember(json!({ "failed": told }));
        return;
    }
    let now = desk.wall();
    let since = desk.memory().get("since").and_then(Value::as_u64).unwrap_or(now);
    let delay = if problem.is_some() { telling.failed_delay } else { telling.recovered_delay };
    if now < since + delay.as_millis() {
        desk.remember(json!({ "failed": told, "since": since }));
        return;
    }
    desk.remember(json!({ "failed": !told }));
    let sensor = if problem.is_some() { &telling.failed } else { &telling.recovered };
    let value = descriptor(desk.id(), problem);
    desk.emit(sensor, &value);
}

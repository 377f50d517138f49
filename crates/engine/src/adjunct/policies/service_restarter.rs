//! Restarts an entity that has failed; one that fails again soon is given up, and told so.

use std::collections::BTreeMap;

use base::Span;
use model::adjuncts::service_restarter::{FAILURE_SENSOR, SET_ON_FIRE, TYPE, WINDOW};
use serde_json::{Value, json};

use super::super::settings::shown;
use super::super::{Act, Desk, Event, Subject};
use super::descriptor;
use crate::lifecycle::Lifecycle;
use crate::task::Status;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

/// What tells that restarting did not help.
const RESTART_FAILED: &str = "ha.entityFailed.restart";

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    if desk.root().effector(desk.id(), "restart").is_none() {
        return Err("its entity cannot be restarted: it has no effector 'restart'".to_owned());
    }
    Ok(vec![Subject::sensor(desk.id(), desk.must_sensor(&FAILURE_SENSOR)?)])
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    match event {
        Event::Sensor { value, .. } if !value.is_null() => restart(desk, value),
        Event::TaskEnded(task) if task.status != Status::Completed => {
            give_up(desk, &format!("Restart failure (error {}): {}", shown(&task.result), task.name))
        }
        _ => Ok(()),
    }
}

fn restart(desk: &mut Desk<'_>, failure: &Value) -> Result<(), String> {
    let why = failure.get("description").map_or_else(|| shown(failure), shown);
    let now = desk.wall();
    let last = desk.memory().get("lastFailure").and_then(Value::as_u64);
    desk.remember(json!({ "lastFailure": now }));
    let window = desk.span(&WINDOW)?.unwrap_or_default();
    if let Some(elapsed) = last.map(|at| Span::millis(now.saturating_sub(at)))
        && elapsed <= window
    {
        return give_up(desk, &format!("Restart failure (failed again after {elapsed}): {why}"));
    }
    match desk.call(desk.id(), "restart", BTreeMap::new()) {
        Ok(_) => Ok(()),
        Err(error) => give_up(desk, &format!("Restart failure (error {error}): {why}")),
    }
}

fn give_up(desk: &mut Desk<'_>, text: &str) -> Result<(), String> {
    if desk.flag(&SET_ON_FIRE)? {
        desk.draft.expect_state(desk.id(), Lifecycle::OnFire);
    }
    let value = descriptor(desk.id(), Some(text));
    desk.emit(RESTART_FAILED, &value);
    Ok(())
}

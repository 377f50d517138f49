//! Replaces a member of a cluster that has failed; after too many replacements that fail it stops trying.

use std::collections::BTreeMap;

use base::EntityId;
use model::adjuncts::service_replacer::{FAILURE_SENSOR, SET_ON_FIRE, TOO_MANY, TYPE, WINDOW};
use serde_json::{Value, json};

use super::super::ears::{What, Whose};
use super::super::settings::shown;
use super::super::{Act, Desk, Event, Subject};
use super::descriptor;
use crate::names;
use crate::task::Status;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

/// What tells that replacing did not help.
const REPLACEMENT_FAILED: &str = "ha.entityFailed.replacement";

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    if desk.root().effector(desk.id(), "replaceMember").is_none() {
        return Err(
            "its entity has no members that can be replaced: it has no effector 'replaceMember'".to_owned()
        );
    }
    let sensor = desk.must_sensor(&FAILURE_SENSOR)?;
    Ok(vec![Subject::below(desk.id(), Whose::Members, What::Sensor(sensor))])
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    match event {
        Event::Sensor { of, value, .. } if !value.is_null() => replace(desk, of),
        Event::TaskEnded(task) if task.status == Status::Completed => {
            desk.remember(Value::Null);
            Ok(())
        }
        Event::TaskEnded(task) => failed(desk, &format!("Replace failure ({})", shown(&task.result))),
        _ => Ok(()),
    }
}

/// When replacements failed of late.
fn failures(desk: &Desk<'_>) -> Result<Vec<u64>, String> {
    let oldest = desk.wall().saturating_sub(desk.span(&WINDOW)?.unwrap_or_default().as_millis());
    let list = desk.memory().get("failures").and_then(Value::as_array);
    Ok(list.into_iter().flatten().filter_map(Value::as_u64).filter(|at| *at >= oldest).collect())
}

fn replace(desk: &mut Desk<'_>, member: &EntityId) -> Result<(), String> {
    let (failures, most) = (failures(desk)?.len(), desk.whole(&TOO_MANY)?.unwrap_or(1));
    if failures as i64 >= most {
        return Err(format!("member {member} is not replaced: {failures} replacements failed of late"));
    }
    let params = BTreeMap::from([("memberId".to_owned(), member.as_str().into())]);
    match desk.call(desk.id(), "replaceMember", params) {
        Ok(_) => Ok(()),
        Err(why) => failed(desk, &format!("Replace failure ({why})")),
    }
}

fn failed(desk: &mut Desk<'_>, text: &str) -> Result<(), String> {
    let mut failures = failures(desk)?;
    failures.push(desk.wall());
    desk.remember(json!({ "failures": failures }));
    if desk.flag(&SET_ON_FIRE)? {
        let said = format!("replacement failed: {text}");
        desk.draft.note(desk.id(), names::PROBLEMS, "ServiceReplacer", Some(said));
    }
    let value = descriptor(desk.id(), Some(text));
    desk.emit(REPLACEMENT_FAILED, &value);
    Ok(())
}

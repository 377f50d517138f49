//! Keeps one of several entities the primary: elects it, promotes it, demotes the one before, and elects another when
//! it is lost.

mod election;

use std::collections::BTreeMap;

use base::EntityId;
use model::adjuncts::elect_primary_policy::TYPE;
use model::adjuncts::primary::{DEMOTE, PROMOTE, PROPAGATE, SENSOR_NAME, TARGET_MODE, WEIGHT_NAME};
use model::adjuncts::{propagate_primary_enricher, propagator};
use model::spec::{AdjunctSpec, ConfigValue, TypeName};
use serde_json::{Value, json};

use super::super::ears::{What, Whose};
use super::super::settings::shown;
use super::super::{Act, Cause, Desk, Event, Subject};
use crate::group::as_value;
use crate::lifecycle::Lifecycle;
use crate::names;
use crate::task::Status;
use election::Elected;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

/// The key of its entry in `service.problems`.
const PROBLEM: &str = "primary";

/// Among whom it elects.
fn whose(desk: &Desk<'_>) -> Result<Whose, String> {
    Ok(match desk.must_text(&TARGET_MODE)?.as_str() {
        "MEMBERS" => Whose::Members,
        "CHILDREN" => Whose::Children,
        _ if desk.is_group(desk.id()) => Whose::Members,
        _ => Whose::Children,
    })
}

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let whose = whose(desk)?;
    let sensors = [names::IS_UP.to_owned(), names::STATE.to_owned(), desk.must_text(&WEIGHT_NAME)?];
    let sensors = sensors.map(|name| Subject::below(desk.id(), whose, What::Sensor(name)));
    Ok(sensors.into_iter().chain([Subject::below(desk.id(), whose, What::Coming)]).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    match event {
        Event::TaskEnded(task) => {
            let failed = task.status != Status::Completed;
            let text = failed.then(|| format!("'{}' failed: {}", task.name, shown(&task.result)));
            if failed || !desk.is_busy() {
                desk.draft.note(desk.id(), names::PROBLEMS, PROBLEM, text);
            }
            Ok(())
        }
        Event::Begun(Cause::Added) => {
            propagate(desk)?;
            elect(desk)
        }
        _ => elect(desk),
    }
}

/// Adds the enricher that shows the primary's sensors, where that is asked for.
fn propagate(desk: &mut Desk<'_>) -> Result<(), String> {
    let wanted = match desk.value(&PROPAGATE)? {
        Value::Null => return Ok(()),
        Value::Bool(_) => (&propagator::ALL, json!(true)),
        list => (&propagator::PROPAGATING, list),
    };
    let table = &propagate_primary_enricher::TYPE;
    let sensor = desk.must_text(&SENSOR_NAME)?;
    let config = [(SENSOR_NAME.name, json!(sensor)), (wanted.0.name, wanted.1)];
    let spec = AdjunctSpec {
        kind: table.kind,
        type_name: TypeName::new(table.java_type),
        name: None,
        unique_tag: Some(format!("{}:propagate", desk.adjunct.id)),
        config: config.into_iter().map(|(k, v)| (k.to_owned(), ConfigValue::new(v))).collect(),
        catalog_id: None,
    };
    desk.draft.add_adjunct(desk.id(), spec);
    Ok(())
}

/// The primary that its entity says it has.
fn current(desk: &Desk<'_>) -> Result<Option<EntityId>, String> {
    let value = desk.own_sensor(&desk.must_text(&SENSOR_NAME)?);
    Ok(value.and_then(|v| v.get("id")).and_then(Value::as_str).map(EntityId::new))
}

fn elect(desk: &mut Desk<'_>) -> Result<(), String> {
    let (whose, before) = (whose(desk)?, current(desk)?);
    let sensor = desk.must_text(&SENSOR_NAME)?;
    match election::hold(desk, whose, before.as_ref())? {
        Elected::Wait(at) => {
            desk.wake_at(at);
            Ok(())
        }
        Elected::One(new) if before.as_ref() == Some(&new) => {
            forget_waiting(desk);
            Ok(())
        }
        Elected::One(new) => {
            forget_waiting(desk);
            desk.publish(&sensor, as_value(&new), true);
            desk.draft.note(desk.id(), names::PROBLEMS, PROBLEM, None);
            tell_candidate(desk, &new, &PROMOTE)?;
            before.map_or(Ok(()), |old| tell_candidate(desk, &old, &DEMOTE))
        }
        Elected::Nobody => {
            desk.publish(&sensor, Value::Null, true);
            let running = desk.entity()?.expected() == Some(Lifecycle::Running);
            if running || before.is_some() {
                let text = "No primary could be found".to_owned();
                desk.draft.note(desk.id(), names::PROBLEMS, PROBLEM, Some(text));
            }
            before.map_or(Ok(()), |old| tell_candidate(desk, &old, &DEMOTE))
        }
    }
}

fn forget_waiting(desk: &mut Desk<'_>) {
    desk.remember(Value::Null);
}

/// Calls `promote` or `demote` of the entity itself with the candidate, or else of the candidate; where neither has
/// such an effector there is nothing to do.
fn tell_candidate(
    desk: &mut Desk<'_>,
    candidate: &EntityId,
    key: &model::types::ConfigDef,
) -> Result<(), String> {
    let effector = desk.must_text(key)?;
    for entity in [desk.id(), candidate] {
        if desk.root().effector(entity, &effector).is_some() {
            let params = BTreeMap::from([("candidate".to_owned(), as_value(candidate))]);
            return desk.call(entity, &effector, params).map(|_| ());
        }
    }
    Ok(())
}

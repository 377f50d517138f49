//! Tells when a service has failed and when it is well again, and lets its state burn only after a while where that
//! is asked for. What was told last, and what is to be told when, outlasts a take-over: nothing is told twice.

use model::adjuncts::service_failure_detector::{
    FAILED_DELAY, MONITOR_PROBLEMS, ON_FIRE_DELAY, ONLY_IF_PREVIOUSLY_UP, RECOVERED_DELAY, REPUBLISH, TYPE,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::policies::descriptor;
use super::super::{Act, Desk, Event, Subject};
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::names;
use crate::service::state_by_facts;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

const FAILED: &str = "ha.entityFailed";
const RECOVERED: &str = "ha.entityRecovered";

/// What it remembers. Times are in milliseconds since 1970.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    /// Whether the service has ever been up.
    was_up: bool,
    /// Whether a failure was told last, not a recovery.
    told: bool,
    /// When the failure is to be told (again).
    fail_at: Option<u64>,
    /// When the recovery is.
    recover_at: Option<u64>,
}

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    if !desk.flag(&MONITOR_PROBLEMS)? {
        return Err(format!("'{}: false' is not in this version", MONITOR_PROBLEMS.name));
    }
    let sensors = [names::IS_UP, names::EXPECTED, names::STATE, names::PROBLEMS];
    Ok(sensors.map(|name| Subject::sensor(desk.id(), name)).into())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let (entity, now) = (desk.entity()?, desk.wall());
    if let Event::Begun(_) = event {
        let delay = desk.span(&ON_FIRE_DELAY)?.unwrap_or_default();
        desk.draft.slow_fire(desk.who(), delay);
    }
    let mut memory: Memory = serde_json::from_value(desk.memory().clone()).unwrap_or_default();
    memory.was_up |= entity.is_up() == Some(true);
    let millis = |key| Ok::<_, String>(desk.span(key)?.unwrap_or_default().as_millis());
    match state_by_facts(&entity) {
        Some(Lifecycle::OnFire) => {
            memory.recover_at = None;
            let counts = memory.was_up || !desk.flag(&ONLY_IF_PREVIOUSLY_UP)?;
            if !memory.told && counts && memory.fail_at.is_none() {
                memory.fail_at = Some(now + millis(&FAILED_DELAY)?);
            }
        }
        Some(Lifecycle::Running) => {
            memory.fail_at = None;
            if memory.told && memory.recover_at.is_none() {
                memory.recover_at = Some(now + millis(&RECOVERED_DELAY)?);
            }
        }
        _ => {}
    }
    let mut tell = None;
    if memory.fail_at.is_some_and(|at| at <= now) {
        memory.told = true;
        memory.fail_at = desk.span(&REPUBLISH)?.map(|again| now + again.as_millis());
        tell = Some((FAILED, Some(description(&entity))));
    } else if memory.recover_at.is_some_and(|at| at <= now) {
        memory.told = false;
        memory.recover_at = None;
        tell = Some((RECOVERED, None));
    }
    let burns = desk.draft.settle_slow_fire(desk.id());
    if let Some(next) = [memory.fail_at, memory.recover_at, burns].into_iter().flatten().min() {
        desk.wake_at(next);
    }
    desk.remember(serde_json::to_value(&memory).unwrap_or(Value::Null));
    if let Some((sensor, text)) = tell {
        let value = descriptor(desk.id(), text.as_deref());
        desk.emit(sensor, &value);
    }
    Ok(())
}

fn description(entity: &Entity) -> String {
    let problems = entity.sensor(names::PROBLEMS).and_then(Value::as_object);
    let first = problems.and_then(|map| map.iter().next().map(|(k, v)| (map.len(), k, v)));
    match first {
        Some((1, key, text)) => format!("service problem: {key}: {}", super::super::settings::shown(text)),
        Some((n, key, text)) => {
            format!("{n} service problems, including {key}: {}", super::super::settings::shown(text))
        }
        None if entity.is_up() == Some(false) => "service not up".to_owned(),
        None => "service failure detected".to_owned(),
    }
}

//! Stops an entity some time after it first was in a state. The time goes on over a take-over.

use std::collections::BTreeMap;

use model::adjuncts::stop_after_duration_policy::{LIFETIME, STATE, TYPE};
use serde_json::{Value, json};

use super::super::{Act, Desk, Event, Subject, settings};
use crate::lifecycle::Lifecycle;
use crate::names;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn state(desk: &Desk<'_>) -> Result<Lifecycle, String> {
    let given = desk.value(&STATE)?;
    Lifecycle::from_value(&given).ok_or_else(|| format!("{given} is no state"))
}

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    state(desk)?;
    if desk.span(&LIFETIME)?.is_none() {
        return Err(settings::missing(&LIFETIME));
    }
    Ok(vec![Subject::sensor(desk.id(), names::STATE)])
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    if desk.memory().get("stopped").is_some() {
        return Ok(());
    }
    let lifetime = desk.span(&LIFETIME)?.unwrap_or_default().as_millis();
    let known = desk.memory().get("since").and_then(Value::as_u64);
    let Some(since) = known else {
        if desk.entity()?.state() == Some(state(desk)?) {
            let now = desk.wall();
            desk.remember(json!({ "since": now }));
            desk.wake_after(base::Span::millis(lifetime));
        }
        return Ok(());
    };
    match event {
        Event::Timer if desk.wall() >= since + lifetime => {
            desk.remember(json!({ "since": since, "stopped": true }));
            desk.call(desk.id(), "stop", BTreeMap::new()).map(|_| ())
        }
        Event::Timer | Event::Begun(_) => {
            desk.wake_at(since + lifetime);
            Ok(())
        }
        _ => Ok(()),
    }
}

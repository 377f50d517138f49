//! What an adjunct listens to and what it last did, in words. All of it is told by the state, so that every server says
//! the same; only why one does not work is known to the master alone.

use std::collections::BTreeMap;

use api::adjunct::Highlight;
use engine::{Adjunct, Lifecycle};
use model::adjuncts::enricher::{FROM_CHILDREN, FROM_MEMBERS, SOURCE, TARGET};
use model::adjuncts::{
    AdjunctDef, auto_scaler_policy, feed, innate, invoke_effector_on_sensor_change, map_aggregator,
    service_failure_detector, service_replacer, service_restarter, ssh_command_sensor,
};
use model::types::{Behaviour, ConfigDef};
use serde_json::Value;

use super::adjunct::Beside;
use super::text;

/// The highlights of an adjunct, by name.
pub(super) fn of(beside: &Beside<'_>) -> BTreeMap<String, Highlight> {
    let said = [
        ("triggers", triggers(beside).map(|text| (text, 0))),
        ("lastAction", last_action(beside)),
        ("lastConfirmation", schedule(&beside.adjunct)),
        ("lastViolation", trouble(beside)),
    ];
    let highlight = |(name, said): (&str, Option<(String, u64)>)| {
        let (description, time) = said?;
        Some((name.to_owned(), Highlight { description, time, task_id: None }))
    };
    said.into_iter().filter_map(highlight).collect()
}

/// What keeps it from working, and since when.
fn trouble(beside: &Beside<'_>) -> Option<(String, u64)> {
    let id = &beside.adjunct.id;
    let (why, since) = beside.root.adjunct_trouble(id).zip(beside.root.adjunct_trouble_since(id))?;
    Some((why.to_owned(), since.0))
}

fn schedule(adjunct: &Adjunct) -> Option<(String, u64)> {
    Some(("Starting effector invocation schedule".to_owned(), adjunct.scheduled_since()?))
}

/// What it last published: the sensor that it sets, unless that is as it was put there with the entity.
fn last_action(beside: &Beside<'_>) -> Option<(String, u64)> {
    let name = match beside.innate {
        Some(innate) => innate.publishes?.to_owned(),
        None if beside.def()?.declares(&TARGET) => {
            let named = |key| beside.adjunct.sensor_named(key);
            named(&TARGET).or_else(|| named(&SOURCE))?
        }
        None => return None,
    };
    let sensor = beside.entity.sensors.get(&name)?;
    let state = (name == "service.state").then(|| Lifecycle::from_value(&sensor.value)).flatten();
    let value = state.map_or_else(|| text::java(&sensor.value), Lifecycle::spoken);
    let is_first = beside.innate.is_some() && sensor.at == beside.entity.created_at;
    let was_put = match beside.entity.behaviour() {
        Behaviour::Application => state == Some(Lifecycle::Created),
        _ => name == "service.isUp" && sensor.value == Value::Bool(false),
    };
    (!is_first || !was_put).then(|| (format!("Publish {name} {value}"), sensor.at.0))
}

/// What it listens to.
fn triggers(beside: &Beside<'_>) -> Option<String> {
    if let Some(innate) = beside.innate {
        return innate.hears.map(|what| format!("Listening for {what}"));
    }
    let def = beside.def()?;
    if def.declares(&feed::NAME) {
        return rhythm(beside, def);
    }
    if std::ptr::eq(def, &raw const service_failure_detector::TYPE) {
        return Some(format!("Listening for {}", innate::STATE_HEARS));
    }
    let named = |key| def.declares(key).then(|| beside.adjunct.sensor_named(key)).flatten();
    let sensors: Vec<String> = HEARD.into_iter().filter_map(named).collect();
    let whose = if std::ptr::eq(def, &raw const service_replacer::TYPE) {
        " on members"
    } else if def.declares(&FROM_MEMBERS) {
        below(beside)
    } else {
        ""
    };
    (!sensors.is_empty()).then(|| format!("Listening for {}{whose}", sensors.join(", ")))
}

/// The keys that name what is listened to.
static HEARD: [&ConfigDef; 7] = [
    &service_restarter::FAILURE_SENSOR,
    &service_replacer::FAILURE_SENSOR,
    &invoke_effector_on_sensor_change::SENSOR,
    &auto_scaler_policy::METRIC,
    &SOURCE,
    &map_aggregator::KEY_SENSOR,
    &map_aggregator::VALUE_SENSOR,
];

/// Whose sensors it reads that reads those of many.
fn below(beside: &Beside<'_>) -> &'static str {
    let is_set = |key: &ConfigDef| beside.shown(key.name, false) == Some(Value::Bool(true));
    let of_members = is_set(&FROM_MEMBERS) || (beside.entity.is_group() && !is_set(&FROM_CHILDREN));
    if of_members { " on members" } else { " on children" }
}

/// When a feed looks.
fn rhythm(beside: &Beside<'_>, def: &AdjunctDef) -> Option<String> {
    let mut sensors = beside.shown(feed::TRIGGERS.name, false).map_or_else(Vec::new, |v| names(&v));
    if def.declares(&ssh_command_sensor::ONLY_IF_SERVICE_UP)
        && beside.shown(ssh_command_sensor::ONLY_IF_SERVICE_UP.name, true) == Some(Value::Bool(true))
    {
        sensors.push("service.isUp".to_owned());
    }
    let given = beside.shown(feed::PERIOD.name, true).map(|period| text::java(&period));
    let has_own = beside.shown(feed::TRIGGERS.name, false).is_some();
    let period = given.or_else(|| {
        let by_default = def.declares(&feed::PERIOD_OR_TRIGGERS) && !has_own;
        by_default.then(|| feed::PERIOD.default.value()).flatten().map(|period| text::java(&period))
    });
    let sensors = sensors.join("; ");
    match period {
        Some(period) if sensors.is_empty() => Some(format!("Running every {period}")),
        Some(period) => Some(format!("Running every {period} and on triggers: {sensors}")),
        None if sensors.is_empty() => None,
        None => Some(format!("Triggered by: {sensors}")),
    }
}

/// The sensors that a list of triggers names.
fn names(triggers: &Value) -> Vec<String> {
    match triggers {
        Value::Array(list) => list.iter().flat_map(names).collect(),
        Value::Object(map) => map.get("sensor").map(text::java).into_iter().collect(),
        Value::Null => Vec::new(),
        other => vec![text::java(other)],
    }
}

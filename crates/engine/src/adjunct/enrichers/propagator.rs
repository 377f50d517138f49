//! Sensors of a producer, again on the entity.

use std::collections::BTreeMap;

use base::EntityId;
use model::ConfigValue;
use model::adjuncts::enricher::{PRODUCER, SUPPRESS_DUPLICATES};
use model::adjuncts::propagator::{ALL, ALL_BUT, MAPPING, PROPAGATING, TYPE};
use serde_json::Value;

use super::super::ears::{What, Whose};
use super::super::{Act, Desk, Event, Subject, settings};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

/// Which sensors are propagated.
pub(super) enum Which {
    /// Those, each with its name here.
    Named(BTreeMap<String, String>),
    /// All but those.
    AllBut(Vec<String>),
}

impl Which {
    pub(super) fn read(desk: &Desk<'_>) -> Result<Self, String> {
        let config = &desk.adjunct.spec.config;
        let mapping = match config.get(PROPAGATING.name).map(ConfigValue::given) {
            Some(map @ Value::Object(_)) if settings::named_sensor(map).is_none() => Some(map.clone()),
            _ => config.get(MAPPING.name).map(|v| v.given().clone()),
        };
        let all = desk.flag(&ALL)?;
        let named = desk.is_set(&PROPAGATING) || mapping.is_some();
        match (named, all || desk.is_set(&ALL_BUT)) {
            (true, true) => {
                Err("it has both sensors to propagate and propagatingAll: one must go".to_owned())
            }
            (false, false) => {
                Err("nothing to propagate: set propagating, sensorMapping or propagatingAll".to_owned())
            }
            (false, true) => Ok(Self::AllBut(desk.sensor_names(&ALL_BUT)?)),
            (true, false) => match mapping {
                Some(Value::Object(map)) => {
                    let pair = |(from, to): (&String, &Value)| {
                        let from = settings::named_sensor(&Value::String(from.clone()))?;
                        Some((from, settings::named_sensor(to)?))
                    };
                    let pairs: Option<_> = map.iter().map(pair).collect();
                    pairs
                        .map(Self::Named)
                        .ok_or_else(|| format!("'{}' must map sensors to sensors", MAPPING.name))
                }
                _ => {
                    let names = desk.sensor_names(&PROPAGATING)?;
                    Ok(Self::Named(names.into_iter().map(|n| (n.clone(), n)).collect()))
                }
            },
        }
    }

    /// What hears of them at an entity.
    pub(super) fn subjects(&self, producer: &EntityId) -> Vec<Subject> {
        match self {
            Self::Named(map) => map.keys().map(|name| Subject::sensor(producer, name.clone())).collect(),
            Self::AllBut(_) => vec![Subject::below(producer, Whose::Own, What::AnySensor)],
        }
    }

    /// The name that a sensor has here, if it is propagated.
    pub(super) fn target<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        match self {
            Self::Named(map) => map.get(name).map(String::as_str),
            Self::AllBut(names) => (!names.iter().any(|n| n == name)).then_some(name),
        }
    }

    /// Copies all of them as they are.
    pub(super) fn copy_all(&self, desk: &mut Desk<'_>, from: &EntityId, to: &EntityId) {
        let Some(producer) = desk.draft.entity(from) else { return };
        for (name, sensor) in &producer.sensors {
            if let Some(target) = self.target(name) {
                desk.publish_at(to, target, sensor.value.clone(), true);
            }
        }
    }
}

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let (producer, which) = (desk.entity_of(&PRODUCER)?, Which::read(desk)?);
    if producer == *desk.id() {
        match &which {
            Which::AllBut(_) => {
                return Err("an entity cannot propagate all sensors to itself: set producer".to_owned());
            }
            Which::Named(map) => {
                if let Some((name, _)) = map.iter().find(|(from, to)| from == to) {
                    return Err(format!(
                        "it would set '{name}', which it reads: set producer, or another name"
                    ));
                }
            }
        }
    }
    Ok(which.subjects(&producer))
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let which = Which::read(desk)?;
    match event {
        Event::Begun(_) => {
            let producer = desk.entity_of(&PRODUCER)?;
            which.copy_all(desk, &producer, desk.id());
        }
        Event::Sensor { name, value, .. } => {
            let quiet = desk.flag(&SUPPRESS_DUPLICATES)?;
            if let Some(target) = which.target(name) {
                desk.publish(target, (*value).clone(), quiet);
            }
        }
        _ => {}
    }
    Ok(())
}

//! The primary's sensors, again on the entity that elected it, whoever it is.

use model::adjuncts::enricher::SUPPRESS_DUPLICATES;
use model::adjuncts::primary::SENSOR_NAME;
use model::adjuncts::propagate_primary_enricher::TYPE;

use super::super::{Act, Desk, Event, Subject};
use super::primary_running_enricher::primary;
use super::propagator::Which;
use crate::names;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let own = Subject::sensor(desk.id(), desk.must_text(&SENSOR_NAME)?);
    let which = Which::read(desk)?;
    let of_primary = primary(desk)?.map(|id| which.subjects(&id)).unwrap_or_default();
    Ok(of_primary.into_iter().chain([own]).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let which = Which::read(desk)?;
    match event {
        Event::Begun(_) => copy(desk, &which),
        Event::Sensor { of, .. } if **of == *desk.id() => {
            desk.hear_anew();
            copy(desk, &which)
        }
        Event::Sensor { name, value, .. } => {
            let quiet = desk.flag(&SUPPRESS_DUPLICATES)?;
            if let Some(target) = which.target(name).filter(|t| is_propagated(t)) {
                desk.publish(target, (*value).clone(), quiet);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn copy(desk: &mut Desk<'_>, which: &Which) -> Result<(), String> {
    if let Some(primary) = primary(desk)? {
        let sensors = desk.draft.entity(&primary).map(|e| e.sensors.clone()).unwrap_or_default();
        for (name, sensor) in &sensors {
            if let Some(target) = which.target(name).filter(|t| is_propagated(t)) {
                desk.publish(target, sensor.value.clone(), true);
            }
        }
    }
    Ok(())
}

/// How the entity itself is, and who it is, stays its own.
fn is_propagated(name: &str) -> bool {
    let own = [names::STATE, names::EXPECTED, names::IS_UP, names::NOT_UP, names::PROBLEMS];
    !own.contains(&name) && !["application.id", "entity.id", "catalog.id"].contains(&name)
}

//! A sensor from another one, or from an expression, computed when the source or a trigger changes.

use base::EntityId;
use model::adjuncts::enricher::{PRODUCER, SOURCE};
use model::adjuncts::transformer::{ALLOW_CYCLIC, OF_EVENT, TARGET_VALUE, TRANSFORMATION, TRIGGERS, TYPE};

use super::super::function::Function;
use super::super::{Act, Desk, Event, Subject};
use super::one_to_one;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    if desk.is_set(&OF_EVENT) {
        return Err(format!("'{}' is a Java function, which Brownstone does not run", OF_EVENT.name));
    }
    if desk.is_set(&TRANSFORMATION) {
        transformation(desk)?;
    }
    let producer = desk.entity_of(&PRODUCER)?;
    let mut subjects = triggers(desk, &producer)?;
    match desk.sensor_name(&SOURCE)? {
        Some(source) => {
            if !desk.flag(&ALLOW_CYCLIC)? {
                one_to_one::check_no_circle(desk, &source)?;
            }
            subjects.push(Subject::sensor(&producer, source));
        }
        None if !desk.is_set(&TARGET_VALUE) => {
            return Err("it needs sourceSensor, or targetValue".to_owned());
        }
        None => {}
    }
    Ok(subjects)
}

/// The function of the source's value.
fn transformation<'d>(desk: &Desk<'d>) -> Result<Function<'d>, String> {
    let found = desk.function(&TRANSFORMATION)?;
    found.ok_or_else(|| format!("'{}' is no function that Brownstone knows", TRANSFORMATION.name))
}

fn triggers(desk: &Desk<'_>, producer: &EntityId) -> Result<Vec<Subject>, String> {
    let names = desk.sensor_names(&TRIGGERS)?;
    Ok(names.into_iter().map(|name| Subject::sensor(producer, name)).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    if !matches!(event, Event::Begun(_) | Event::Sensor { .. }) {
        return Ok(());
    }
    if desk.is_set(&TARGET_VALUE) {
        let value = desk.value_now(&TARGET_VALUE)?;
        return one_to_one::publish(desk, value, event);
    }
    // A trigger has a value of its own; what counts is the source's.
    let (producer, source) = (desk.entity_of(&PRODUCER)?, desk.must_sensor(&SOURCE)?);
    let told = match event {
        Event::Sensor { of, name, value } if **of == producer && *name == source => Some((*value).clone()),
        _ => desk.root().entity(&producer).and_then(|e| e.sensor(&source)).cloned(),
    };
    let value = match (told, event) {
        (None, Event::Begun(_)) => return Ok(()),
        (told, _) => told.unwrap_or_default(),
    };
    let value = if desk.is_set(&TRANSFORMATION) {
        desk.applied(&TRANSFORMATION, &transformation(desk)?, value)?
    } else {
        value
    };
    one_to_one::publish(desk, value, event)
}

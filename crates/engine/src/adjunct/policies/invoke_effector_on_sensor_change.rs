//! Calls an effector at each change of a sensor.

use std::collections::BTreeMap;

use model::adjuncts::invoke_effector_on_sensor_change::{EFFECTOR, IS_BUSY_SENSOR, PRODUCER, SENSOR, TYPE};

use super::super::{Act, Desk, Event, Subject};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    desk.must_text(&EFFECTOR)?;
    Ok(vec![Subject::sensor(&desk.entity_of(&PRODUCER)?, desk.must_sensor(&SENSOR)?)])
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let called = match event {
        Event::Sensor { .. } => {
            let effector = desk.must_text(&EFFECTOR)?;
            desk.call(desk.id(), &effector, BTreeMap::new()).map(|_| ())
        }
        Event::Begun(_) | Event::TaskEnded(_) => Ok(()),
        _ => return Ok(()),
    };
    if let Some(busy) = desk.sensor_name(&IS_BUSY_SENSOR)? {
        let value = desk.is_busy().into();
        desk.publish(&busy, value, true);
    }
    called
}

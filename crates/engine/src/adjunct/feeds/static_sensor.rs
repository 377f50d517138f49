//! A sensor that is set once, as soon as the value of an expression is there.

use model::adjuncts::static_sensor::{TIMEOUT, TYPE, VALUE};

use super::super::{Act, Desk, Event, Subject};
use super::polled;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let awaited = if polled::is_unset(desk)? { desk.awaited(&VALUE)? } else { None };
    Ok(awaited.into_iter().map(|a| Subject::sensor(&a.entity, a.sensor.clone())).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    if !polled::is_unset(desk)? {
        return Ok(());
    }
    if let Some(awaited) = desk.awaited(&VALUE)? {
        let what = format!("it waits for sensor '{}' of entity '{}'", awaited.sensor, awaited.entity);
        match event {
            Event::Begun(_) => {
                if let Some(limit) = desk.span(&TIMEOUT)? {
                    desk.wake_after(limit);
                }
            }
            Event::Timer => return Err(format!("{what}, for longer than '{}'", TIMEOUT.name)),
            // It may wait for another one now.
            _ => desk.hear_anew(),
        }
        return Err(what);
    }
    let value = desk.value(&VALUE)?;
    polled::publish_as(desk, value, true)
}

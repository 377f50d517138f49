//! Which part of the time a sensor that counts time has grown by.

use model::adjuncts::time_fraction_delta_enricher::{TYPE, UNIT};

use super::super::{Act, Desk, Event};
use super::one_to_one::{hears, last_noted, new_number, note_last, publish};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    const NANOS_PER_MILLI: f64 = 1_000_000.0;
    let Some(value) = new_number(event) else { return Ok(()) };
    let unit = desk.whole(&UNIT)?.unwrap_or(1) as f64;
    let (now, last) = (desk.wall(), last_noted(desk));
    if last.is_some_and(|(at, _)| at >= now) {
        return Ok(());
    }
    note_last(desk, value);
    match last {
        None => Ok(()),
        Some((at, before)) => {
            let part = (value - before) * unit / ((now - at) as f64 * NANOS_PER_MILLI);
            publish(desk, part.into(), event)
        }
    }
}

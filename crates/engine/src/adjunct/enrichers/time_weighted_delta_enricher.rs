//! How fast a sensor grows: its difference, divided by the time between.

use model::adjuncts::time_weighted_delta_enricher::{PERIOD, TYPE};

use super::super::{Act, Desk, Event};
use super::one_to_one::{hears, last_noted, new_number, note_last, publish};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let Some(value) = new_number(event) else { return Ok(()) };
    let period = desk.span(&PERIOD)?.map_or(1000.0, |p| p.as_millis() as f64);
    let now = desk.wall();
    let last = last_noted(desk);
    if last.is_some_and(|(at, _)| at >= now) {
        return Ok(());
    }
    note_last(desk, value);
    match last {
        // One value alone tells no growth.
        None => Ok(()),
        Some((at, before)) => publish(desk, ((value - before) / ((now - at) as f64 / period)).into(), event),
    }
}

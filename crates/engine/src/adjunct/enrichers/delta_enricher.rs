//! By how much a sensor has changed; the first time, since 0.

use model::adjuncts::delta_enricher::TYPE;

use super::super::{Act, Desk, Event};
use super::one_to_one::{hears, last_noted, note_last, number, publish};

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let Event::Sensor { value, .. } = event else { return Ok(()) };
    let (value, last) = (number(value).unwrap_or_default(), last_noted(desk));
    note_last(desk, value);
    publish(desk, (value - last.map_or(0.0, |(_, v)| v)).into(), event)
}

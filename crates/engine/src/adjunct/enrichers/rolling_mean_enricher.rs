//! The mean of the last values of a sensor.

use model::adjuncts::rolling_mean_enricher::{TYPE, WINDOW_SIZE};

use super::super::{Act, Desk, Event};
use super::one_to_one::{hears, new_number, publish};
use crate::limits::WINDOW_VALUES_MAX;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let Some(value) = new_number(event) else { return Ok(()) };
    let size =
        usize::try_from(desk.whole(&WINDOW_SIZE)?.unwrap_or(1)).unwrap_or(1).clamp(1, WINDOW_VALUES_MAX);
    let mut window = desk.window();
    window.push_back((desk.wall(), value));
    while window.len() > size {
        window.pop_front();
    }
    let mean = window.iter().map(|(_, v)| v).sum::<f64>() / window.len() as f64;
    desk.keep_window(window);
    publish(desk, mean.into(), event)
}

//! The mean of a sensor over the last while. A value holds for the time between the one before and itself; where less
//! of the window is known than was asked for, there is no mean. The window begins empty in each reign.

use model::adjuncts::rolling_time_window_mean_enricher::{CONFIDENCE, TYPE, WINDOW};
use serde_json::Value;

use super::super::{Act, Desk, Event};
use super::one_to_one::{hears, new_number, publish};
use crate::limits::WINDOW_VALUES_MAX;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let Some(value) = new_number(event) else { return Ok(()) };
    let length = desk.span(&WINDOW)?.ok_or("the window has no length")?.as_millis().max(1);
    let required = desk.number(&CONFIDENCE)?.unwrap_or_default();
    let now = desk.wall();
    let mut window = desk.window();
    window.push_back((now, value));
    // One from before the window stays: it says since when the next one holds.
    while window.len() > WINDOW_VALUES_MAX || window.get(1).is_some_and(|(at, _)| at + length < now) {
        window.pop_front();
    }
    let first = window.front().map_or(now, |(at, _)| *at).max(now.saturating_sub(length));
    let known = (now - first) as f64;
    let mut since = first;
    let mut sum = 0.0;
    for (at, value) in window.iter().filter(|(at, _)| *at >= first) {
        sum += value * (at - since) as f64;
        since = *at;
    }
    desk.keep_window(window);
    let sure = known / length as f64 > required && known > 0.0;
    publish(desk, if sure { (sum / known).into() } else { Value::Null }, event)
}

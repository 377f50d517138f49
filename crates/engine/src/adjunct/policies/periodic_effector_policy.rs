//! Calls an effector again and again, one call at a time. The schedule outlasts a take-over: a call that fell due
//! meanwhile is made late, once.

use base::Span;
use model::adjuncts::periodic_effector_policy::{PERIOD, TYPE};
use serde_json::{Value, json};

use super::super::{Act, Cause, Desk, Event};
use super::schedule;

pub(super) static ACT: Act = Act { table: &TYPE, hears: schedule::hears, on };

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let period = desk.span(&PERIOD)?.map(Span::as_millis).filter(|ms| *ms > 0);
    let period = period.ok_or_else(|| format!("'{}' must be above 0", PERIOD.name))?;
    let due = desk.memory().get("due").and_then(Value::as_u64);
    match (event, due) {
        (Event::Begun(_) | Event::Sensor { .. }, None) => {
            if schedule::may_start(desk)? {
                let due = schedule::first_due(desk)?.unwrap_or(desk.wall() + period);
                plan(desk, due);
            }
            Ok(())
        }
        // What fell due while it was told to rest is not made up for.
        (Event::Begun(Cause::Resumed), Some(due)) => {
            plan(desk, after(due, period, desk.wall()));
            Ok(())
        }
        (Event::Begun(_), Some(due)) => {
            desk.wake_at(due);
            Ok(())
        }
        (Event::Timer | Event::TaskEnded(_), Some(due)) => run(desk, due, period),
        _ => Ok(()),
    }
}

fn run(desk: &mut Desk<'_>, due: u64, period: u64) -> Result<(), String> {
    // A call that goes on is waited for: its end is told.
    if desk.is_busy() {
        return Ok(());
    }
    let now = desk.wall();
    if now < due {
        desk.wake_at(due);
        return Ok(());
    }
    plan(desk, after(due + period, period, now));
    schedule::call(desk)
}

fn plan(desk: &mut Desk<'_>, due: u64) {
    let since = schedule::since(desk);
    desk.remember(json!({ "due": due, "since": since }));
    desk.wake_at(due);
}

/// The first time of the schedule that is not over.
fn after(due: u64, period: u64, now: u64) -> u64 {
    due + now.saturating_sub(due).div_ceil(period) * period
}

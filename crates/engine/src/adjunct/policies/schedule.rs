//! What policies share that call an effector at some time: when that is, and the call.

use std::collections::BTreeMap;

use base::Span;
use model::Coerced;
use model::adjuncts::schedule::{ARGS, EFFECTOR, ENABLED_SENSOR, START_SENSOR, TIME, WAIT};
use serde_json::Value;

use super::super::{Desk, Subject};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// It hears of the sensor that starts it.
pub(super) fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    let effector = desk.must_text(&EFFECTOR)?;
    if desk.root().effector(desk.id(), &effector).is_none() {
        return Err(format!("Cannot find effector {effector} on entity {}", desk.entity()?.described()));
    }
    Ok(vec![Subject::sensor(desk.id(), desk.must_sensor(&START_SENSOR)?)])
}

/// Whether the sensor that starts it is true.
pub(super) fn may_start(desk: &Desk<'_>) -> Result<bool, String> {
    Ok(desk.own_sensor(&desk.must_sensor(&START_SENSOR)?) == Some(&Value::Bool(true)))
}

/// When the first call is due by `time` or `wait`, in milliseconds since 1970.
pub(super) fn first_due(desk: &Desk<'_>) -> Result<Option<u64>, String> {
    if let Some(time) = desk.text(&TIME)? {
        return next_at(&time, desk.wall()).map(Some);
    }
    Ok(desk.span(&WAIT)?.map(|wait: Span| desk.wall() + wait.as_millis()))
}

/// Since when the schedule is: now, where nothing was planned before. One of an earlier release does not know.
pub(super) fn since(desk: &Desk<'_>) -> Option<u64> {
    let known = desk.memory().get("since").and_then(Value::as_u64);
    let has_begun = desk.memory().get("due").is_some_and(|due| due.as_array().is_none_or(|d| !d.is_empty()));
    known.or_else(|| (!has_begun).then(|| desk.wall()))
}

/// Calls the effector, unless it is disabled now.
pub(super) fn call(desk: &mut Desk<'_>) -> Result<(), String> {
    if let Some(enabled) = desk.sensor_name(&ENABLED_SENSOR)?
        && desk.own_sensor(&enabled) != Some(&Value::Bool(true))
    {
        return Ok(());
    }
    let args = match desk.read(&ARGS)? {
        Coerced::Map(map) => map.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    let effector = desk.must_text(&EFFECTOR)?;
    desk.call(desk.id(), &effector, args).map(|_| ())
}

/// The next moment that a text names, from `now` on: a time of day, a date with one, `now`, or seconds since 1970.
pub(super) fn next_at(text: &str, now: u64) -> Result<u64, String> {
    let text = text.trim();
    if ["now", "immediately"].contains(&text.to_ascii_lowercase().as_str()) {
        return Ok(now);
    }
    let no = || format!("'{text}' is no time: give HH:mm:ss, or yyyy-MM-dd HH:mm:ss, in UTC");
    if let Ok(seconds) = text.parse::<u64>() {
        return seconds.checked_mul(1000).ok_or_else(no);
    }
    let text = text.trim_end_matches('Z');
    if let Some((date, time)) = text.split_once(['T', ' ']) {
        return Ok(day_of(date).ok_or_else(no)? * DAY_MS + time_of_day(time).ok_or_else(no)?);
    }
    let today = now - now % DAY_MS + time_of_day(text).ok_or_else(no)?;
    Ok(if today < now { today + DAY_MS } else { today })
}

/// `HH:mm`, `HH:mm:ss` or with parts of a second, in milliseconds since midnight.
fn time_of_day(text: &str) -> Option<u64> {
    let mut parts = text.trim().split(':');
    let mut part = |most: u64| parts.next()?.parse().ok().filter(|n: &u64| *n <= most);
    let (hours, minutes) = (part(23)?, part(59)?);
    let seconds: f64 = parts.next().map_or(Some(0.0), |s| s.parse().ok())?;
    if parts.next().is_some() || !(0.0..60.0).contains(&seconds) {
        return None;
    }
    Some((hours * 60 + minutes) * 60_000 + (seconds * 1000.0) as u64)
}

/// `yyyy-MM-dd` in days since 1970, by the calendar of today.
fn day_of(text: &str) -> Option<u64> {
    let mut parts = text.trim().split('-').map(|p| p.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let leap = |y: u64| y.is_multiple_of(4) && !y.is_multiple_of(100) || y.is_multiple_of(400);
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    if parts.next().is_some() || !(1970..=9999).contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    let years: u64 = (1970..year).map(|y| if leap(y) { 366 } else { 365 }).sum();
    let months: u64 = lengths.iter().take(month as usize - 1).sum();
    Some(years + months + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_next_one_that_its_text_names() {
        // 2023-11-14 22:13:20 UTC
        const NOW: u64 = 1_700_000_000_000;
        const MIDNIGHT: u64 = NOW - NOW % DAY_MS;
        for (text, at) in [
            ("now", Some(NOW)),
            ("23:00:00", Some(MIDNIGHT + 23 * 3_600_000)),
            ("22:13", Some(MIDNIGHT + DAY_MS + (22 * 60 + 13) * 60_000)),
            ("2023-11-14T22:13:20Z", Some(NOW)),
            ("2024-03-01 00:00:00", Some(1_709_251_200_000)),
            ("1700000001", Some(NOW + 1000)),
            ("2023-02-29 00:00:00", None),
            ("24:00:00", None),
            ("tomorrow", None),
        ] {
            assert_eq!(next_at(text, NOW).ok(), at, "{text}");
        }
    }
}

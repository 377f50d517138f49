//! Resizes a cluster so that a metric stays between two bounds. Growing and shrinking wait until the wish for it has
//! lasted; that time begins anew with each reign.

mod wish;

use std::collections::{BTreeMap, VecDeque};

use base::Span;
use model::adjuncts::auto_scaler_policy::{
    DOWN_DELAY, ENTITY_WITH_METRIC, HIGH_WATER_MARK, JAVA_ONLY, MAX_REACHED_DELAY, MAX_REACHED_SENSOR,
    MAX_SIZE, METRIC, MIN_PERIOD, MIN_SIZE, TYPE, UP_DELAY,
};
use serde_json::{Value, json};

use super::super::ears::{What, Whose};
use super::super::{Act, Desk, Event, Subject};
use crate::limits::WINDOW_VALUES_MAX;
use crate::names;
use wish::Wishes;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    if let Some(key) = JAVA_ONLY.iter().find(|key| desk.is_set(key)) {
        return Err(format!("'{}' needs Java, which Brownstone does not run", key.name));
    }
    if desk.root().effector(desk.id(), "resize").is_none() {
        return Err("its entity cannot be resized: it has no effector 'resize'".to_owned());
    }
    let (min, max) = (limits(desk)?.0, limits(desk)?.1);
    if min > max {
        return Err(format!("'{}' ({min}) is above '{}' ({max})", MIN_SIZE.name, MAX_SIZE.name));
    }
    let metric = desk.sensor_name(&METRIC)?;
    let metric = metric.map(|name| desk.entity_of(&ENTITY_WITH_METRIC).map(|of| Subject::sensor(&of, name)));
    let size = Subject::below(desk.id(), Whose::Members, What::Coming);
    let up = Subject::sensor(desk.id(), names::IS_UP);
    Ok(metric.transpose()?.into_iter().chain([size, up]).collect())
}

/// The smallest and the largest size that are allowed.
fn limits(desk: &Desk<'_>) -> Result<(i64, i64), String> {
    let most = [desk.whole(&MAX_SIZE)?, desk.whole(&HIGH_WATER_MARK)?];
    let max = most.into_iter().flatten().min().unwrap_or(i64::from(i32::MAX));
    Ok((desk.whole(&MIN_SIZE)?.unwrap_or(1), max))
}

fn size(desk: &Desk<'_>) -> Result<i64, String> {
    Ok(desk.entity()?.members.size() as i64)
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    if let Event::Sensor { name, value, .. } = event
        && Some(*name) == desk.sensor_name(&METRIC)?.as_deref()
    {
        if let Some(metric) = value.as_f64() {
            let (now, size) = (size(desk)?, limits(desk)?);
            let (bounded, free) = wish::size_for(desk, metric, now, size)?;
            let at = desk.wall();
            let mut window = desk.window();
            window.push_back((at, bounded as f64));
            let longest = desk.span(&UP_DELAY)?.max(desk.span(&DOWN_DELAY)?).unwrap_or_default().as_millis();
            // One from before stays: it holds at the beginning of the time that counts.
            while window.len() > WINDOW_VALUES_MAX || window.get(1).is_some_and(|(t, _)| t + longest < at) {
                window.pop_front();
            }
            desk.keep_window(window.clone());
            tell_limit(desk, free)?;
            return resize(desk, &window);
        }
        return Ok(());
    }
    let window = desk.window();
    resize(desk, &window)
}

/// Resizes, if that has been wanted for long enough and nothing is in the way.
fn resize(desk: &mut Desk<'_>, window: &VecDeque<(u64, f64)>) -> Result<(), String> {
    if desk.own_sensor(names::IS_UP) != Some(&Value::Bool(true)) || desk.is_busy() {
        return Ok(());
    }
    let (current, (min, max)) = (size(desk)?, limits(desk)?);
    let wishes = Wishes { window, now: desk.wall(), current };
    let up = wishes.lasting_growth(desk.span(&UP_DELAY)?.unwrap_or_default());
    let down = wishes.lasting_shrinking(desk.span(&DOWN_DELAY)?.unwrap_or_default());
    let (target, check_at) =
        (up.size.or(down.size).unwrap_or(current).clamp(min, max.max(min)), up.check_at.or(down.check_at));
    if let Some(at) = check_at {
        desk.wake_at(at);
    }
    if target == current {
        return Ok(());
    }
    let pause = desk.span(&MIN_PERIOD)?.unwrap_or_default();
    let since = desk.live.polling.since.map(|at| desk.draft.now().since(at));
    if let Some(rest) = since.filter(|s| *s < pause).map(|s| Span(pause.0 - s.0)) {
        desk.wake_after(rest);
        return Ok(());
    }
    let now = desk.draft.now();
    desk.draft.edit_live(&desk.live.who.adjunct, |live| live.polling.since = Some(now));
    desk.call(desk.id(), "resize", BTreeMap::from([("desiredSize".to_owned(), target.into())])).map(|_| ())
}

/// Tells once that more members are wanted than are allowed, when that has lasted.
fn tell_limit(desk: &mut Desk<'_>, wanted: i64) -> Result<(), String> {
    let Some(sensor) = desk.sensor_name(&MAX_REACHED_SENSOR)? else { return Ok(()) };
    let max = limits(desk)?.1;
    if wanted <= max {
        desk.remember(Value::Null);
        return Ok(());
    }
    let now = desk.wall();
    let since = desk.memory().get("since").and_then(Value::as_u64).unwrap_or(now);
    let told = desk.memory().get("told").is_some();
    let delay = desk.span(&MAX_REACHED_DELAY)?.unwrap_or_default().as_millis();
    if told || now < since + delay {
        desk.remember(if told { desk.memory().clone() } else { json!({ "since": since }) });
        return Ok(());
    }
    desk.remember(json!({ "since": since, "told": true }));
    let value = json!({
        "maxAllowed": max,
        "currentPoolSize": size(desk)?,
        "currentUnbounded": wanted,
        "maxUnbounded": wanted,
        "timeWindow": delay,
    });
    desk.emit(&sensor, &value);
    Ok(())
}

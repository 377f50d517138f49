//! How many milliseconds an address takes to answer: the last time, and on average over the last while.

use model::adjuncts::http_latency_detector::{
    PERIOD, REQUIRE_UP, ROLLUP, TYPE, URL, URL_POST_PROCESSING, URL_SENSOR,
};

use super::super::poll::{Look, Wish};
use super::super::settings::shown;
use super::super::{Act, Desk, Event, Subject};
use crate::effect::{HttpRequest, Machine, Outcome, Work};
use crate::limits::{HTTP_TIMEOUT, WINDOW_VALUES_MAX};
use crate::names;

pub(super) static ACT: Act = Act { table: &TYPE, hears, on };

const LAST: &str = "web.request.latency.last";
const WINDOWED: &str = "web.request.latency.windowed";

fn hears(desk: &Desk<'_>) -> Result<Vec<Subject>, String> {
    if desk.is_set(&URL_POST_PROCESSING) {
        return Err(format!(
            "'{}' is a Java function, which Brownstone does not run",
            URL_POST_PROCESSING.name
        ));
    }
    if !desk.is_set(&URL) && !desk.is_set(&URL_SENSOR) {
        return Err(format!("'{}' or '{}' must be set", URL.name, URL_SENSOR.name));
    }
    let up = desk.flag(&REQUIRE_UP)?.then(|| Subject::sensor(desk.id(), names::IS_UP));
    let url = desk.sensor_name(&URL_SENSOR)?.map(|name| Subject::sensor(desk.id(), name));
    Ok(up.into_iter().chain(url).collect())
}

fn on(desk: &mut Desk<'_>, event: &Event<'_>) -> Result<(), String> {
    let (period, only_if_up) = (desk.span(&PERIOD)?, desk.flag(&REQUIRE_UP)?);
    desk.poll(event, &Look { period, skip_first: false, only_if_up, ask: Some(ask), take })
}

fn ask(desk: &mut Desk<'_>) -> Result<Option<Wish>, String> {
    let url = match desk.text(&URL)? {
        Some(url) => Some(url),
        None => desk.own_sensor(&desk.must_sensor(&URL_SENSOR)?).filter(|v| !v.is_null()).map(shown),
    };
    let Some(url) = url else { return Ok(None) };
    let request = HttpRequest {
        method: "GET".to_owned(),
        url,
        headers: Vec::new(),
        login: None,
        body: None,
        timeout: HTTP_TIMEOUT,
        trust_all: true,
    };
    Ok(Some((Machine::Server, Work::Http(request))))
}

fn take(desk: &mut Desk<'_>, outcome: &Outcome) -> Result<(), String> {
    let answer = match outcome {
        Outcome::Http(answer) if (200..400).contains(&answer.status) => answer,
        Outcome::Http(answer) => return Err(format!("the address answered with status {}", answer.status)),
        Outcome::Failed(why) => return Err(why.clone()),
        _ => return Ok(()),
    };
    let took = answer.took.0 as f64 / 1000.0;
    desk.publish(LAST, took.into(), false);
    let Some(rollup) = desk.span(&ROLLUP)? else { return Ok(()) };
    let now = desk.wall();
    let mut window = desk.window();
    window.push_back((now, took));
    while window.len() > WINDOW_VALUES_MAX
        || window.front().is_some_and(|(at, _)| at + rollup.as_millis() < now)
    {
        window.pop_front();
    }
    let mean = window.iter().map(|(_, v)| v).sum::<f64>() / window.len() as f64;
    desk.keep_window(window);
    desk.publish(WINDOWED, mean.into(), false);
    Ok(())
}

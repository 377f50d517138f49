//! `/v1/usage`: since when applications are as they are, and since when machines are in use.
//!
//! What is told is what the state holds: living applications, and machines that entities hold. Brooklyn keeps a
//! history of events of its own; this release does not.

use std::collections::BTreeMap;

use api::Permission::Usage;
use api::application::Status;
use api::shape::{many, one};
use api::usage::{UsageStatistic, UsageStatistics};
use base::{EntityId, WallMs};
use engine::{Entity, Lifecycle};
use jiff::Timestamp;

use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Kind::Text;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let timed = |route: Route| {
        route
            .needs(Usage)
            .query(
                "start?",
                Text,
                "From when on: epoch milliseconds or 2026-07-14T18:06:58+0000 (default: ever)",
            )
            .query("end?", Text, "Until when (default: now)")
    };
    all.extend([
        timed(Route::get("/v1/usage/applications", "How long applications are as they are", applications))
            .ok(many::<UsageStatistics>()),
        timed(Route::get("/v1/usage/applications/{app}", "The same of one, by its id", application))
            .ok(one::<UsageStatistics>()),
        timed(Route::get("/v1/usage/machines", "Since when machines are in use", machines))
            .query("application?", Text, "Only those of this application")
            .ok(many::<UsageStatistics>()),
        timed(Route::get("/v1/usage/machines/{machine}", "The same of one", machine))
            .ok(one::<UsageStatistics>()),
    ]);
}

/// From when until when, in epoch milliseconds.
#[derive(Clone, Copy)]
struct Window {
    from: u64,
    to: u64,
}

impl Window {
    fn of(call: &Call) -> Result<Window, Fail> {
        let time = |name: &str, default: u64| match call.query_value(name).filter(|t| !t.is_empty()) {
            None => Ok(default),
            Some(text) => read(&text).ok_or_else(|| {
                Fail::bad(format!(
                    "{name}: '{text}' is no time; write epoch milliseconds or 2026-07-14T18:06:58+0000"
                ))
            }),
        };
        let window = Window { from: time("start", 0)?, to: time("end", call.app.plane.wall().0)? };
        if window.from > window.to {
            return Err(Fail::bad("start is later than end"));
        }
        Ok(window)
    }

    /// What of a time that goes on lies within; `None`: nothing.
    fn of_what_began(self, since: WallMs) -> Option<(u64, u64)> {
        (since.0 <= self.to).then(|| (since.0.max(self.from), self.to))
    }
}

fn read(text: &str) -> Option<u64> {
    if let Ok(ms) = text.trim().parse::<u64>() {
        return Some(ms);
    }
    let time = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text.trim()).or_else(|_| text.trim().parse());
    u64::try_from(time.ok()?.as_millisecond()).ok()
}

fn written(ms: u64) -> String {
    let time = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

fn statistics(all: Vec<UsageStatistic>) -> UsageStatistics {
    UsageStatistics { statistics: all, links: BTreeMap::new() }
}

fn statistic(status: &str, id: &str, app: &EntityId, (from, to): (u64, u64)) -> UsageStatistic {
    UsageStatistic {
        status: status.to_owned(),
        id: id.to_owned(),
        application_id: app.to_string(),
        start: written(from),
        end: written(to),
        duration: to - from,
        metadata: BTreeMap::new(),
    }
}

/// An application is as it is since its state was set, or since it was created.
fn of_app(app: &Entity, window: Window) -> Option<UsageStatistic> {
    let since = app.sensors.get("service.state").map_or(app.created_at, |s| s.at);
    let status = Status::of(app.state().map(Lifecycle::word), app.is_up());
    let status = serde_json::to_value(status).ok()?;
    Some(statistic(status.as_str()?, app.id.as_str(), &app.id, window.of_what_began(since)?))
}

async fn applications(call: Call) -> Answer {
    let window = Window::of(&call)?;
    let all = call.root().apps().filter_map(|app| of_app(app, window));
    json(&all.map(|s| statistics(vec![s])).collect::<Vec<_>>())
}

async fn application(call: Call) -> Answer {
    let (window, token) = (Window::of(&call)?, call.param("app"));
    let app = call.root().entity(&EntityId::new(token)).filter(|e| e.parent.is_none());
    let app = app.ok_or_else(|| Fail::not_found(format!("Application '{token}' not found")))?;
    json(&statistics(of_app(app, window).into_iter().collect()))
}

/// The machines that entities hold, each under its address, since their addresses were published.
fn held(call: &Call, window: Window) -> impl Iterator<Item = UsageStatistic> {
    let app = call.query_value("application").filter(|a| !a.is_empty());
    call.root().entities().filter_map(move |entity| {
        let machine = entity.machine.as_ref()?;
        if app.as_ref().is_some_and(|app| entity.app.as_str() != app) {
            return None;
        }
        let since = entity.sensors.get("host.address").map_or(entity.created_at, |s| s.at);
        let id = machine.reach.address().unwrap_or_else(|| "localhost".to_owned());
        Some(statistic("ACCEPTED", &id, &entity.app, window.of_what_began(since)?))
    })
}

async fn machines(call: Call) -> Answer {
    let window = Window::of(&call)?;
    let mut by_machine: BTreeMap<String, Vec<UsageStatistic>> = BTreeMap::new();
    for one in held(&call, window) {
        by_machine.entry(one.id.clone()).or_default().push(one);
    }
    json(&by_machine.into_values().map(statistics).collect::<Vec<_>>())
}

async fn machine(call: Call) -> Answer {
    let (window, token) = (Window::of(&call)?, call.param("machine"));
    let all: Vec<_> = held(&call, window).filter(|s| s.id == token).collect();
    if all.is_empty() {
        return Err(Fail::not_found(format!("Machine '{token}' not found")));
    }
    json(&statistics(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_both_forms_and_written_in_brooklyns() {
        assert_eq!(read("1784052418123"), Some(1_784_052_418_123));
        assert_eq!(read("2026-07-14T18:06:58+0000"), Some(1_784_052_418_000));
        assert_eq!(read("2026-07-14T18:06:58Z"), Some(1_784_052_418_000));
        assert_eq!(read("soon"), None);
        assert_eq!(written(1_784_052_418_123), "2026-07-14T18:06:58+0000");
    }
}

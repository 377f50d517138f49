//! `GET /metrics`: numbers for a monitoring system, in `OpenMetrics` text.

use std::collections::BTreeMap;

use api::Permission::ServerStatus;
use axum::http::StatusCode;
use base::{Histogram, Span, WallMs};
use ha::status::Role;

use super::answer::{Answer, raw};
use super::call::Call;
use super::route::Content::Text;
use super::route::Route;
use crate::metrics::{Page, routes, seconds, store_calls};

/// The media type of `OpenMetrics`.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All roles, so that the series of each is there from the start.
const ROLES: [Role; 8] = [
    Role::Initializing,
    Role::Standby,
    Role::HotStandby,
    Role::HotBackup,
    Role::Master,
    Role::Suspended,
    Role::Failed,
    Role::Terminated,
];

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let metrics = Route::get("/metrics", "Numbers for a monitoring system (OpenMetrics)", metrics);
    all.push(metrics.needs(ServerStatus).gives(&[]).answers(StatusCode::OK, Text));
}

async fn metrics(call: Call) -> Answer {
    let mut page = Page::default();
    managing(&mut page, &call);
    elections(&mut page, &call);
    store(&mut page, &call);
    managed(&mut page, &call);
    let counted = &call.app.metrics;
    for (name, says, tally) in [
        ("loads", "Times that the state was loaded", &counted.loads),
        ("records", "Records and checkpoints that were created", &counted.records),
        ("beat_reads", "Reads of what servers tell of themselves", &counted.reads),
        ("beat_writes", "Writes of what this server tells of itself", &counted.writes),
    ] {
        page.tally(name, says, tally);
    }
    requests(&mut page, &call);
    Ok(raw(StatusCode::OK, OPEN_METRICS, page.end()))
}

/// Who manages, and how well.
fn managing(page: &mut Page, call: &Call) {
    let (status, role, now) = (&call.view.status, call.role(), call.app.plane.now());
    page.gauge(
        "ha_is_master",
        "Whether this server is the master that serves",
        u64::from(role == Role::Master),
    );
    page.head("ha_role", "gauge", "What this server is: 1 for one of the roles");
    for each in ROLES {
        page.sample("ha_role", &[("role", each.word())], u64::from(each == role));
    }
    page.gauge("ha_term", "The term that it rules in, or the newest that it knows", status.term.0);
    let rules = matches!(role, Role::Master | Role::Suspended);
    let lease = status.lease_until.filter(|_| rules).map_or(Span::ZERO, |until| until.since(now));
    page.seconds("ha_lease_remaining_seconds", "How long this server may still answer as master", lease);
    let master = status.nodes.iter().find(|n| Some(&n.id) == status.master.as_ref());
    if let Some(master) = master {
        let WallMs(wall) = call.app.plane.wall();
        let says = "How long ago the master beat last, by its own clock and this server's";
        let age = Span::millis(wall.saturating_sub(master.local.0));
        page.seconds("ha_master_beat_age_seconds", says, age);
    }
    let says = "How far the clock of each other server was ahead of this one's when its last beat was seen";
    page.head("ha_clock_skew_seconds", "gauge", says);
    for node in status.nodes.iter().filter(|n| Some(&n.id) != status.node.as_ref()) {
        let ahead = node.local.0 as f64 - node.remote.0 as f64;
        page.sample("ha_clock_skew_seconds", &[("node", node.id.as_str())], ahead / 1000.0);
    }
    page.gauge("ha_log_head", "The highest record that anybody says is durable", status.head.0);
    page.gauge("ha_log_applied", "The last record that is folded in here", status.applied.0);
    page.gauge("ha_log_floor", "The newest checkpoint", status.floor.0);
    page.gauge("ha_nodes", "Servers that are known", status.nodes.len() as u64);
    page.gauge("ha_paused", "Whether automatic fail-over is paused", u64::from(status.paused));
    page.gauge(
        "ha_store_trouble",
        "Whether the store does not answer as it should",
        u64::from(!status.store_trouble.is_empty()),
    );
    page.gauge("ha_damaged_files", "Files that were found damaged", status.damage.len() as u64);
}

/// What became of claims, and of writes that came too late.
fn elections(page: &mut Page, call: &Call) {
    let counts = &call.view.status.counts;
    page.head("ha_claims", "counter", "Claims of this server, by what became of them");
    let claims =
        [("won", counts.claims_won), ("lost", counts.claims_lost), ("given_up", counts.claims_given_up)];
    for (result, n) in claims {
        page.sample("ha_claims_total", &[("result", result)], n);
    }
    let says = "Writes of this server that met the fence of a newer master, and do not count";
    page.head("ha_fenced_writes", "counter", says);
    page.sample("ha_fenced_writes_total", &[], counts.fenced_writes);
    page.head("ha_suspended_seconds", "counter", "How long this server was a suspended master");
    let suspended = counts.suspended_at(call.app.plane.now());
    page.sample("ha_suspended_seconds_total", &[], seconds(suspended));
    let says = "From the last sign of life of the master before until this server served";
    page.head("ha_failover_seconds", "histogram", says);
    page.histogram("ha_failover_seconds", &[], &counts.failovers);
}

/// Calls of the store.
fn store(page: &mut Page, call: &Call) {
    let called = call.app.metrics.store.read();
    page.head("ha_store_op_seconds", "histogram", "Calls of the store, by verb");
    let none = Histogram::quick();
    for op in store_calls::OPS {
        let took = called.took.get(op).unwrap_or(&none);
        page.histogram("ha_store_op_seconds", &[("op", op)], took);
    }
    page.head("ha_store_errors", "counter", "Calls of the store that failed, by verb and class");
    for op in store_calls::OPS {
        for class in store_calls::CLASSES {
            let n = called.errors.get(&(op, class)).copied().unwrap_or(0);
            page.sample("ha_store_errors_total", &[("op", op), ("class", class)], n);
        }
    }
}

/// What is managed.
fn managed(page: &mut Page, call: &Call) {
    let root = call.root();
    page.gauge("brownstone_applications", "Applications", root.apps().count() as u64);
    page.gauge("brownstone_entities", "Entities, applications included", root.entity_count() as u64);
    page.head("brownstone_entity_states", "gauge", "Entities below applications, by state");
    for state in engine::Lifecycle::ALL {
        let n: u64 = root.apps().map(|app| u64::from(root.counts(&app.id).of(state))).sum();
        page.sample("brownstone_entity_states", &[("state", state.word())], n);
    }
    page.gauge("brownstone_tasks", "Tasks that are remembered", root.task_count() as u64);
    let mut tasks = BTreeMap::from(engine::Status::ALL.map(|status| (status, 0_u64)));
    for task in root.tasks() {
        *tasks.entry(task.status).or_default() += 1;
    }
    page.head("brownstone_task_states", "gauge", "Tasks that are remembered, by state");
    for (status, n) in tasks {
        page.sample("brownstone_task_states", &[("state", status.word())], n);
    }
}

/// What clients ask.
fn requests(page: &mut Page, call: &Call) {
    let places = &call.app.places;
    page.gauge("brownstone_connections", "Connections of clients", places.count() as u64);
    page.gauge("brownstone_requests", "Requests under way, this one included", places.requests() as u64);
    let routes = call.app.metrics.routes.read();
    let says = "From the head of a request to the head of its answer, by route";
    page.head("brownstone_http_request_seconds", "histogram", says);
    for (route, answered) in &routes {
        let labels = [("method", route.method.as_str()), ("route", route.path)];
        page.histogram("brownstone_http_request_seconds", &labels, &answered.took);
    }
    page.head("brownstone_http_responses", "counter", "Answers, by route and kind of status");
    for (route, answered) in &routes {
        for (class, n) in routes::CLASSES.into_iter().zip(answered.by_class).filter(|(_, n)| *n > 0) {
            let labels = [("method", route.method.as_str()), ("route", route.path), ("status", class)];
            page.sample("brownstone_http_responses_total", &labels, n);
        }
    }
}

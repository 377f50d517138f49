//! `GET /metrics`: numbers for a monitoring system, in `OpenMetrics` text.

use std::fmt::Write as _;

use api::Permission::ServerStatus;
use axum::http::StatusCode;
use base::WallMs;
use ha::status::Role;

use super::answer::{Answer, raw};
use super::call::Call;
use super::route::Content::Text;
use super::route::Route;
use crate::metrics::Tally;

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
    let places = &call.app.places;
    page.gauge("brownstone_connections", "Connections of clients", places.count() as u64);
    page.gauge("brownstone_requests", "Requests under way, this one included", places.requests() as u64);
    page.0.push_str("# EOF\n");
    Ok(raw(StatusCode::OK, OPEN_METRICS, page.0))
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
        let _ = writeln!(page.0, "ha_role{{role=\"{}\"}} {}", each.word(), u64::from(each == role));
    }
    page.gauge("ha_term", "The newest term that is known", status.term.0);
    let rules = matches!(role, Role::Master | Role::Suspended);
    let lease = status.lease_until.filter(|_| rules).map_or(0, |until| until.since(now).as_millis());
    page.seconds("ha_lease_remaining_seconds", "How long this server may still answer as master", lease);
    let master = status.nodes.iter().find(|n| Some(&n.id) == status.master.as_ref());
    if let Some(master) = master {
        let WallMs(wall) = call.app.plane.wall();
        let says = "How long ago the master beat last, by its own clock and this server's";
        page.seconds("ha_master_beat_age_seconds", says, wall.saturating_sub(master.local.0));
    }
    page.gauge("ha_log_head", "The highest record that anybody says is durable", status.head.0);
    page.gauge("ha_log_applied", "The last record that is folded in here", status.applied.0);
    page.gauge("ha_log_floor", "The newest checkpoint", status.floor.0);
    page.gauge("ha_nodes", "Servers that are known", status.nodes.len() as u64);
    page.gauge(
        "ha_store_trouble",
        "Whether the store does not answer as it should",
        u64::from(!status.store_trouble.is_empty()),
    );
    page.gauge("ha_damaged_files", "Files that were found damaged", status.damage.len() as u64);
}

/// What is managed.
fn managed(page: &mut Page, call: &Call) {
    let root = call.root();
    page.gauge("brownstone_applications", "Applications", root.apps().count() as u64);
    page.gauge("brownstone_entities", "Entities, applications included", root.entity_count() as u64);
    page.gauge("brownstone_tasks", "Tasks that are remembered", root.task_count() as u64);
    page.head("brownstone_entity_states", "gauge", "Entities below applications, by state");
    for state in engine::Lifecycle::ALL {
        let n: u64 = root.apps().map(|app| u64::from(root.counts(&app.id).of(state))).sum();
        let _ = writeln!(page.0, "brownstone_entity_states{{state=\"{}\"}} {n}", state.word());
    }
}

/// The text in the making. Writing to a text cannot fail.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, says: &str) {
        let _ = writeln!(self.0, "# TYPE {name} {kind}\n# HELP {name} {says}");
    }

    fn gauge(&mut self, name: &str, says: &str, value: u64) {
        self.head(name, "gauge", says);
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn seconds(&mut self, name: &str, says: &str, ms: u64) {
        self.head(name, "gauge", says);
        let _ = writeln!(self.0, "# UNIT {name} seconds\n{name} {}.{:03}", ms / 1000, ms % 1000);
    }

    fn tally(&mut self, name: &str, says: &str, tally: &Tally) {
        let told = tally.read();
        let name = format!("brownstone_{name}");
        self.head(&name, "counter", says);
        let _ = writeln!(self.0, "{name}_total {}", told.count);
        let failures = format!("{name}_failures");
        self.head(&failures, "counter", "Those that failed");
        let _ = writeln!(self.0, "{failures}_total {}", told.failures);
    }
}

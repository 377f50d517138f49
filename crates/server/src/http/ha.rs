//! Our own places about who manages: for load balancers, for probes, for people.

use std::future::{Ready, ready};

use api::Permission;
use api::cluster::{Cluster, ClusterNode, DamageReport, LogPosition, Readiness, RoleChange};
use api::paths::HA_CLUSTER;
use api::shape::one;
use axum::http::StatusCode;
use base::Lsn;
use ha::status::{Role, Status};

use super::answer::{Answer, TEXT, json, json_with, raw};
use super::call::Call;
use super::chair;
use super::route::Content::{Json, Text};
use super::route::Kind::Number;
use super::route::Route;
use crate::peer::Links;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let probes = [
        Route::get("/ha/master", "200 on the master that serves", |c| when(&c, |s| s == Role::Master)),
        Route::get("/ha/writable", "200 where writes are taken", |c| when(&c, |s| s == Role::Master)),
        Route::get("/ha/standby", "200 on a server that may be elected", |c| {
            when(&c, |s| matches!(s, Role::Standby | Role::HotStandby))
        }),
        Route::get("/ha/hot-standby", "200 on a standby that follows the log", hot_standby).query(
            "lag?",
            Number,
            "How many records it may be behind",
        ),
        Route::get("/ha/any", "200 on each server that does what its role promises", |c| when(&c, serves)),
    ];
    let probes = probes
        .map(|probe| probe.answers(StatusCode::OK, Text).answers(StatusCode::SERVICE_UNAVAILABLE, Text));
    let health = [
        Route::get("/livez", "200 while the process answers", livez).answers(StatusCode::OK, Text),
        Route::get("/readyz", "200 when nothing is wrong, else 503 with what is", readyz)
            .ok(one::<Readiness>())
            .answers(StatusCode::SERVICE_UNAVAILABLE, Json(one::<Readiness>())),
    ];
    all.extend(probes.into_iter().chain(health).map(|probe| probe.public().gives(&[])));
    all.push(
        Route::get(HA_CLUSTER, "Who is who, in one answer", cluster)
            .needs(Permission::ServerStatus)
            .ok(one::<Cluster>()),
    );
}

/// Whether a server in this role does what the role promises.
pub(super) fn serves(role: Role) -> bool {
    matches!(role, Role::Master | Role::Standby | Role::HotStandby | Role::HotBackup)
}

fn when(call: &Call, fits: fn(Role) -> bool) -> Ready<Answer> {
    let role = call.role();
    ready(Ok(probe(fits(role), role)))
}

fn probe(fits: bool, role: Role) -> axum::response::Response {
    let status = if fits { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    raw(status, TEXT, role.word())
}

async fn hot_standby(call: Call) -> Answer {
    let role = call.role();
    let near = match call.query_value("lag").and_then(|l| l.parse::<u64>().ok()) {
        Some(most) => lag(&call.view.status) <= most,
        None => true,
    };
    Ok(probe(role == Role::HotStandby && near, role))
}

async fn livez(_: Call) -> Answer {
    Ok(raw(StatusCode::OK, TEXT, "alive"))
}

async fn readyz(call: Call) -> Answer {
    let (role, status) = (call.role(), &call.view.status);
    let mut trouble = Vec::new();
    if !serves(role) {
        trouble.push(if status.why.is_empty() { format!("is {}", role.word()) } else { status.why.clone() });
    }
    if !status.store_trouble.is_empty() {
        trouble.push(status.store_trouble.clone());
    }
    let ready = trouble.is_empty();
    let code = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json_with(code, &Readiness { ready, role: role.word().to_owned(), trouble, damage: damage(status) })
}

async fn cluster(call: Call) -> Answer {
    let (now, wall) = (call.app.plane.now(), call.app.plane.wall());
    let status = &call.view.status;
    let role = status.role_at(now);
    let rules = matches!(role, Role::Master | Role::Suspended);
    json(&Cluster {
        plane: status.plane.as_ref().map(ToString::to_string),
        own: status.node.as_ref().map(ToString::to_string),
        role: role.word().to_owned(),
        why: status.why.clone(),
        term: status.term.0,
        master: status.master.as_ref().map(ToString::to_string),
        master_uri: Some(status.master_uri.clone()).filter(|uri| !uri.is_empty()),
        lease_remaining_ms: status.lease_until.filter(|_| rules).map(|until| until.since(now).as_millis()),
        log: LogPosition {
            applied: status.applied.0,
            head: status.head.0,
            lag: lag(status),
            floor: status.floor.0,
            format: status.format,
        },
        paused: chair::paused(&status.orders, wall).filter(|_| status.paused),
        switchover: status.orders.switchover.as_ref().map(chair::planned_shown),
        nodes: nodes(status, role, call.app.links.as_deref()),
        damage: damage(status),
        store_trouble: status.store_trouble.clone(),
        history: status
            .history
            .iter()
            .map(|(role, since)| RoleChange { role: role.word().to_owned(), since: since.0 })
            .collect(),
        timeout_ms: status.timeout.as_millis(),
        poll_ms: status.poll.as_millis(),
        now: wall.0,
    })
}

/// What a beat says is up to ten seconds old; who is linked says it at once.
fn nodes(status: &Status, own_role: Role, links: Option<&Links>) -> Vec<ClusterNode> {
    let behind = |head: Lsn| status.head.0.saturating_sub(head.0);
    status
        .nodes
        .iter()
        .map(|node| {
            let own = Some(&node.id) == status.node.as_ref();
            let master = Some(&node.id) == status.master.as_ref();
            let linked = links.and_then(|links| links.applied(&node.id));
            let head = linked.map_or(node.head, |lsn| lsn.max(node.head));
            ClusterNode {
                id: node.id.to_string(),
                uri: node.uri.clone(),
                role: if own { own_role } else { node.role }.word().to_owned(),
                term: node.term.0,
                priority: node.priority,
                head: head.0,
                // Its beat is older than what it has written since.
                lag: if master { 0 } else { behind(head) },
                linked: linked.is_some(),
                last_beat: node.local.0,
                seen_at: node.remote.0,
                version: node.version.clone(),
                host: node.host.clone(),
                why: node.why.clone(),
                own,
                master,
            }
        })
        .collect()
}

fn lag(status: &Status) -> u64 {
    status.head.0.saturating_sub(status.applied.0)
}

fn damage(status: &Status) -> Vec<DamageReport> {
    status.damage.iter().map(|d| DamageReport { file: d.file.clone(), what: d.what.clone() }).collect()
}

//! `/v1/server/ha`: the state of this server, and how to change it.

use api::Permission::{HaAdmin, HaStats, ServerStatus};
use api::server::{HaMetrics, HaSummary};
use api::shape::one;
use axum::http::StatusCode;
use base::NodeId;
use ha::config::Mode;
use ha::status::Role;

use crate::http::answer::{Answer, empty, json, no_content};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::limits::MODE_WAIT_MAX;
use crate::http::route::Content::Nothing;
use crate::http::route::Kind::{Number, Text};
use crate::http::route::Route;
use crate::http::show::server::{metrics, states};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get("/v1/server/ha/state", "What this server is: one of seven words", state)
            .needs(ServerStatus)
            .ok(one::<String>()),
        Route::post("/v1/server/ha/state", "Be something else; answers what it was", set_state)
            .needs(HaAdmin)
            .form("mode", Text, "AUTO, MASTER, STANDBY, HOT_STANDBY, HOT_BACKUP or DISABLED")
            .ok(one::<String>()),
        Route::get("/v1/server/ha/states", "All servers of the plane", all_states)
            .needs(ServerStatus)
            .ok(one::<HaSummary>())
            .answers(StatusCode::NO_CONTENT, Nothing),
        Route::post("/v1/server/ha/states/clear", "Forget servers that are gone", clear)
            .needs(HaAdmin)
            .answers(StatusCode::OK, Nothing),
        Route::post("/v1/server/ha/states/clear/node", "Forget one server that is gone", clear_node)
            .needs(HaAdmin)
            .form("nodeId", Text, "Its id")
            .answers(StatusCode::OK, Nothing),
        Route::get("/v1/server/ha/priority", "Its priority in elections", priority)
            .needs(HaStats)
            .ok(one::<i64>()),
        Route::post("/v1/server/ha/priority", "Another priority; answers the earlier one", set_priority)
            .needs(HaAdmin)
            .form("priority", Number, "The new one")
            .ok(one::<i64>()),
        Route::get("/v1/server/ha/metrics", "Times and counts", ha_metrics)
            .needs(HaStats)
            .ok(one::<HaMetrics>()),
    ]);
}

async fn state(call: Call) -> Answer {
    json(&call.role().brooklyn_word())
}

async fn set_state(mut call: Call) -> Answer {
    let fields = call.fields().await?;
    let mode = fields.iter().find(|(name, _)| name == "mode");
    let (_, mode) = mode.ok_or_else(|| Fail::bad("Missing parameter: mode"))?;
    // Brooklyn's framework refuses a word that it does not know without a word.
    let mode: Mode = mode.parse().map_err(|()| Fail::Bare(StatusCode::BAD_REQUEST))?;
    let before = call.app.plane.set_mode(mode);
    // The caller may go on as if it had happened, so the answer waits for it, though not for ever.
    let plane = &call.app.plane;
    call.until(MODE_WAIT_MAX, || reached(mode, plane.view().status.role_at(plane.now()))).await;
    json(&before.brooklyn_word())
}

fn reached(mode: Mode, role: Role) -> bool {
    match mode {
        Mode::Auto => role != Role::Initializing,
        Mode::Master => role == Role::Master,
        Mode::Standby => role == Role::Standby,
        Mode::HotStandby => role == Role::HotStandby,
        Mode::HotBackup => role == Role::HotBackup,
        Mode::Disabled => role == Role::Failed,
    }
}

async fn all_states(call: Call) -> Answer {
    let status = &call.view.status;
    if status.node.is_none() && status.nodes.is_empty() {
        return Ok(no_content());
    }
    json(&states(status, call.role()))
}

async fn clear(call: Call) -> Answer {
    call.app.plane.clear_nodes(None);
    Ok(empty())
}

async fn clear_node(mut call: Call) -> Answer {
    let fields = call.fields().await?;
    let node = fields.into_iter().find(|(name, _)| name == "nodeId").map(|(_, id)| id);
    let node = node.filter(|id| !id.is_empty()).ok_or_else(|| Fail::bad("Missing parameter: nodeId"))?;
    call.app.plane.clear_nodes(Some(NodeId::new(node)));
    Ok(empty())
}

async fn priority(call: Call) -> Answer {
    json(&call.view.status.priority)
}

async fn set_priority(mut call: Call) -> Answer {
    let fields = call.fields().await?;
    let given = fields.iter().find(|(name, _)| name == "priority");
    let (_, given) = given.ok_or_else(|| Fail::bad("Missing parameter: priority"))?;
    let priority: i64 = given.trim().parse().map_err(|_| Fail::Bare(StatusCode::BAD_REQUEST))?;
    let plane = &call.app.plane;
    let before = plane.set_priority(priority);
    // The caller may ask for it at once.
    call.until(MODE_WAIT_MAX, || plane.view().status.priority == priority).await;
    json(&before)
}

async fn ha_metrics(call: Call) -> Answer {
    json(&metrics(&call.view.status, call.role(), call.app.plane.wall(), call.app.started, &call.app.metrics))
}

//! `/v1/server`: version, health, who am I.

use api::Permission::ServerStatus;
use api::server::VersionSummary;
use axum::http::StatusCode;

use crate::http::answer::{Answer, JSON, json, no_content, raw};
use crate::http::call::Call;
use crate::http::route::Route;
use crate::http::show::server::{Health, extended};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get("/v1/server/version", "The release", version).needs(ServerStatus),
        Route::get("/v1/server/planeid", "The plane's id, as raw text", planeid).needs(ServerStatus),
        Route::get("/v1/server/up", "Whether the server has started", up).needs(ServerStatus),
        Route::get("/v1/server/shuttingDown", "Whether the server is ending", shutting_down)
            .needs(ServerStatus),
        Route::get("/v1/server/healthy", "Whether it is up and nothing is wrong", healthy)
            .needs(ServerStatus),
        Route::get("/v1/server/up/extended", "All of this at once", up_extended)
            .needs(ServerStatus)
            .opens_session(),
        Route::get("/v1/server/user", "The name of the login", user).opens_session(),
    ]);
}

async fn version(call: Call) -> Answer {
    json(&VersionSummary {
        version: call.app.version.clone(),
        build_sha1: call.app.commit.clone(),
        build_branch: None,
        features: Vec::new(),
    })
}

async fn planeid(call: Call) -> Answer {
    let plane = call.view.status.plane.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(raw(StatusCode::OK, JSON, plane))
}

fn health(call: &Call) -> Health {
    Health::of(call.role(), call.app.plane.stopping())
}

async fn up(call: Call) -> Answer {
    json(&health(&call).up)
}

async fn shutting_down(call: Call) -> Answer {
    json(&health(&call).shutting_down)
}

async fn healthy(call: Call) -> Answer {
    json(&health(&call).healthy)
}

async fn up_extended(call: Call) -> Answer {
    json(&extended(&call.view.status, call.role(), health(&call)))
}

async fn user(call: Call) -> Answer {
    match call.user() {
        "" => Ok(no_content()),
        name => json(&name),
    }
}

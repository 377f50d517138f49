//! `/v1/server`: version, health, who am I.

use api::Permission::ServerStatus;
use api::server::{UpExtended, VersionSummary};
use api::shape::one;
use axum::http::StatusCode;

use crate::http::answer::{Answer, JSON, json, no_content, raw};
use crate::http::call::Call;
use crate::http::route::Content::{Nothing, Text};
use crate::http::route::Route;
use crate::http::show::server::{Health, extended};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let reads = [
        Route::get("/v1/server/version", "The release", version).ok(one::<VersionSummary>()),
        Route::get("/v1/server/planeid", "The plane's id: raw text, whatever its media type says", planeid)
            .answers(StatusCode::OK, Text),
        Route::get("/v1/server/up", "Whether the server has started", up).ok(one::<bool>()),
        Route::get("/v1/server/shuttingDown", "Whether the server is ending", shutting_down)
            .ok(one::<bool>()),
        Route::get("/v1/server/healthy", "Whether it is up and nothing is wrong", healthy).ok(one::<bool>()),
        Route::get("/v1/server/up/extended", "All of this at once", up_extended)
            .opens_session()
            .ok(one::<UpExtended>()),
    ];
    all.extend(reads.map(|route| route.needs(ServerStatus)));
    all.push(
        Route::get("/v1/server/user", "The name of the login; 204 where login is off", user)
            .opens_session()
            .ok(one::<String>())
            .answers(StatusCode::NO_CONTENT, Nothing),
    );
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

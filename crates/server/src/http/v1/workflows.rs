//! `.../workflows`: there are none in this release, and running one is refused in words.

use api::ApiError;
use api::Permission::{InvokeEffector, ModifyEntity, SeeEntity};
use api::shape::{many, one};
use axum::http::StatusCode;
use serde_json::Value;

use super::find;
use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::negotiate::Consumes;
use crate::http::route::Content::Json;
use crate::http::route::Kind::Flag;
use crate::http::route::Kind::Text;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const ALL: &str = "/v1/applications/{app}/entities/{ent}/workflows";
    const ONE: &str = "/v1/applications/{app}/entities/{ent}/workflows/{workflow}";
    const REPLAY: &str = "/v1/applications/{app}/entities/{ent}/workflows/{workflow}/replay/from/{step}";
    let none = |route: Route| route.hot().answers(StatusCode::NOT_FOUND, Json(one::<ApiError>()));
    all.extend([
        Route::get(ALL, "Its workflows: there are none in this release", list)
            .needs(SeeEntity)
            .hot()
            .ok(many::<Value>()),
        Route::post(ALL, "Refused: this release runs no workflows", run)
            .needs(ModifyEntity)
            .hot()
            .takes(Consumes::Blueprint, one::<Value>())
            .answers(StatusCode::NOT_IMPLEMENTED, Json(one::<ApiError>())),
        none(Route::get(ONE, "One of them: 404", missing).needs(SeeEntity)),
        none(Route::delete(ONE, "Forget it: 404", missing).needs(ModifyEntity)),
        none(Route::post(REPLAY, "Go on from a step: 404", missing).needs(InvokeEffector))
            .query("reason?", Text, "Why")
            .query("force?", Flag, "Even if it is not replayable"),
    ]);
}

async fn list(call: Call) -> Answer {
    find::entity(&call)?;
    let none: [Value; 0] = [];
    json(&none)
}

async fn run(call: Call) -> Answer {
    find::entity(&call)?;
    Err(Fail::said(
        StatusCode::NOT_IMPLEMENTED,
        "Workflows are not in this release; add an effector with a command to the blueprint instead",
    ))
}

async fn missing(call: Call) -> Answer {
    find::entity(&call)?;
    Err(Fail::not_found(format!("Cannot find workflow with ID '{}'", call.param("workflow"))))
}

//! `/v1/access` and `/v1/script`: what may be done here at all.

use api::Permission::{ExecuteGroovyScript, Root, ServerStatus};
use api::access::AccessSummary;
use api::entity::SelfLink;
use api::shape::{by_name, one};
use axum::http::StatusCode;
use engine::input::Command;

use crate::http::answer::{Answer, empty, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Content::{Json, Nothing};
use crate::http::route::Kind::Flag;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const ALLOWED: &str = "/v1/access/locationProvisioningAllowed";
    all.extend([
        Route::get("/v1/access", "Whether entities may be given machines", access)
            .needs(ServerStatus)
            .ok(one::<AccessSummary>()),
        Route::post(ALLOWED, "Allow or forbid it", allow)
            .needs(Root)
            .query("allowed?", Flag, "`true` allows; anything else, and nothing, forbids")
            .answers(StatusCode::OK, Nothing),
        Route::post("/v1/script/groovy", "Refused: no script is run", groovy)
            .needs(ExecuteGroovyScript)
            .answers(StatusCode::FORBIDDEN, Json(by_name::<String>())),
    ]);
}

async fn access(call: Call) -> Answer {
    let links = SelfLink { own: "/v1/access".to_owned() };
    json(&AccessSummary { location_provisioning_allowed: call.root().may_provision(), links })
}

async fn allow(call: Call) -> Answer {
    let allowed = call.query_flag("allowed").unwrap_or(false);
    call.ask(Command::AllowProvisioning { allowed }, b"").await?;
    Ok(empty())
}

async fn groovy(_: Call) -> Answer {
    Err(Fail::forbidden("Groovy scripts are not run: Brownstone has no Java in it; use effectors"))
}

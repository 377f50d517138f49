//! `POST /ha/drill`: what a fail-over test needs of a master. The test itself is the client's (`ha drill`): only who
//! writes sees how long nothing was written. Ours.

use api::Permission::HaAdmin;
use api::chair::{DrillRequest, Drilled};
use api::paths::HA_DRILL;
use api::shape::one;
use axum::http::StatusCode;
use engine::input::{Command, Order};

use super::answer::{Answer, bare, json};
use super::call::Call;
use super::chair::body;
use super::negotiate::Consumes;
use super::route::Content::Nothing;
use super::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.push(
        Route::post(HA_DRILL, "Record a write that changes nothing; or end this server as by kill -9", drill)
            .needs(HaAdmin)
            .takes(Consumes::JsonIfAny, one::<DrillRequest>())
            .ok(one::<Drilled>())
            .answers(StatusCode::ACCEPTED, Nothing),
    );
}

async fn drill(mut call: Call) -> Answer {
    let (asked, bytes): (DrillRequest, _) = body(&mut call).await?;
    if asked.kill {
        tracing::warn!(user = call.user(), "a drill ends this server as by kill -9");
        call.app.plane.kill();
        return Ok(bare(StatusCode::ACCEPTED));
    }
    let status = &call.view.status;
    let drilled = Drilled {
        node: status.node.as_ref().map_or_else(String::new, ToString::to_string),
        term: status.term.0,
    };
    call.ask(Command::Order(Order::Probe), &bytes).await?;
    json(&drilled)
}

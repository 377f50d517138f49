//! `/v1/applications`: reading and deleting. Deploying is next door.

use api::Permission::{InvokeEffector, SeeEntity};
use api::application::ApplicationSummary;
use api::shape::{self, many};
use api::task::TaskSummary;
use axum::http::StatusCode;
use engine::effect::Reply;
use engine::input::Command;

use super::descendants::{of_type, typed};
use super::find;
use crate::http::answer::{Answer, json, json_with};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Content::Json;
use crate::http::route::Route;
use crate::http::show::task::Detail;
use crate::http::show::{application, task};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        typed(Route::get("/v1/applications", "All applications", list))
            .needs(SeeEntity)
            .hot()
            .ok(many::<ApplicationSummary>()),
        Route::get("/v1/applications/{app}", "One application", one)
            .needs(SeeEntity)
            .hot()
            .ok(shape::one::<ApplicationSummary>()),
        Route::delete("/v1/applications/{app}", "Stop an application and forget it", delete)
            .needs(InvokeEffector)
            .hot()
            .answers(StatusCode::ACCEPTED, Json(shape::one::<TaskSummary>())),
    ]);
}

async fn list(call: Call) -> Answer {
    let root = call.root();
    let apps = of_type(&call, root.apps())?;
    json(&apps.into_iter().map(|app| application::summary(root, app)).collect::<Vec<_>>())
}

async fn one(call: Call) -> Answer {
    json(&application::summary(call.root(), find::app(&call)?))
}

async fn delete(mut call: Call) -> Answer {
    let app = find::app(&call)?.id.clone();
    let reply = call.ask(Command::Delete { app }, b"").await?;
    accepted(&mut call, &reply)
}

/// 202 with the task that was begun.
pub(super) fn accepted(call: &mut Call, reply: &Reply) -> Answer {
    begun(call, StatusCode::ACCEPTED, reply)
}

/// A status with the task that was begun.
pub(super) fn begun(call: &mut Call, status: StatusCode, reply: &Reply) -> Answer {
    let Reply::Task { task: id, .. } = reply else {
        return Err(Fail::inside("the core answered something else than a task"));
    };
    call.refresh();
    let root = call.root();
    match root.task(id) {
        Some(task) => json_with(status, &task::summary(root, task, Detail::Full)),
        // It has ended and is forgotten already.
        None => Ok(crate::http::answer::bare(status)),
    }
}

//! `/v1/applications`: reading and deleting. Deploying is next door.

use api::Permission::{InvokeEffector, SeeEntity};
use api::application::ApplicationSummary;
use api::entity::EntityDetail;
use api::shape::{self, many};
use api::task::TaskSummary;
use axum::http::StatusCode;
use base::EntityId;
use engine::effect::Reply;
use engine::input::Command;

use super::find;
use super::sensors::hides;
use crate::http::answer::{Answer, JSON, json, json_with, raw, written};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Content::Json;
use crate::http::route::Kind::{Flag, Text};
use crate::http::route::Route;
use crate::http::show::secrets::suppress;
use crate::http::show::task::Detail;
use crate::http::show::{application, entity, task};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get("/v1/applications", "All applications", list)
            .needs(SeeEntity)
            .hot()
            .ok(many::<ApplicationSummary>()),
        Route::get("/v1/applications/{app}", "One application", one)
            .needs(SeeEntity)
            .hot()
            .ok(shape::one::<ApplicationSummary>()),
        Route::get("/v1/applications/fetch", "All applications as trees", fetch)
            .needs(SeeEntity)
            .hot()
            .query("items?", Text, "Ids, separated by commas or as JSON: what is above each comes too")
            .query("sensors?", Text, "Names, separated by commas or as JSON: their values come too")
            .query("suppressSecrets?", Flag, "Hide secret values")
            .ok(many::<EntityDetail>()),
        Route::delete("/v1/applications/{app}", "Stop an application and forget it", delete)
            .needs(InvokeEffector)
            .hot()
            .answers(StatusCode::ACCEPTED, Json(shape::one::<TaskSummary>())),
    ]);
}

async fn list(call: Call) -> Answer {
    let root = call.root();
    let all: Vec<_> = root.apps().map(|app| application::summary(root, app)).collect();
    json(&all)
}

async fn one(call: Call) -> Answer {
    json(&application::summary(call.root(), find::app(&call)?))
}

/// The same question of the same state has the same answer, except that not everybody sees secrets.
async fn fetch(call: Call) -> Answer {
    let question = format!("{} {}", hides(&call), call.line().1);
    let answer = call.app.memo.answer(call.view.version, &question, || trees(&call))?;
    Ok(raw(StatusCode::OK, JSON, answer))
}

fn trees(call: &Call) -> Result<Vec<u8>, Fail> {
    let root = call.root();
    let sensors = call.query_value("sensors").map(|text| names(&text));
    let sensors = sensors.as_deref();
    let mut all: Vec<EntityDetail> = root.apps().map(|app| entity::tree(root, app, sensors)).collect();
    for item in call.query_value("items").map(|text| names(&text)).unwrap_or_default() {
        let Some(item) = root.entity(&EntityId::new(item)) else { continue };
        let mut chain: Vec<_> = root.ancestry(&item.id).filter(|e| e.parent.is_some()).collect();
        chain.reverse();
        all.extend(chain.into_iter().map(|e| entity::tree(root, e, sensors)));
    }
    if hides(call) {
        for values in all.iter_mut().filter_map(|e| e.sensors.as_mut()) {
            for (name, value) in values.iter_mut() {
                *value = suppress(name, value.take());
            }
        }
    }
    written(&all)
}

/// A list as JSON or separated by commas.
fn names(text: &str) -> Vec<String> {
    serde_json::from_str(text)
        .unwrap_or_else(|_| text.split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect())
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

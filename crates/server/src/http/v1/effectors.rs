//! `.../effectors`: which there are, and calling one.

use std::collections::BTreeMap;

use api::Permission::InvokeEffector;
use api::effector::EffectorSummary;
use api::shape::{by_name, many, one};
use axum::http::StatusCode;
use engine::Status;
use engine::effect::Reply;
use engine::input::Command;
use serde_json::Value;

use super::find;
use super::wait::ended;
use crate::http::answer::{Answer, json, json_with, result};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::negotiate::{Consumes, is_form};
use crate::http::pairs;
use crate::http::route::Content::Json;
use crate::http::route::Kind::Span;
use crate::http::route::Route;
use crate::http::show::task::Detail;
use crate::http::show::{effector, task, text};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get("/v1/applications/{app}/entities/{ent}/effectors", "Which effectors it has", list)
            .needs(InvokeEffector)
            .hot()
            .ok(many::<EffectorSummary>()),
        Route::get(
            "/v1/applications/{app}/entities/{ent}/effectors/{effector}/form",
            "What one takes, as a JSON schema. Ours",
            form,
        )
        .needs(InvokeEffector)
        .hot()
        .ok(one::<Value>()),
        Route::post(
            "/v1/applications/{app}/entities/{ent}/effectors/{effector}",
            "Call one: its result, or its task while that goes on",
            invoke,
        )
        .needs(InvokeEffector)
        .hot()
        .query("timeout?", Span, "How long to wait for its end; 0: not at all; left out: until it ends")
        .takes(Consumes::JsonOrForm, by_name::<Value>())
        .answers(StatusCode::ACCEPTED, Json(one::<Value>())),
    ]);
}

async fn list(call: Call) -> Answer {
    json(&effector::list(call.root(), find::entity(&call)?))
}

async fn form(call: Call) -> Answer {
    let entity = find::entity(&call)?;
    let name = call.param("effector");
    match call.root().effector(&entity.id, name) {
        Some(found) => json(&effector::form(entity, found)),
        None => Err(no_effector(&call, name)),
    }
}

/// The entity is called as the path calls it.
fn no_effector(call: &Call, name: &str) -> Fail {
    let entity = call.param("ent");
    Fail::not_found(format!("Entity '{entity}' has no effector with name '{name}'"))
}

/// Waits for the end unless `timeout` says how long (0: not at all). Every success is 202, as was observed.
async fn invoke(mut call: Call) -> Answer {
    let entity = find::entity(&call)?.id.clone();
    let effector = call.param("effector").to_owned();
    if call.root().effector(&entity, &effector).is_none() {
        return Err(no_effector(&call, &effector));
    }
    let limit = call.query_wait("timeout")?;
    let body = call.body().await?;
    let mut params = params(&call, &body)?;
    // `br invoke --param word` sends one without a name. As in Brooklyn, it is nobody's.
    params.remove("");
    let reply = call.ask(Command::Invoke { entity, effector, params }, &body).await?;
    let Reply::Task { task: id, .. } = reply else {
        return Err(Fail::inside("the core answered something else than a task"));
    };
    let view = ended(&call, &id, limit).await;
    let Some(root) = &view.root else {
        return Err(Fail::later(format!(
            "This server holds no state any more; task '{id}' was begun: ask the server that X-HA-Master names \
             for /v1/activities/{id}"
        )));
    };
    // A task that is forgotten already has ended, and nothing more is known of it.
    let Some(task) = root.task(&id) else { return Ok(crate::http::answer::bare(StatusCode::ACCEPTED)) };
    match task.status {
        // Who does not wait wants to follow the task, also one that has ended by now.
        _ if limit == Some(base::Span::ZERO) => {
            json_with(StatusCode::ACCEPTED, &task::summary(root, task, Detail::Full))
        }
        Status::InProgress => json_with(StatusCode::ACCEPTED, &task::summary(root, task, Detail::Full)),
        Status::Completed => result(StatusCode::ACCEPTED, &task.result),
        Status::Failed | Status::Cancelled => {
            let why =
                if task.result.is_null() { task.status.word().to_owned() } else { text::java(&task.result) };
            Err(Fail::said(StatusCode::INTERNAL_SERVER_ERROR, why))
        }
    }
}

fn params(call: &Call, body: &[u8]) -> Result<BTreeMap<String, Value>, Fail> {
    if is_form(call.content_type()) {
        let mut all: BTreeMap<String, Value> = BTreeMap::new();
        for (name, value) in pairs::parse(&String::from_utf8_lossy(body)) {
            let value = Value::String(value);
            match all.get_mut(&name) {
                None => {
                    all.insert(name, value);
                }
                Some(Value::Array(list)) => list.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        return Ok(all);
    }
    if body.trim_ascii().is_empty() {
        return Ok(BTreeMap::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map.into_iter().collect()),
        Ok(Value::Null) => Ok(BTreeMap::new()),
        Ok(_) => Err(Fail::bad("Expected a JSON map of parameter names and values")),
        Err(error) => Err(Fail::bad(format!("The body is not JSON: {error}"))),
    }
}

//! `/v1/activities`: tasks by id. Served in every role; a server without state knows no task.

use std::collections::VecDeque;

use api::Permission::{InvokeEffector, SeeActivityStreams, SeeEntity};
use api::shape;
use api::task::TaskSummary;
use axum::http::StatusCode;
use base::TaskId;
use engine::effect::Reply;
use engine::input::Command;
use serde_json::{Map, Value, json as value};

use super::find;
use super::wait::ended;
use crate::http::answer::{Answer, TEXT, json, json_with, raw};
use crate::http::call::{Call, limit_of};
use crate::http::fail::Fail;
use crate::http::negotiate::AS_TEXT;
use crate::http::route::Content::{Json, Text};
use crate::http::route::Kind::{Number, Span};
use crate::http::route::{LIMIT, Route};
use crate::http::show::task::{self, Detail};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get("/v1/activities/{task}", "One task: 200 when it has ended, else 202", one)
            .needs(SeeEntity)
            .query("timeout?", Span, "How long to wait for its end; not at all when it is left out")
            .ok(shape::one::<TaskSummary>())
            .answers(StatusCode::ACCEPTED, Json(shape::one::<TaskSummary>())),
        Route::get("/v1/activities/{task}/children", "Its sub-tasks", children)
            .needs(SeeEntity)
            .query("limit?", Number, LIMIT)
            .ok(shape::many::<TaskSummary>()),
        Route::get("/v1/activities/{task}/children/recurse", "All tasks below it, by id", recurse)
            .needs(SeeEntity)
            .query("limit?", Number, LIMIT)
            .query("maxDepth?", Number, "How far down; -1: all the way")
            .ok(shape::by_name::<TaskSummary>()),
        Route::get("/v1/activities/{task}/stream/{stream}", "What it wrote", stream)
            .needs(SeeActivityStreams)
            .gives(AS_TEXT)
            .answers(StatusCode::OK, Text),
        Route::post("/v1/activities/{task}/cancel", "Cancel it; whether it was going on", cancel)
            .needs(InvokeEffector)
            .ok(shape::one::<bool>()),
    ]);
}

/// 200 when it has ended, else 202. Unlike at effectors, no `timeout` means not to wait.
async fn one(mut call: Call) -> Answer {
    let id = find::task(&call)?.id.clone();
    if call.query_value("timeout").is_some_and(|t| !t.is_empty()) {
        let limit = call.query_wait("timeout")?;
        if limit != Some(base::Span::ZERO) {
            call.view = ended(&call, &id, limit).await;
        }
    }
    let task = find::task(&call)?;
    let status = if task.is_ended() { StatusCode::OK } else { StatusCode::ACCEPTED };
    json_with(status, &task::summary(call.root(), task, Detail::Full))
}

async fn children(call: Call) -> Answer {
    let (root, limit) = (call.root(), limit_of(&call)?);
    let task = find::task(&call)?;
    let all: Vec<_> =
        root.sub_tasks(&task.id).take(limit).map(|t| task::summary(root, t, Detail::Full)).collect();
    json(&all)
}

async fn recurse(call: Call) -> Answer {
    let (root, limit) = (call.root(), limit_of(&call)?);
    let depth = call.query_value("maxDepth").and_then(|d| d.parse::<i64>().ok()).unwrap_or(-1);
    let mut open: VecDeque<(TaskId, i64)> = VecDeque::from([(find::task(&call)?.id.clone(), 0)]);
    let mut all = Map::new();
    while let Some((id, level)) = open.pop_front() {
        if depth >= 0 && level >= depth {
            continue;
        }
        for child in root.sub_tasks(&id) {
            if all.len() >= limit {
                return json(&all);
            }
            let summary = task::summary(root, child, Detail::Brief);
            all.insert(child.id.to_string(), value!(summary));
            open.push_back((child.id.clone(), level + 1));
        }
    }
    json(&all)
}

async fn stream(call: Call) -> Answer {
    let task = find::task(&call)?;
    let name = call.param("stream");
    match task.streams.get(name) {
        Some(stream) => Ok(raw(StatusCode::OK, TEXT, task::stream_text(stream))),
        None => Err(Fail::not_found(format!("Cannot find stream '{name}' in task '{}'", task.id))),
    }
}

async fn cancel(call: Call) -> Answer {
    let task = find::task(&call)?.id.clone();
    match call.ask(Command::Cancel { task }, b"").await? {
        Reply::Value(was) => json(&was),
        _ => json(&Value::Bool(true)),
    }
}

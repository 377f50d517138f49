//! `/v1/activities`: tasks by id. Served in every role; a server without state knows no task.

use std::collections::VecDeque;

use api::Permission::{InvokeEffector, SeeActivityStreams, SeeEntity};
use api::shape;
use api::task::TaskSummary;
use axum::http::StatusCode;
use base::TaskId;
use engine::Task;
use engine::effect::Reply;
use engine::input::Command;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::find;
use super::sensors::hides;
use super::wait::ended;
use crate::http::answer::{Answer, TEXT, json, json_with};
use crate::http::call::{Call, limit_of};
use crate::http::fail::Fail;
use crate::http::negotiate::AS_TEXT;
use crate::http::range::ranged;
use crate::http::route::Content::{Json, Nothing, Text};
use crate::http::route::Kind::{Flag, Number, Span};
use crate::http::route::{LIMIT, Route};
use crate::http::show::secrets;
use crate::http::show::task::{self, Detail};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let hiding = |route: Route| route.query("suppressSecrets?", Flag, "Hide secret values");
    all.extend([
        hiding(Route::get("/v1/activities", "The tasks that are no part of another, newest first", list))
            .needs(SeeEntity)
            .query("limit?", Number, LIMIT)
            .ok(shape::many::<TaskSummary>()),
        hiding(Route::get("/v1/activities/{task}", "One task: 200 when it has ended, else 202", one))
            .needs(SeeEntity)
            .query("timeout?", Span, "How long to wait for its end; not at all when it is left out")
            .ok(shape::one::<TaskSummary>())
            .answers(StatusCode::ACCEPTED, Json(shape::one::<TaskSummary>())),
        hiding(Route::get("/v1/activities/{task}/children", "Its sub-tasks", children))
            .needs(SeeEntity)
            .query(
                "includeBackground?",
                Flag,
                "Read and without effect: no task of this release begins others",
            )
            .query("limit?", Number, LIMIT)
            .ok(shape::many::<TaskSummary>()),
        hiding(Route::get("/v1/activities/{task}/children/recurse", "All tasks below it, by id", recurse))
            .needs(SeeEntity)
            .query("limit?", Number, LIMIT)
            .query("maxDepth?", Number, "How far down; -1: all the way")
            .ok(shape::by_name::<TaskSummary>()),
        hiding(Route::get("/v1/activities/{task}/stream/{stream}", "What it wrote; takes `Range`", stream))
            .needs(SeeActivityStreams)
            .gives(AS_TEXT)
            .answers(StatusCode::OK, Text)
            .answers(StatusCode::PARTIAL_CONTENT, Text)
            .answers(StatusCode::RANGE_NOT_SATISFIABLE, Nothing),
        Route::post("/v1/activities/{task}/cancel", "Cancel it; whether it was going on", cancel)
            .needs(InvokeEffector)
            .ok(shape::one::<bool>()),
    ]);
}

/// A task, without its secrets where they are hidden.
pub(super) fn shown(call: &Call, of: &Task, detail: Detail) -> TaskSummary {
    let summary = task::summary(call.root(), of, detail);
    if hides(call) { task::hide(summary) } else { summary }
}

async fn list(call: Call) -> Answer {
    let tasks = call.root().top_tasks().rev().take(limit_of(&call)?);
    json(&tasks.map(|t| shown(&call, t, Detail::Brief)).collect::<Vec<_>>())
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
    json_with(status, &shown(&call, task, Detail::Full))
}

async fn children(call: Call) -> Answer {
    let (root, limit) = (call.root(), limit_of(&call)?);
    let task = find::task(&call)?;
    let all: Vec<_> = root.sub_tasks(&task.id).take(limit).map(|t| shown(&call, t, Detail::Full)).collect();
    json(&all)
}

async fn recurse(call: Call) -> Answer {
    let (root, limit) = (call.root(), limit_of(&call)?);
    let depth = match call.query_value("maxDepth").filter(|d| !d.is_empty()) {
        None => -1,
        Some(text) => text
            .trim()
            .parse::<i64>()
            .map_err(|_| Fail::bad(format!("maxDepth: \"{text}\" is not a whole number; -1 means all")))?,
    };
    let mut open: VecDeque<(TaskId, i64)> = VecDeque::from([(find::task(&call)?.id.clone(), 0)]);
    let mut all = InOrder::default();
    while let Some((id, level)) = open.pop_front() {
        if depth >= 0 && level >= depth {
            continue;
        }
        for child in root.sub_tasks(&id) {
            if all.0.len() >= limit {
                return json(&all);
            }
            all.0.push(shown(&call, child, Detail::Brief));
            open.push_back((child.id.clone(), level + 1));
        }
    }
    json(&all)
}

/// Tasks by their ids, in the order in which they were found: level by level, and in each as they were begun.
#[derive(Default)]
struct InOrder(Vec<TaskSummary>);

impl Serialize for InOrder {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|task| (&task.id, task)))
    }
}

async fn stream(call: Call) -> Answer {
    let task = find::task(&call)?;
    let name = call.param("stream");
    match task.streams.get(name) {
        Some(stream) => {
            let text = task::stream_text(stream);
            let text = if hides(&call) { secrets::lines(&text) } else { text };
            Ok(ranged(call.headers(), TEXT, &text))
        }
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

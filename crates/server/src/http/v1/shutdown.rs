//! `POST /v1/server/shutdown`, which every role takes.
//!
//! The server ends as soon as this request and those beside it are answered. Brooklyn then tells for
//! `delayForHttpReturn` that it has ended (5 s); here nobody has to wait for that who does not ask for it.

use std::collections::BTreeMap;
use std::time::Duration;

use api::Permission::{SeeAllServerInfo, Shutdown};
use axum::http::StatusCode;
use base::{EntityId, Span, TaskId};
use engine::Status;
use engine::effect::Reply;
use engine::input::Command;
use ha::status::Role;

use super::wait::ended;
use crate::http::answer::{Answer, no_content};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::limits::{MODE_WAIT_MAX, SERVING_ON_MAX};
use crate::http::route::Content::Nothing;
use crate::http::route::Kind::{self, Flag};
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.push(
        Route::post("/v1/server/shutdown", "End this server gracefully", shutdown)
            .needs(Shutdown)
            .exempt()
            .form("stopAppsFirst?", Flag, "Stop all applications before; only on the master")
            .form("forceShutdownOnError?", Flag, "End also when one of them does not stop")
            .form("shutdownTimeout?", Kind::Span, "How long they may take (default 20s; 0: no limit)")
            .form("requestTimeout?", Kind::Span, "Read and not waited for")
            .form(
                "delayForHttpReturn?",
                Kind::Span,
                "How long to tell that it has ended (default 0, at most 60s)",
            )
            .form("delayMillis?", Kind::Number, "The same, by its older name")
            .answers(StatusCode::NO_CONTENT, Nothing),
    );
}

async fn shutdown(mut call: Call) -> Answer {
    if !call.visitor().is_some_and(|v| v.login.may(SeeAllServerInfo)) {
        let user = call.user();
        return Err(Fail::forbidden(format!("User '{user}' is not authorized to perform this operation")));
    }
    let fields = call.fields().await?;
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim());
    let flag = |name: &str| field(name).is_some_and(|v| v.eq_ignore_ascii_case("true"));
    let span = |name: &str, default: Span| match field(name) {
        None | Some("") => Ok(default),
        Some(text) if text.starts_with('-') => {
            Err(Fail::bad(format!("Only positive or 0 delay allowed for {name}")))
        }
        Some(text) => text.parse::<Span>().map_err(|e| Fail::bad(format!("{name}: {e}"))),
    };
    if flag("stopAppsFirst") && call.role() != Role::Master {
        return Err(Fail::forbidden("Not allowed to stop all apps when server is not master"));
    }
    if field("delayMillis").is_some_and(|text| !text.is_empty() && text.parse::<i64>().is_err()) {
        return Err(Fail::Bare(StatusCode::BAD_REQUEST));
    }
    let delay = span("delayForHttpReturn", Span::ZERO)?;
    let delay = span("delayMillis", delay)?;
    span("requestTimeout", Span::secs(20))?;
    let limit = span("shutdownTimeout", Span::secs(20))?;
    if flag("stopAppsFirst") {
        let stopped = stop_all(&mut call, limit).await?;
        if !stopped && !flag("forceShutdownOnError") {
            return Err(Fail::said(
                StatusCode::BAD_REQUEST,
                "Error or timeout while stopping applications. See log for details.",
            ));
        }
    }
    tracing::info!(user = call.user(), "the server was asked over HTTP to end");
    let serving = Duration::from_micros(delay.0).min(SERVING_ON_MAX);
    let plane = &call.app.plane;
    plane.stop(serving);
    if !serving.is_zero() {
        // Who asks again is told what it is now.
        call.until(MODE_WAIT_MAX, || plane.view().status.role_at(plane.now()) == Role::Terminated).await;
    }
    Ok(no_content())
}

/// Stops all applications; says whether all ended well in time. 0 is no limit, as in Brooklyn.
async fn stop_all(call: &mut Call, limit: Span) -> Result<bool, Fail> {
    let apps: Vec<EntityId> = call.root().apps().map(|a| a.id.clone()).collect();
    let mut tasks: Vec<TaskId> = Vec::new();
    for entity in apps {
        let command = Command::Invoke { entity, effector: "stop".to_owned(), params: BTreeMap::new() };
        if let Reply::Task { task, .. } = call.ask(command, b"").await? {
            tasks.push(task);
        }
    }
    let all_ended = async {
        for task in &tasks {
            ended(call, task, None).await;
        }
    };
    if limit == Span::ZERO {
        all_ended.await;
    } else if tokio::time::timeout(Duration::from_micros(limit.0), all_ended).await.is_err() {
        return Ok(false);
    }
    call.refresh();
    // A stopped application may be gone, and its task with it.
    Ok(tasks.iter().all(|t| call.root().task(t).is_none_or(|t| t.status == Status::Completed)))
}

//! `.../children`: what is directly below an entity, and adding to it.

use std::sync::Arc;

use api::Permission::{ModifyEntity, SeeEntity};
use api::entity::EntitySummary;
use api::shape::{many, one};
use api::task::TaskSummary;
use axum::http::StatusCode;
use base::Span;
use engine::effect::Reply;
use engine::input::Command;
use model::compile::{Params, compile_children};

use super::applications::begun;
use super::deploy::compiled;
use super::find;
use super::wait::ended;
use crate::http::answer::{Answer, at, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::negotiate::Consumes;
use crate::http::route::Content::Json;
use crate::http::route::Kind::{self, Flag};
use crate::http::route::Route;
use crate::http::show::entity;

/// How long the end of the task is waited for where nobody says.
const WAIT: Span = Span::millis(20);

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const CHILDREN: &str = "/v1/applications/{app}/entities/{ent}/children";
    all.extend([
        Route::get(CHILDREN, "What is directly below it", list)
            .needs(SeeEntity)
            .hot()
            .ok(many::<EntitySummary>()),
        Route::post(CHILDREN, "Add what a blueprint describes below it", add)
            .needs(ModifyEntity)
            .hot()
            .query("start?", Flag, "Whether to start what can be started; left out: yes")
            .query("timeout?", Kind::Span, "How long to wait for its end; left out: 20 ms")
            .takes(Consumes::YamlOrJson, one::<String>())
            .answers(StatusCode::CREATED, Json(one::<TaskSummary>())),
    ]);
}

async fn list(call: Call) -> Answer {
    let parent = find::entity(&call)?;
    json(&call.root().children(&parent.id).map(entity::summary).collect::<Vec<_>>())
}

/// The task's result is the list of ids. `Location` is the new child: there is always one, into which several are put.
async fn add(mut call: Call) -> Answer {
    let parent = find::entity(&call)?;
    let (app, parent) = (parent.app.clone(), parent.id.clone());
    let start = call.query_value("start").is_none_or(|text| !text.eq_ignore_ascii_case("false"));
    let limit = match call.query_value("timeout") {
        None => Some(WAIT),
        Some(_) => call.query_wait("timeout")?,
    };
    let text = call.text().await?;
    let around = call.surroundings();
    let blueprint = text.clone();
    let children =
        compiled(move || compile_children("blueprint", &blueprint, &Params::new(), &around)).await?;
    let specs = Arc::new(children.specs);
    let command = Command::AddChildren { parent, specs, source: text.clone(), start };
    let reply = call.ask(command, text.as_bytes()).await?;
    let Reply::Task { entity, task } = &reply else {
        return Err(Fail::inside("the core answered something else than a task"));
    };
    ended(&call, task, limit).await;
    let location = format!("{}{}", call.own_uri(), api::paths::entity(app.as_str(), entity.as_str()));
    Ok(at(begun(&mut call, StatusCode::CREATED, &reply)?, &location))
}

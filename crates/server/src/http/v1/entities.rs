//! `/v1/applications/{app}/entities`.

use api::Permission::{InvokeEffector, RenameEntity, SeeEntity};
use api::catalog::SpecSummary;
use api::entity::{EntitySummary, RelationSummary};
use api::location::LocationSummary;
use api::shape::{self, many};
use api::task::TaskSummary;
use axum::http::StatusCode;
use base::TaskId;
use engine::input::Command;

use super::activities::shown;
use super::applications::accepted;
use super::find;
use crate::http::answer::{Answer, empty, json, no_content, raw};
use crate::http::call::{Call, limit_of};
use crate::http::catalog::icon_at;
use crate::http::fail::Fail;
use crate::http::negotiate::{ANY, AS_YAML};
use crate::http::route::Content::{Bytes, Json, Nothing, Text};
use crate::http::route::Kind::{self, Flag, Number};
use crate::http::route::{LIMIT, Route};
use crate::http::show::task::Detail;
use crate::http::show::{entity, location, spec, task};

/// Brooklyn calls it `text/json`; clients that ask for JSON get it all the same.
const AS_EITHER_JSON: &[&str] = &["text/json", "application/json"];

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const ONE: &str = "/v1/applications/{app}/entities/{ent}";
    const TASKS: &str = "/v1/applications/{app}/entities/{ent}/activities";
    const TASK: &str = "/v1/applications/{app}/entities/{ent}/activities/{task}";
    const SPECS: &str = "/v1/applications/{app}/entities/{ent}/speclist";
    const RELATIONS: &str = "/v1/applications/{app}/entities/{ent}/relations";
    let reads = [
        Route::get("/v1/applications/{app}/entities", "What is directly below an application", top)
            .ok(many::<EntitySummary>()),
        Route::get(ONE, "One entity", one).ok(shape::one::<EntitySummary>()),
        Route::get("/v1/applications/{app}/entities/{ent}/locations", "Where it runs", locations)
            .ok(many::<LocationSummary>()),
        Route::get(RELATIONS, "How it is related to others: no entity of this release is", relations)
            .ok(many::<RelationSummary>()),
        Route::get(SPECS, "What it was made from; 204 when it has no blueprint of its own", specs)
            .ok(many::<SpecSummary>())
            .answers(StatusCode::NO_CONTENT, Nothing),
        Route::get("/v1/applications/{app}/entities/{ent}/spec", "Its blueprint, where it has one", spec)
            .gives(AS_YAML)
            .answers(StatusCode::OK, Text)
            .answers(StatusCode::NO_CONTENT, Nothing),
        Route::get("/v1/applications/{app}/entities/{ent}/icon", "Its picture", icon)
            .gives(ANY)
            .answers(StatusCode::OK, Bytes)
            .answers(StatusCode::NO_CONTENT, Nothing)
            .answers(StatusCode::TEMPORARY_REDIRECT, Nothing),
        Route::get(TASKS, "Its tasks", activities)
            .query("suppressSecrets?", Flag, "Hide secret values")
            .query("limit?", Number, LIMIT)
            .query("recurse?", Flag, "Those of all below it too")
            .ok(many::<TaskSummary>()),
        Route::get(TASK, "One of its tasks", activity)
            .query("suppressSecrets?", Flag, "Hide secret values")
            .gives(AS_EITHER_JSON)
            .ok(shape::one::<TaskSummary>()),
    ];
    all.extend(reads.map(|route| route.needs(SeeEntity).hot()));
    all.extend([
        Route::post("/v1/applications/{app}/entities/{ent}/name", "Rename it", rename)
            .needs(RenameEntity)
            .hot()
            .query("name", Kind::Text, "The new name")
            .answers(StatusCode::OK, Nothing),
        Route::post("/v1/applications/{app}/entities/{ent}/expunge", "Forget it", expunge)
            .needs(InvokeEffector)
            .hot()
            .query("release?", Flag, "Stop it first")
            .answers(StatusCode::ACCEPTED, Json(shape::one::<TaskSummary>())),
    ]);
}

async fn top(call: Call) -> Answer {
    let app = find::app(&call)?;
    json(&call.root().children(&app.id).map(entity::summary).collect::<Vec<_>>())
}

async fn one(call: Call) -> Answer {
    json(&entity::summary(find::entity(&call)?))
}

async fn locations(call: Call) -> Answer {
    let found = find::entity(&call)?;
    let (root, around) = (call.root(), call.surroundings());
    let all = location::of_entity(root, &found.id).map(|l| l.summary(&around, false));
    json(&all.collect::<Vec<_>>())
}

async fn relations(call: Call) -> Answer {
    let none: [RelationSummary; 0] = [];
    find::entity(&call)?;
    json(&none)
}

async fn specs(call: Call) -> Answer {
    let specs = spec::specs(call.root(), find::entity(&call)?);
    if specs.is_empty() { Ok(no_content()) } else { json(&specs) }
}

async fn spec(call: Call) -> Answer {
    match spec::specs(call.root(), find::entity(&call)?).into_iter().next() {
        Some(spec) => Ok(raw(StatusCode::OK, call.form, spec.contents)),
        None => Ok(no_content()),
    }
}

async fn icon(call: Call) -> Answer {
    let found = find::entity(&call)?;
    icon_at(&call, found.def.icon_url.as_deref(), &found.def.bundles).await
}

async fn activities(call: Call) -> Answer {
    let found = find::entity(&call)?;
    let root = call.root();
    let limit = limit_of(&call)?;
    let tasks = if call.query_flag("recurse").unwrap_or(false) {
        task::ordered(root.tree(&found.id).flat_map(|e| root.tasks_of(&e.id)), limit)
    } else {
        task::ordered(root.tasks_of(&found.id), limit)
    };
    json(&tasks.into_iter().map(|t| shown(&call, t, Detail::Brief)).collect::<Vec<_>>())
}

async fn activity(call: Call) -> Answer {
    let found = find::entity(&call)?;
    let token = call.param("task");
    let missing = || Fail::not_found(format!("Cannot find task '{token}'"));
    let task = call.root().task(&TaskId::new(token)).ok_or_else(missing)?;
    if task.entity.as_ref() != Some(&found.id) {
        return Err(Fail::not_found(format!("Cannot find task '{token}' on entity '{}'", found.id)));
    }
    let mut response = json(&shown(&call, task, Detail::Full))?;
    let form = axum::http::HeaderValue::from_static(call.form);
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, form);
    Ok(response)
}

async fn rename(call: Call) -> Answer {
    let entity = find::entity(&call)?.id.clone();
    let name = call.query_value("name").filter(|n| !n.is_empty());
    let name = name.ok_or_else(|| Fail::bad("Missing parameter: name"))?;
    call.ask(Command::Rename { entity, name }, b"").await?;
    Ok(empty())
}

async fn expunge(mut call: Call) -> Answer {
    let entity = find::entity(&call)?.id.clone();
    let release = call.query_flag("release").unwrap_or(false);
    let reply = call.ask(Command::Expunge { entity, release }, b"").await?;
    accepted(&mut call, &reply)
}

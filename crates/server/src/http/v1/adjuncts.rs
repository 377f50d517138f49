//! `.../adjuncts`: policies, enrichers and feeds of an entity. What `.../policies` shares with it is here too.

use std::sync::Arc;

use api::Permission::{DeleteAdjunct, ModifyEntity, SeeActivityStreams, SeeEntity, StartPolicy, StopPolicy};
use api::adjunct::{AdjunctConfigSummary, AdjunctDetail, AdjunctSummary};
use api::application::Status;
use api::shape::{self, by_name, many};
use api::task::TaskSummary;
use axum::http::StatusCode;
use base::{AdjunctId, EntityId};
use engine::effect::Reply;
use engine::input::Command;
use model::ConfigValue;
use model::adjuncts::AdjunctKind;
use model::config::{deferred, resolve};
use serde_json::{Value, json as value};

use super::activities;
use super::find;
use super::sensors::hides;
use crate::http::answer::{Answer, JSON, empty, json, no_content, raw};
use crate::http::call::{Call, limit_of};
use crate::http::catalog::{icon as icon_of, icon_at};
use crate::http::fail::Fail;
use crate::http::negotiate::{ANY, Consumes};
use crate::http::route::Content::{Bytes, Nothing, Text};
use crate::http::route::Kind;
use crate::http::route::{LIMIT, Route};
use crate::http::show::adjunct::{self as show, Beside};
use crate::http::show::task::{self, Detail};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const ALL: &str = "/v1/applications/{app}/entities/{ent}/adjuncts";
    const ONE: &str = "/v1/applications/{app}/entities/{ent}/adjuncts/{adjunct}";
    const STATUS: &str = "/v1/applications/{app}/entities/{ent}/adjuncts/{adjunct}/status";
    const START: &str = "/v1/applications/{app}/entities/{ent}/adjuncts/{adjunct}/start";
    const STOP: &str = "/v1/applications/{app}/entities/{ent}/adjuncts/{adjunct}/stop";
    const ICON: &str = "/v1/applications/{app}/entities/{ent}/adjuncts/{adjunct}/icon";
    const TASKS: &str = "/v1/applications/{app}/entities/{ent}/adjuncts/{adjunct}/activities";
    const KEYS: &str = "/v1/applications/{app}/entities/{ent}/adjuncts/{adjunct}/config";
    const SET: &str = "/v1/applications/{app}/entities/{ent}/adjuncts/{adjunct}/config-current";
    const KEY: &str = "/v1/applications/{app}/entities/{ent}/adjuncts/{adjunct}/config/{config}";
    let reads = [
        Route::get(ALL, "Its policies, enrichers and feeds", list)
            .query("adjunctType?", Kind::Text, "Only these: policy, enricher or feed")
            .ok(many::<AdjunctSummary>()),
        Route::get(ONE, "One of them", one).ok(shape::one::<AdjunctDetail>()),
        Route::get(STATUS, "How it is", status).ok(shape::one::<Status>()),
        Route::get(ICON, "Its picture", icon)
            .gives(ANY)
            .answers(StatusCode::OK, Bytes)
            .answers(StatusCode::NO_CONTENT, Nothing)
            .answers(StatusCode::TEMPORARY_REDIRECT, Nothing),
        Route::get(TASKS, "The tasks that it began", tasks)
            .query("suppressSecrets?", Kind::Flag, "Hide secret values")
            .query("limit?", Kind::Number, LIMIT)
            .ok(many::<TaskSummary>()),
        Route::get(KEYS, "Which config keys it has", keys).ok(many::<AdjunctConfigSummary>()),
        Route::get(SET, "All values that are set, as texts", set_values).ok(by_name::<String>()),
        Route::get(KEY, "One value or its default, as text; 204 when there is none", value_of)
            .answers(StatusCode::OK, Text)
            .answers(StatusCode::NO_CONTENT, Nothing),
    ];
    all.extend(reads.map(|route| {
        let needed = if route.path == TASKS { SeeActivityStreams } else { SeeEntity };
        route.needs(needed).hot()
    }));
    all.extend(
        [
            Route::post(ALL, "Add a policy or an enricher", add)
                .needs(ModifyEntity)
                .query("type", Kind::Text, "Of which type")
                .takes(Consumes::Json, by_name::<Value>())
                .ok(shape::one::<AdjunctDetail>()),
            Route::delete(ONE, "Take it away", delete)
                .needs(DeleteAdjunct)
                .answers(StatusCode::NO_CONTENT, Nothing),
            Route::post(START, "Let it go on", start)
                .needs(StartPolicy)
                .answers(StatusCode::NO_CONTENT, Nothing),
            Route::post(STOP, "Let it rest", stop).needs(StopPolicy).answers(StatusCode::NO_CONTENT, Nothing),
            Route::post(KEY, "Set one value", set)
                .needs(ModifyEntity)
                .takes(Consumes::Json, shape::one::<Value>())
                .answers(StatusCode::OK, Nothing),
        ]
        .map(Route::hot),
    );
}

/// The ids of an adjunct and of its entity.
pub(super) type Named = (EntityId, AdjunctId);

/// The same of one that was found and is to be changed.
pub(super) fn ids(found: &Beside<'_>) -> Result<Named, Fail> {
    if found.innate.is_some() {
        let what = found.adjunct.described(found.entity);
        let why = "is what the server itself does for each such entity: it cannot be changed or taken away";
        return Err(Fail::bad(format!("{what} {why}; what it depends on is config of the entity")));
    }
    Ok((found.entity.id.clone(), found.adjunct.id.clone()))
}

async fn list(call: Call) -> Answer {
    let kind = match call.query_value("adjunctType").as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("") => None,
        Some("policy") => Some(AdjunctKind::Policy),
        Some("enricher") => Some(AdjunctKind::Enricher),
        Some("feed") => Some(AdjunctKind::Feed),
        Some(other) => {
            return Err(Fail::bad(format!(
                "Unknown adjunct type '{other}'; use 'policy', 'enricher', or 'feed'"
            )));
        }
    };
    let all = show::by_name(call.root(), find::entity(&call)?, kind);
    json(&all.iter().map(Beside::summary).collect::<Vec<_>>())
}

async fn one(call: Call) -> Answer {
    json(&find::adjunct(&call)?.detail(hides(&call)))
}

async fn status(call: Call) -> Answer {
    json(&find::adjunct(&call)?.state())
}

async fn icon(call: Call) -> Answer {
    let found = find::adjunct(&call)?;
    match found.picture() {
        (None, Some(stock)) => icon_of(&call, &stock).await,
        (url, _) => icon_at(&call, url, &found.bundle().into_iter().collect::<Vec<_>>()).await,
    }
}

async fn tasks(call: Call) -> Answer {
    let (root, limit) = (call.root(), limit_of(&call)?);
    let tasks = task::ordered(root.tasks_by_adjunct(&find::adjunct(&call)?.adjunct.id), limit);
    json(&tasks.into_iter().map(|t| activities::shown(&call, t, Detail::Full)).collect::<Vec<_>>())
}

async fn keys(call: Call) -> Answer {
    json(&find::adjunct(&call)?.parameters())
}

async fn set_values(call: Call) -> Answer {
    json(&find::adjunct(&call)?.config(hides(&call)))
}

async fn value_of(call: Call) -> Answer {
    shown(&call, &find::adjunct(&call)?)
}

/// A config value as raw text, whatever the media type says.
pub(super) fn shown(call: &Call, found: &Beside<'_>) -> Answer {
    let key = declared(call, found)?;
    match found.value(key, hides(call), true) {
        Some(text) => Ok(raw(StatusCode::OK, JSON, text)),
        None => Ok(no_content()),
    }
}

fn declared(call: &Call, found: &Beside<'_>) -> Result<&'static str, Fail> {
    let name = call.param("config");
    let missing = || {
        let (of, on) = (&found.adjunct.id, &found.entity.id);
        Fail::not_found(format!("Cannot find config key '{name}' in adjunct '{of}' of entity '{on}'"))
    };
    found.key(name).map(|key| key.name).ok_or_else(missing)
}

async fn add(mut call: Call) -> Answer {
    let added = added(&mut call, |_| true).await?;
    json(&find::adjunct_by_id(&call, &added)?.detail(hides(&call)))
}

/// Adds what the request describes, if it is `wanted`; afterwards the call sees it.
pub(super) async fn added(call: &mut Call, wanted: fn(AdjunctKind) -> bool) -> Result<Named, Fail> {
    let entity = find::entity(call)?.id.clone();
    let name = call.query_value("type").filter(|n| !n.trim().is_empty());
    let name = name.ok_or_else(|| Fail::bad("Missing parameter: type"))?;
    let config = match call.json().await? {
        Value::Null => Value::Object(serde_json::Map::new()),
        map @ Value::Object(_) => map,
        _ => return Err(Fail::bad("Expected a JSON map of config keys and values")),
    };
    // Compiled as if it stood in a blueprint: one place says what an adjunct may be given.
    let text = value!({ "type": name, "brooklyn.config": config }).to_string();
    let (spec, warnings) =
        model::compile::compile_adjunct("adjunct", &text, &call.surroundings()).map_err(|found| {
            let said = found.items().iter().filter(|d| d.is_error());
            refused(said.map(|d| (d.message.as_str(), d.help.as_deref())))
        })?;
    if !wanted(spec.kind) {
        return Err(Fail::bad(format!("{} is no policy; add it as an adjunct", spec.type_name)));
    }
    // In a blueprint they would be told and passed over; here nobody would hear of them.
    if !warnings.is_empty() {
        return Err(refused(warnings.iter().map(|w| (w.message.as_str(), w.help.as_deref()))));
    }
    let command = Command::AddAdjunct { entity: entity.clone(), spec: Arc::new(spec) };
    let Reply::Value(Value::String(id)) = call.ask(command, text.as_bytes()).await? else {
        return Err(Fail::inside("the core answered something else than an adjunct's id"));
    };
    call.refresh();
    Ok((entity, AdjunctId::new(id)))
}

fn refused<'a>(said: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> Fail {
    let lines = said.map(|(message, help)| match help {
        Some(help) => format!("{message} ({help})"),
        None => message.to_owned(),
    });
    Fail::bad(lines.collect::<Vec<_>>().join("; "))
}

async fn delete(call: Call) -> Answer {
    remove(&call, ids(&find::adjunct(&call)?)?).await
}

/// Takes one away.
pub(super) async fn remove(call: &Call, (entity, adjunct): Named) -> Answer {
    call.ask(Command::RemoveAdjunct { entity, adjunct }, b"").await?;
    Ok(no_content())
}

async fn start(call: Call) -> Answer {
    let named = resting(find::adjunct(&call)?, "start/resume")?;
    resume(&call, named).await
}

async fn stop(call: Call) -> Answer {
    let named = resting(find::adjunct(&call)?, "suspend")?;
    suspend(&call, named).await
}

fn resting(found: Beside<'_>, what: &str) -> Result<Named, Fail> {
    if found.rests() {
        ids(&found)
    } else {
        Err(Fail::bad(format!("{} does not support {what}", found.adjunct.described(found.entity))))
    }
}

/// Lets one go on.
pub(super) async fn resume(call: &Call, (entity, adjunct): Named) -> Answer {
    call.ask(Command::ResumeAdjunct { entity, adjunct }, b"").await?;
    Ok(no_content())
}

/// Lets one rest.
pub(super) async fn suspend(call: &Call, (entity, adjunct): Named) -> Answer {
    call.ask(Command::SuspendAdjunct { entity, adjunct }, b"").await?;
    Ok(no_content())
}

async fn set(mut call: Call) -> Answer {
    let given = call.json().await?;
    set_value(&call, find::adjunct(&call)?, given).await
}

/// Sets a config value; one that its key does not take is refused before it is recorded.
pub(super) async fn set_value(call: &Call, found: Beside<'_>, given: Value) -> Answer {
    let key = declared(call, &found)?;
    let (entity, adjunct) = ids(&found)?;
    if let Some(def) = found.key(key)
        && !given.is_null()
        && deferred(&given).is_none()
    {
        resolve(key, def.value_type, &ConfigValue::new(given.clone()))
            .map_err(|e| Fail::bad(e.to_string()))?;
    }
    let body = given.to_string();
    let command = Command::SetAdjunctConfig { entity, adjunct, key: key.to_owned(), value: given };
    call.ask(command, body.as_bytes()).await?;
    Ok(empty())
}

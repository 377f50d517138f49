//! `.../config`: reading it, and setting it.

use std::collections::BTreeMap;

use api::Permission::{InvokeEffector, ModifyEntity, SeeConfig};
use api::config::ConfigSummary;
use api::shape::{self, by_name, many};
use axum::http::StatusCode;
use base::EntityId;
use engine::input::Command;
use model::ConfigValue;
use model::config::{deferred, resolve};
use serde_json::Value;

use super::find;
use super::sensors::hides;
use crate::http::answer::{Answer, TEXT, json, no_content, raw};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::negotiate::{AS_JSON_OR_TEXT, Consumes};
use crate::http::route::Content::Nothing;
use crate::http::route::Kind::Flag;
use crate::http::route::Route;
use crate::http::show::config::{explained, list as declared, shown as shown_value, values as all_values};
use crate::http::show::secrets::suppress;
use crate::http::show::text;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const ALL: &str = "/v1/applications/{app}/entities/{ent}/config";
    const VALUES: &str = "/v1/applications/{app}/entities/{ent}/config/current-state";
    const ONE: &str = "/v1/applications/{app}/entities/{ent}/config/{config}";
    let shown = |route: Route| {
        route
            .query("skipResolution?", Flag, "As it was given, not as it is meant")
            .query("useDisplayHints?", Flag, "In words for people (default true)")
            .query("useDisplayHint?", Flag, "The same")
            .query("raw?", Flag, "Without hints; wins over useDisplayHints")
            .query("suppressSecrets?", Flag, "Hide secret values")
    };
    let sets = |route: Route| route.query("recurse?", Flag, "Set it on all below it too");
    all.extend([
        Route::get(ALL, "Which keys its type declares", list)
            .needs(SeeConfig)
            .hot()
            .ok(many::<ConfigSummary>()),
        shown(Route::get(VALUES, "All values that are set", values))
            .needs(SeeConfig)
            .hot()
            .ok(by_name::<Value>()),
        shown(Route::get(ONE, "One value; 204 when it has none", one))
            .needs(SeeConfig)
            .hot()
            .query("explain?", Flag, "Ours: with where it was set, and what it hides; secrets masked")
            .gives(AS_JSON_OR_TEXT)
            .ok(shape::one::<Value>())
            .answers(StatusCode::NO_CONTENT, Nothing),
        sets(Route::post(ALL, "Set several values", set_all))
            .needs(ModifyEntity)
            .hot()
            .takes(Consumes::Json, by_name::<Value>())
            .answers(StatusCode::NO_CONTENT, Nothing),
        sets(Route::post(ONE, "Set one value", set))
            .needs(InvokeEffector)
            .hot()
            .takes(Consumes::Json, shape::one::<Value>())
            .answers(StatusCode::NO_CONTENT, Nothing),
    ]);
}

fn resolved(call: &Call) -> bool {
    !call.query_flag("skipResolution").unwrap_or(false)
}

/// A value as it is asked for; Brooklyn spells the flag in two ways.
fn in_words(call: &Call, value: Value) -> Value {
    let flag = call.query_flag("useDisplayHints").or(call.query_flag("useDisplayHint"));
    if call.query_flag("raw") == Some(true) || flag == Some(false) {
        return value;
    }
    text::for_people(call.root(), value)
}

async fn list(call: Call) -> Answer {
    json(&declared(call.root(), find::entity(&call)?))
}

async fn values(call: Call) -> Answer {
    let mut all = all_values(call.root(), find::entity(&call)?, resolved(&call));
    if hides(&call) {
        all = all.into_iter().map(|(name, v)| (name.clone(), suppress(&name, v))).collect();
    }
    all.values_mut().for_each(|value| *value = in_words(&call, value.take()));
    json(&all)
}

async fn one(call: Call) -> Answer {
    // `?explain` alone asks for it, as `?explain=true` does.
    if call.query_value("explain").is_some_and(|v| v.is_empty() || v.eq_ignore_ascii_case("true")) {
        return json(&explained(call.root(), find::entity(&call)?, call.param("config")));
    }
    let name = call.param("config");
    let value = shown_value(call.root(), find::entity(&call)?, name, resolved(&call));
    let value = value.filter(|v| !v.is_null()).map(|v| in_words(&call, v));
    let value = value.map(|v| if hides(&call) { suppress(name, v) } else { v });
    match value {
        None if call.form == TEXT => Ok(raw(StatusCode::OK, TEXT, "")),
        None => Ok(no_content()),
        Some(value) if call.form == TEXT => Ok(raw(StatusCode::OK, TEXT, text::java(&value))),
        Some(value) => json(&value),
    }
}

async fn set(mut call: Call) -> Answer {
    let value = call.json().await?;
    let entity = find::entity(&call)?.id.clone();
    let key = call.param("config").to_owned();
    if recurses(&call) {
        return set_each(&call, &entity, BTreeMap::from([(key, value)])).await;
    }
    check(&call, &entity, &key, &value)?;
    let body = value.to_string();
    call.ask(Command::SetConfig { entity, key, value }, body.as_bytes()).await?;
    Ok(no_content())
}

async fn set_all(mut call: Call) -> Answer {
    let Value::Object(values) = call.json().await? else {
        return Err(Fail::bad("Expected a JSON map of config keys and values"));
    };
    let entity = find::entity(&call)?.id.clone();
    set_each(&call, &entity, values.into_iter().collect()).await
}

fn recurses(call: &Call) -> bool {
    call.query_flag("recurse").unwrap_or(false)
}

/// All values at once: on the entity, and with `recurse` on all below it.
async fn set_each(call: &Call, top: &EntityId, values: BTreeMap<String, Value>) -> Answer {
    let entities: Vec<EntityId> = if recurses(call) {
        call.root().tree(top).map(|e| e.id.clone()).collect()
    } else {
        vec![top.clone()]
    };
    for entity in &entities {
        for (key, value) in &values {
            check(call, entity, key, value)?;
        }
    }
    let body = serde_json::to_vec(&values).unwrap_or_default();
    call.ask(Command::SetConfigs { entities, values }, &body).await?;
    Ok(no_content())
}

/// What the key's type does not take is refused before it is recorded.
fn check(call: &Call, entity: &EntityId, key: &str, value: &Value) -> Result<(), Fail> {
    let Some(declared) = call.root().config_keys(entity).into_iter().find(|k| k.is_called(key)) else {
        return Ok(());
    };
    // Changing a key that is not meant to be changed on a living entity is more than calling it.
    let meant = declared.spec.is_some_and(|s| s.reconfigurable);
    if !meant && !call.visitor().is_some_and(|v| v.login.may(ModifyEntity)) {
        let user = call.user();
        return Err(Fail::forbidden(format!("User '{user}' is not authorized to set config '{key}'")));
    }
    // Text that looks like an expression is set as text.
    if !value.is_null() && deferred(value).is_none() {
        resolve(key, declared.value_type(), &ConfigValue::new(value.clone()))
            .map_err(|e| Fail::bad(e.to_string()))?;
    }
    Ok(())
}

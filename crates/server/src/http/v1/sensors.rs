//! `.../sensors`: reading them, and setting and clearing them from outside.

use api::Permission::{ModifyEntity, SeeSensor};
use api::sensor::SensorSummary;
use api::shape::{self, by_name, many};
use axum::http::StatusCode;
use engine::input::Command;
use serde_json::Value;

use super::find;
use crate::http::answer::{Answer, TEXT, json, no_content, raw};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::negotiate::{AS_JSON_OR_TEXT, Consumes};
use crate::http::route::Content::Nothing;
use crate::http::route::Kind::Flag;
use crate::http::route::Route;
use crate::http::show::secrets::suppress;
use crate::http::show::sensor;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const ALL: &str = "/v1/applications/{app}/entities/{ent}/sensors";
    const VALUES: &str = "/v1/applications/{app}/entities/{ent}/sensors/current-state";
    const ONE: &str = "/v1/applications/{app}/entities/{ent}/sensors/{sensor}";
    let shown = |route: Route| {
        route
            .query("useDisplayHints?", Flag, "In words for people (default true)")
            .query("raw?", Flag, "As it is; wins over useDisplayHints")
            .query("suppressSecrets?", Flag, "Hide secret values")
    };
    all.extend([
        Route::get(ALL, "Which sensors it has", list).needs(SeeSensor).hot().ok(many::<SensorSummary>()),
        shown(Route::get(VALUES, "All values", values)).needs(SeeSensor).hot().ok(by_name::<Value>()),
        shown(Route::get(ONE, "One value; 204 when it has none", one))
            .needs(SeeSensor)
            .hot()
            .gives(AS_JSON_OR_TEXT)
            .ok(shape::one::<Value>())
            .answers(StatusCode::NO_CONTENT, Nothing),
        Route::post(ALL, "Set several values", set_all)
            .needs(ModifyEntity)
            .hot()
            .takes(Consumes::Json, by_name::<Value>())
            .answers(StatusCode::NO_CONTENT, Nothing),
        Route::post(ONE, "Set one value", set)
            .needs(ModifyEntity)
            .hot()
            .takes(Consumes::Json, shape::one::<Value>())
            .answers(StatusCode::NO_CONTENT, Nothing),
        Route::delete(ONE, "Take one value away", clear)
            .needs(ModifyEntity)
            .hot()
            .answers(StatusCode::NO_CONTENT, Nothing),
    ]);
}

/// Whether values are shown in the words for people. `raw=true` wins; anything else of it says nothing.
fn hints(call: &Call) -> bool {
    call.query_flag("raw") != Some(true) && call.query_flag("useDisplayHints").unwrap_or(true)
}

/// Whether secret values are hidden: on request, and from users who may not see them.
pub(super) fn hides(call: &Call) -> bool {
    let by_role = call.visitor().is_some_and(|v| v.login.account.grants.hides_secrets());
    by_role || call.query_flag("suppressSecrets").unwrap_or(false)
}

async fn list(call: Call) -> Answer {
    json(&sensor::list(find::entity(&call)?))
}

async fn values(call: Call) -> Answer {
    let mut all = sensor::values(call.root(), find::entity(&call)?, hints(&call));
    if hides(&call) {
        all = all.into_iter().map(|(name, v)| (name.clone(), suppress(&name, v))).collect();
    }
    json(&all)
}

async fn one(call: Call) -> Answer {
    let entity = find::entity(&call)?;
    let name = call.param("sensor");
    let value = sensor::shown(call.root(), entity, name, hints(&call)).filter(|v| !v.is_null());
    let value = value.map(|v| if hides(&call) { suppress(name, v) } else { v });
    match value {
        None if call.form == TEXT => Ok(raw(StatusCode::OK, TEXT, "")),
        None => Ok(no_content()),
        Some(value) if call.form == TEXT => {
            Ok(raw(StatusCode::OK, TEXT, sensor::plain(entity, name, &value)))
        }
        Some(value) => json(&value),
    }
}

async fn set(mut call: Call) -> Answer {
    let entity = find::entity(&call)?.id.clone();
    let sensor = call.param("sensor").to_owned();
    let body = call.body().await?;
    let value = parsed(&body)?;
    call.ask(Command::SetSensor { entity, sensor, value }, &body).await?;
    Ok(no_content())
}

/// A sensor that has no value, or that nobody knows, stays so: 204 as well.
async fn clear(call: Call) -> Answer {
    let entity = find::entity(&call)?.id.clone();
    let sensor = call.param("sensor").to_owned();
    call.ask(Command::ClearSensor { entity, sensor }, b"").await?;
    Ok(no_content())
}

async fn set_all(mut call: Call) -> Answer {
    let entity = find::entity(&call)?.id.clone();
    let body = call.body().await?;
    let Value::Object(values) = parsed(&body)? else {
        return Err(Fail::bad("Expected a JSON map of sensor names and values"));
    };
    call.ask(Command::SetSensors { entity, values: values.into_iter().collect() }, &body).await?;
    Ok(no_content())
}

fn parsed(body: &[u8]) -> Result<Value, Fail> {
    if body.trim_ascii().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|e| Fail::bad(format!("The body is not JSON: {e}")))
}

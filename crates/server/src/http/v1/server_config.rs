//! `/v1/server/config` and `/v1/server/properties/reload`: what is configured, and reading it again.

use api::Permission::SeeAllServerInfo;
use api::shape::one;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use tracing::{info, warn};

use crate::http::answer::{Answer, json, no_content};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::own::Properties;
use crate::http::route::Content::Nothing;
use crate::http::route::Kind::Flag;
use crate::http::route::Route;

/// Which keys have changed and count only after a restart.
const NEEDS_RESTART: HeaderName = HeaderName::from_static("x-brownstone-needs-restart");

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get(
            "/v1/server/config/{configKey}",
            "What holds for a configuration key; 204 when nothing does",
            value,
        )
        .needs(SeeAllServerInfo)
        .query("suppressSecrets?", Flag, "Read and without effect: secrets are always masked")
        .ok(one::<String>())
        .answers(StatusCode::NO_CONTENT, Nothing),
        Route::post(
            "/v1/server/properties/reload",
            "Read the configuration files again; X-Brownstone-Needs-Restart names what counts only later",
            reload,
        )
        .needs(SeeAllServerInfo)
        .answers(StatusCode::NO_CONTENT, Nothing),
    ]);
}

async fn value(call: Call) -> Answer {
    match call.app.own.properties.load().get(call.param("configKey")).filter(|v| !v.is_empty()) {
        Some(value) => json(value),
        None => Ok(no_content()),
    }
}

/// Locations count from now on. Everything else was taken to heart when the server began.
async fn reload(call: Call) -> Answer {
    let app = std::sync::Arc::clone(&call.app);
    let read = tokio::task::spawn_blocking(move || app.own.read_again.as_ref().map(|read| read())).await;
    let Ok(read) = read else { return Err(Fail::inside("reading the configuration failed")) };
    let Some(read) = read else {
        return Err(Fail::bad("This server has no configuration files"));
    };
    let configured = read.map_err(|why| Fail::bad(format!("Nothing was changed: {why}")))?;
    let before = call.app.own.properties.swap(std::sync::Arc::new(configured.properties));
    call.app.put_surroundings(configured.surroundings);
    let now = call.app.own.properties.load();
    let later = changed(&before, &now);
    if later.is_empty() {
        info!(user = call.user(), "the configuration was read again");
    } else {
        warn!(user = call.user(), keys = ?later, "the configuration was read again; these count only after a restart");
    }
    let mut response = no_content();
    if let Some(value) = HeaderValue::from_str(&later.join(",")).ok().filter(|v| !v.is_empty()) {
        response.headers_mut().insert(NEEDS_RESTART, value);
    }
    Ok(response)
}

/// The keys with another value that are not about locations.
fn changed<'a>(before: &'a Properties, now: &'a Properties) -> Vec<&'a str> {
    let all = before.keys().chain(now.keys().filter(|key| !before.contains_key(*key)));
    let differs = all.filter(|key| before.get(*key) != now.get(*key));
    differs.map(String::as_str).filter(|key| !key.starts_with("brooklyn.location")).collect()
}

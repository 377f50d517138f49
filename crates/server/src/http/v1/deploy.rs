//! `POST /v1/applications` and `PUT /v1/applications/{app}`: a blueprint becomes an application.

use std::sync::Arc;

use api::ApiError;
use api::Permission::DeployApplication;
use api::shape::one;
use api::task::TaskSummary;
use axum::http::StatusCode;
use base::EntityId;
use engine::effect::{Refusal, Reply};
use engine::input::Command;
use model::Diagnostics;

use super::app_spec;
use super::applications::begun;
use crate::http::answer::{Answer, at};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::multipart::{is_multipart, part};
use crate::http::negotiate::{Consumes, is_form};
use crate::http::pairs;
use crate::http::route::Content::Json;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let deploys = |route: Route, consumes| {
        route
            .needs(DeployApplication)
            .hot()
            .takes(consumes, one::<String>())
            .answers(StatusCode::CREATED, Json(one::<TaskSummary>()))
    };
    let anew = Route::post("/v1/applications", "Deploy a blueprint and start it", post);
    let chosen = Route::put("/v1/applications/{app}", "Deploy a blueprint under an id of one's own", put);
    all.extend([deploys(anew, Consumes::Named), deploys(chosen, Consumes::Blueprint)]);
}

async fn post(call: Call) -> Answer {
    deploy(call, None).await
}

async fn put(call: Call) -> Answer {
    let id = call.param("app");
    let fits =
        (10..=63).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !fits {
        return Err(Fail::bad(format!(
            "Error launching blueprint: Invalid entity id '{id}': expected 10 to 63 lower-case letters and digits ([a-z0-9]{{10,63}})"
        )));
    }
    let id = EntityId::new(id);
    if let Some(app) = call.root().entity(&id) {
        return Err(taken(&app.described()));
    }
    deploy(call, Some(id)).await
}

async fn deploy(mut call: Call, id: Option<EntityId>) -> Answer {
    let body = call.text().await?;
    let text = plan(&call, body, id.is_some())?;
    let text = app_spec::as_blueprint(&text).unwrap_or(text);
    let around = call.surroundings();
    let blueprint = text.clone();
    let spec = compiled(move || model::compile::compile("blueprint", &blueprint, &around)).await?;
    let spec = Arc::new(spec);
    let command = Command::Deploy { id, spec, start: true };
    let reply = call.ask(command, text.as_bytes()).await.map_err(launching)?;
    let Reply::Task { entity, .. } = &reply else {
        return Err(Fail::inside("the core answered something else than an application"));
    };
    let location = format!("{}{}", call.own_uri(), api::paths::application(entity.as_str()));
    Ok(at(begun(&mut call, StatusCode::CREATED, &reply)?, &location))
}

/// The blueprint in a body. A POST takes a whole form for one (what `curl --data-binary` sends); a PUT looks for its
/// field `plan`, and so do both in a form of several parts.
fn plan(call: &Call, body: String, is_put: bool) -> Result<String, Fail> {
    let kind = call.content_type();
    if is_multipart(kind) {
        let plan = part(kind.unwrap_or_default(), &body, "plan");
        return plan.ok_or_else(|| Fail::bad("The form has no part 'plan' with the blueprint"));
    }
    if is_put && is_form(kind) {
        let fields = pairs::parse(&body);
        let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
        if let Some(format) = field("format").filter(|f| !matches!(f.as_str(), "" | "brooklyn-camp")) {
            return Err(Fail::bad(format!(
                "Error in blueprint: UnsupportedTypePlanException: Invalid '{format}' plan; format could not be recognized: \
                 expected brooklyn-camp, or no format"
            )));
        }
        return Ok(field("plan").cloned().unwrap_or(body));
    }
    Ok(body)
}

/// What only shows when the entities are made has Brooklyn's words before it.
fn launching(fail: Fail) -> Fail {
    match fail {
        Fail::Said(error) if error.error == StatusCode::BAD_REQUEST.as_u16() => {
            let message = format!("Error launching blueprint (autodetecting): {}", error.message);
            Fail::Said(ApiError { message, ..error })
        }
        other => other,
    }
}

fn taken(who: &str) -> Fail {
    Refusal::Conflict(format!("Error launching blueprint, id already exists: {who}")).into()
}

/// A blueprint's text into what was asked for. What is wrong with it is told with its places, all at once. A long
/// one takes a while, and other requests must not wait for that.
pub(super) async fn compiled<T: Send + 'static>(
    compile: impl FnOnce() -> Result<T, Diagnostics> + Send + 'static,
) -> Result<T, Fail> {
    let Ok(compiled) = tokio::task::spawn_blocking(compile).await else {
        return Err(Fail::inside("The blueprint made the compiler fail; nothing was created"));
    };
    compiled.map_err(|found| {
        let places = serde_json::to_value(found.located()).unwrap_or_default();
        Fail::bad_with(found.brooklyn_message(), places)
    })
}

//! `POST /v1/blueprints/check` and `/plan`: what `brownstone blueprint validate` and `plan` say, for editors. Ours.

use api::Permission::DeployApplication;
use api::shape::one;
use axum::http::StatusCode;
use model::compile::explain;
use serde_json::{Value, json as value};

use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::negotiate::Consumes;
use crate::http::route::Content::Json;
use crate::http::route::Route;
use crate::plan;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let asks = [
        Route::post("/v1/blueprints/check", "What is wrong with a blueprint, and where", check),
        Route::post("/v1/blueprints/plan", "The same, and what would be created from which line", planned),
    ];
    // They change nothing, so that each server answers.
    all.extend(asks.map(|route| {
        let asked = route.needs(DeployApplication).exempt().takes(Consumes::Named, one::<String>());
        asked.answers(StatusCode::OK, Json(one::<Value>()))
    }));
}

async fn check(call: Call) -> Answer {
    judged(call, false).await
}

async fn planned(call: Call) -> Answer {
    judged(call, true).await
}

/// A blueprint that is refused is an answer here, not an error. A long one takes a while, and other requests must not
/// wait for that.
async fn judged(mut call: Call, with_plan: bool) -> Answer {
    let text = call.text().await?;
    let around = call.surroundings();
    let judged = tokio::task::spawn_blocking(move || {
        let (explained, mut found) = match explain("blueprint", &text, &around) {
            Ok(explained) => {
                let warnings = explained.warnings.clone();
                (Some(explained), warnings)
            }
            Err(refused) => (None, refused.items().to_vec()),
        };
        found.sort_by_key(|d| (d.severity, d.span.start));
        let found: Vec<_> = found.iter().map(|d| d.locate(&text)).collect();
        let mut judged = value!({ "valid": explained.is_some(), "diagnostics": found });
        if with_plan {
            judged["plan"] = value!(explained.map(|e| plan::entity(&e.root, &e.place)));
        }
        judged
    });
    match judged.await {
        Ok(judged) => json(&judged),
        Err(_) => Err(Fail::inside("The blueprint made the compiler fail")),
    }
}

//! `POST /v1/blueprints/check`, `/plan`, `/complete` and `/hover`: what `brownstone blueprint` says, for editors. Ours.

use api::Permission::DeployApplication;
use api::blueprint::BlueprintPlace;
use api::shape::one;
use axum::http::StatusCode;
use model::Surroundings;
use model::assist;
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
    let helps = [
        Route::post("/v1/blueprints/complete", "What may stand at a place of a blueprint", complete),
        Route::post(
            "/v1/blueprints/hover",
            "What stands at a place of a blueprint; null if that is not known",
            hover,
        ),
    ];
    all.extend(helps.map(|route| {
        let asked = route.needs(DeployApplication).exempt().takes(Consumes::Json, one::<BlueprintPlace>());
        asked.ok(one::<Value>())
    }));
}

async fn check(call: Call) -> Answer {
    judged(call, false).await
}

async fn planned(call: Call) -> Answer {
    judged(call, true).await
}

async fn complete(call: Call) -> Answer {
    helped(call, |text, offset, around| value!(assist::complete(text, offset, around))).await
}

async fn hover(call: Call) -> Answer {
    helped(call, |text, offset, around| value!(assist::hover(text, offset, around))).await
}

/// The place is a byte, or a line and a column as diagnostics count them.
async fn helped(mut call: Call, help: fn(&str, usize, &Surroundings) -> Value) -> Answer {
    let asked = serde_json::from_value::<BlueprintPlace>(call.json().await?).map_err(|e| {
        Fail::bad(format!(
            "The body is no place of a blueprint (blueprint, and offset or line and column): {e}"
        ))
    })?;
    let text = asked.blueprint;
    let offset = match (asked.offset, asked.line, asked.column) {
        (Some(offset), None, None) => usize::try_from(offset).unwrap_or(usize::MAX),
        (None, Some(line), Some(column)) => assist::offset_at(&text, line, column),
        _ => return Err(Fail::bad("say where: either offset (bytes), or line and column (both from 1)")),
    };
    let around = call.surroundings();
    match tokio::task::spawn_blocking(move || help(&text, offset, &around)).await {
        Ok(said) => json(&said),
        Err(_) => Err(Fail::inside("The blueprint made the completion fail")),
    }
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

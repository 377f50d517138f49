//! `/v1/locations`: what blueprints may name, and where entities run.

use std::collections::BTreeMap;

use api::Permission::{AddLocation, DeleteLocation, SeeCatalogItem, SeeLocation};
use api::location::{LocatedLocation, LocationSummary, NewLocation};
use api::paths;
use api::shape::{by_name, many, one};
use axum::http::StatusCode;
use base::Version;
use engine::input::Command;
use model::Surroundings;
use model::catalog::ItemKind;

use crate::http::answer::{Answer, at, json, json_with, no_content};
use crate::http::call::Call;
use crate::http::catalog::{add_bytes, location_bom};
use crate::http::fail::Fail;
use crate::http::negotiate::Consumes;
use crate::http::route::Content::{Json, Nothing};
use crate::http::route::Kind::Flag;
use crate::http::route::Route;
use crate::http::show::location::{self, Definition};

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let reads = [
        Route::get("/v1/locations", "What blueprints may name", list).ok(many::<LocationSummary>()),
        Route::get("/v1/locations/{location}", "A location that an entity has, or a definition", single)
            .query(
                "full?",
                Flag,
                "All of the config of a definition from the catalog; an instance always shows it",
            )
            .ok(one::<LocationSummary>()),
        Route::get(
            "/v1/locations/usage/LocatedLocations",
            "Where on earth entities run, by location",
            located,
        )
        .ok(by_name::<LocatedLocation>()),
    ];
    all.extend(reads.map(|route| route.needs(SeeLocation).hot()));
    all.extend([
        Route::post("/v1/locations", "Define a location in the catalog", define)
            .needs(AddLocation)
            .hot()
            .takes(Consumes::Json, one::<NewLocation>())
            .answers(StatusCode::CREATED, Json(one::<LocationSummary>())),
        Route::delete("/v1/locations/{location}", "Take a location out of the catalog, all versions", remove)
            .needs(DeleteLocation)
            .hot()
            .answers(StatusCode::NO_CONTENT, Nothing),
    ]);
}

async fn list(call: Call) -> Answer {
    let around = call.surroundings();
    let all = location::definitions(&around);
    json(&all.into_iter().map(|definition| shown(&call, definition, &around, false)).collect::<Vec<_>>())
}

async fn single(call: Call) -> Answer {
    let (token, around) = (call.param("location"), call.surroundings());
    if let Some(instance) = location::find(call.root(), token) {
        return json(&instance.summary(&around, true));
    }
    match location::definition(&around, token) {
        Some(definition) => {
            json(&shown(&call, definition, &around, call.query_flag("full").unwrap_or(false)))
        }
        None => Err(Fail::not_found(format!("No location matching {token}"))),
    }
}

/// A definition; its item is for those who may see the catalog.
fn shown(call: &Call, definition: Definition, around: &Surroundings, full: bool) -> LocationSummary {
    let summary = definition.summary(around, full);
    if call.visitor().is_some_and(|v| v.login.may(SeeCatalogItem)) {
        return summary;
    }
    LocationSummary { catalog: None, ..summary }
}

async fn define(mut call: Call) -> Answer {
    let given = serde_json::from_value::<NewLocation>(call.json().await?)
        .map_err(|e| Fail::bad(format!("The body is no location (name, spec, config): {e}")))?;
    add_bytes(&mut call, location_bom(&given).into_bytes(), false).await?;
    let token = format!("{}:{}", given.name, Version::UNSAID);
    let around = call.surroundings();
    let definition = location::definition(&around, &token)
        .ok_or_else(|| Fail::inside("the location that was just defined is not there"))?;
    let location = format!("{}{}", call.own_uri(), paths::location(&given.name));
    Ok(at(json_with(StatusCode::CREATED, &shown(&call, definition, &around, false))?, &location))
}

async fn remove(mut call: Call) -> Answer {
    let app = std::sync::Arc::clone(&call.app);
    let _turn = app.adding.lock().await;
    call.refresh();
    let token = call.param("location");
    let name = token.rsplit_once(':').map_or(token, |(name, _)| name);
    let of_kind = call.root().catalog().versions(name).filter(|i| i.kind == ItemKind::Location);
    let items: Vec<_> = of_kind.map(|item| item.id.clone()).collect();
    if items.is_empty() {
        return Err(Fail::not_found(format!(
            "No catalog item location matching {token}; only catalog item locations can be deleted"
        )));
    }
    call.ask(Command::RemoveItems { items }, b"").await?;
    Ok(no_content())
}

async fn located(call: Call) -> Answer {
    let root = call.root();
    let located = location::all(root).filter_map(|l| l.located(root));
    json(&located.map(|l| (l.id.clone(), l)).collect::<BTreeMap<_, _>>())
}

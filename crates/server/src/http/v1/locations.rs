//! `/v1/locations`: what blueprints may name, and where entities run.

use std::collections::BTreeMap;

use api::Permission::SeeLocation;
use api::location::{LocatedLocation, LocationSummary};
use api::shape::{by_name, many, one};

use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Kind::Flag;
use crate::http::route::Route;
use crate::http::show::location;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let reads = [
        Route::get("/v1/locations", "What blueprints may name", list).ok(many::<LocationSummary>()),
        Route::get("/v1/locations/{location}", "A location that an entity has, or a definition", single)
            .query("full?", Flag, "Read and without effect: all of its config is shown")
            .ok(one::<LocationSummary>()),
        Route::get(
            "/v1/locations/usage/LocatedLocations",
            "Where on earth entities run, by location",
            located,
        )
        .ok(by_name::<LocatedLocation>()),
    ];
    all.extend(reads.map(|route| route.needs(SeeLocation).hot()));
}

async fn list(call: Call) -> Answer {
    let all = location::definitions(&call.surroundings());
    json(&all.into_iter().map(location::Definition::summary).collect::<Vec<_>>())
}

async fn single(call: Call) -> Answer {
    let (token, around) = (call.param("location"), call.surroundings());
    if let Some(instance) = location::find(call.root(), token) {
        return json(&instance.summary(&around, true));
    }
    match location::definition(&around, token) {
        Some(definition) => json(&definition.summary()),
        None => Err(Fail::not_found(format!("No location matching {token}"))),
    }
}

async fn located(call: Call) -> Answer {
    let root = call.root();
    let located = location::all(root).filter_map(|l| l.located(root));
    json(&located.map(|l| (l.id.clone(), l)).collect::<BTreeMap<_, _>>())
}

//! `/v1/applications/fetch` and `/v1/applications/details`: many entities at once, as trees.

use std::collections::BTreeSet;

use api::Permission::SeeEntity;
use api::entity::{EntityDetail, EntityNode};
use api::shape::many;
use axum::http::StatusCode;
use base::EntityId;
use engine::Entity;
use lang::glob::Glob;

use super::sensors::hides;
use crate::http::answer::{Answer, JSON, json, raw, written};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Kind::{Flag, Number, Text};
use crate::http::route::Route;
use crate::http::show::details::{Asked, node};
use crate::http::show::entity;
use crate::http::show::secrets::suppress;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const ITEMS: &str = "Ids, separated by commas or as JSON: what is above each comes too";
    const HIDE: &str = "Hide secret values";
    all.extend([
        Route::get("/v1/applications/fetch", "All applications as trees", fetch)
            .needs(SeeEntity)
            .hot()
            .query("items?", Text, ITEMS)
            .query("sensors?", Text, "Names, separated by commas or as JSON: their values come too")
            .query("suppressSecrets?", Flag, HIDE)
            .ok(many::<EntityDetail>()),
        Route::get("/v1/applications/details", "Applications and entities, as deep as asked for", details)
            .needs(SeeEntity)
            .hot()
            .query("items?", Text, ITEMS)
            .query("includeAllApps?", Flag, "Whether all applications come (default true)")
            .query("sensors?", Text, "Name patterns (`*`, `?`), separated by commas or as JSON")
            .query("config?", Text, "The same of config keys")
            .query("depth?", Number, "How many levels (default 1; 0: names alone; negative: all)")
            .query("suppressSecrets?", Flag, HIDE)
            .ok(many::<EntityNode>()),
    ]);
}

/// The same question of the same state has the same answer, except that not everybody sees secrets.
async fn fetch(call: Call) -> Answer {
    let question = format!("{} {}", hides(&call), call.line().1);
    let answer = call.app.memo.answer(call.view.version, &question, || trees(&call))?;
    Ok(raw(StatusCode::OK, JSON, answer))
}

fn trees(call: &Call) -> Result<Vec<u8>, Fail> {
    let root = call.root();
    let sensors = call.query_value("sensors").map(|text| names(&text));
    let sensors = sensors.as_deref();
    let mut all: Vec<EntityDetail> = root.apps().map(|app| entity::tree(root, app, sensors)).collect();
    for item in items(call) {
        let mut chain: Vec<_> = root.ancestry(&item.id).filter(|e| e.parent.is_some()).collect();
        chain.reverse();
        all.extend(chain.into_iter().map(|e| entity::tree(root, e, sensors)));
    }
    if hides(call) {
        for values in all.iter_mut().filter_map(|e| e.sensors.as_mut()) {
            for (name, value) in values.iter_mut() {
                *value = suppress(name, value.take());
            }
        }
    }
    written(&all)
}

async fn details(call: Call) -> Answer {
    let root = call.root();
    let depth = match call.query_value("depth").as_deref().map(str::trim) {
        None => 1,
        Some("") => 0,
        Some(text) => {
            text.parse().map_err(|_| Fail::bad(format!("depth: \"{text}\" is not a whole number")))?
        }
    };
    let asked =
        Asked { sensors: globs(&call, "sensors")?, config: globs(&call, "config")?, hides: hides(&call) };
    let mut seen = BTreeSet::new();
    let mut chosen: Vec<&Entity> = Vec::new();
    let apps = root.apps().filter(|_| call.query_flag("includeAllApps").unwrap_or(true));
    // What is above an item comes before it, the application first; nothing comes twice.
    let above = |item: &Entity| {
        let mut chain: Vec<&Entity> = root.ancestry(&item.id).collect();
        chain.reverse();
        chain
    };
    for entity in apps.chain(items(&call).into_iter().flat_map(above)) {
        if seen.insert(&entity.id) {
            chosen.push(entity);
        }
    }
    let all: Result<Vec<EntityNode>, _> =
        chosen.into_iter().map(|entity| node(root, entity, depth, &asked)).collect();
    json(&all.map_err(|e| Fail::bad(e.to_string()))?)
}

/// The entities that `items` names; ids that nothing has are passed over, as in Brooklyn.
fn items(call: &Call) -> Vec<&Entity> {
    let ids = call.query_value("items").map(|text| names(&text)).unwrap_or_default();
    ids.into_iter().filter_map(|id| call.root().entity(&EntityId::new(id))).collect()
}

fn globs(call: &Call, field: &str) -> Result<Option<Vec<Glob>>, Fail> {
    let Some(text) = call.query_value(field) else { return Ok(None) };
    let glob = |name: &String| Glob::new(name).map_err(|e| Fail::bad(format!("{field}: {e}")));
    names(&text).iter().map(glob).collect::<Result<_, _>>().map(Some)
}

/// A list as JSON or separated by commas.
fn names(text: &str) -> Vec<String> {
    serde_json::from_str(text)
        .unwrap_or_else(|_| text.split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect())
}

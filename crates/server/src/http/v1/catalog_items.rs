//! `/v1/catalog/entities` and its like: items by kind, as `br` and older clients ask for them.

use std::sync::Arc;

use api::Permission::{ModifyCatalogItem, SeeCatalogItem};
use api::catalog::CatalogItemSummary;
use api::shape::{many, one};
use axum::http::StatusCode;
use engine::input::Command;
use model::catalog::ItemKind;

use super::catalog::missing;
use crate::http::answer::{Answer, json, no_content};
use crate::http::call::Call;
use crate::http::catalog::{Filter, Registered, item};
use crate::http::fail::Fail;
use crate::http::route::Content::Nothing;
use crate::http::route::Kind::{Flag, Text};
use crate::http::route::Route;

/// The folders, with the paths of a list, of a name and of one version.
const FOLDERS: [(&str, &str, &str); 5] = [
    (
        "/v1/catalog/applications",
        "/v1/catalog/applications/{name}",
        "/v1/catalog/applications/{name}/{version}",
    ),
    ("/v1/catalog/entities", "/v1/catalog/entities/{name}", "/v1/catalog/entities/{name}/{version}"),
    ("/v1/catalog/policies", "/v1/catalog/policies/{name}", "/v1/catalog/policies/{name}/{version}"),
    ("/v1/catalog/enrichers", "/v1/catalog/enrichers/{name}", "/v1/catalog/enrichers/{name}/{version}"),
    ("/v1/catalog/locations", "/v1/catalog/locations/{name}", "/v1/catalog/locations/{name}/{version}"),
];

pub(super) fn add_routes(all: &mut Vec<Route>) {
    for (list_path, name_path, version_path) in FOLDERS {
        let sees = |route: Route| route.needs(SeeCatalogItem).hot();
        all.extend([
            sees(Route::get(list_path, "Items of this kind", list))
                .query("regex?", Text, "Shows those whose texts have it")
                .query("fragment?", Text, "Shows those whose texts have it, in any case")
                .query("allVersions?", Flag, "Not only the best version of each")
                .ok(many::<CatalogItemSummary>()),
            sees(Route::get(name_path, "The best version of an item, or NAME:VERSION", get))
                .ok(one::<CatalogItemSummary>()),
            sees(Route::get(version_path, "One version of an item; `latest` is the best", get))
                .ok(one::<CatalogItemSummary>()),
            Route::delete(version_path, "Take an item out of the catalog", delete)
                .needs(ModifyCatalogItem)
                .hot()
                .answers(StatusCode::NO_CONTENT, Nothing),
        ]);
    }
}

/// Of which folder a request is.
fn folder(call: &Call) -> &str {
    call.path().split('/').nth(3).unwrap_or_default()
}

/// What an error calls an item of a folder, alone and with its article.
fn words(folder: &str) -> (&'static str, &'static str) {
    match folder {
        "applications" => ("Application", "an application"),
        "policies" => ("Policy", "a policy"),
        "enrichers" => ("Enricher", "an enricher"),
        "locations" => ("Location", "a location"),
        _ => ("Entity", "an entity"),
    }
}

/// Whether a folder holds items of a kind.
fn holds(folder: &str, kind: ItemKind) -> bool {
    match folder {
        "applications" => matches!(kind, ItemKind::Template | ItemKind::Application),
        "policies" => kind == ItemKind::Policy,
        "enrichers" => kind == ItemKind::Enricher,
        "locations" => kind == ItemKind::Location,
        _ => matches!(kind, ItemKind::Entity | ItemKind::Application | ItemKind::Template),
    }
}

/// Whether a folder lists them: an application is only what one starts from, an entity each of them.
fn lists(folder: &str, r: &Registered<'_>) -> bool {
    match folder {
        "applications" => r.kind() == ItemKind::Template && !r.is_deprecated(),
        _ => holds(folder, r.kind()),
    }
}

async fn list(call: Call) -> Answer {
    let (folder, catalog) = (folder(&call).to_owned(), Arc::clone(call.root().catalog()));
    let (filter, around) = (Filter::of(&call)?, call.surroundings());
    let all_versions = call.query_flag("allVersions").unwrap_or(false);
    // Each is compiled, which takes a while; other requests must not wait for that.
    let list = tokio::task::spawn_blocking(move || {
        let all = if all_versions { Registered::all(&catalog) } else { Registered::best(&catalog) };
        let of_kind = all.into_iter().filter(|r| !r.is_disabled() && lists(&folder, r)).collect();
        let shown = filter.keep(of_kind)?;
        Ok::<_, Fail>(shown.iter().map(|r| item(r, &folder, &around)).collect::<Vec<_>>())
    });
    let list = list.await.map_err(|_| Fail::inside("Listing the catalog failed"))?;
    json(&list?)
}

/// The item that a request names: name and version in two parts of the path, or in one.
fn named<'a>(call: &Call, catalog: &'a model::catalog::Catalog) -> Result<Registered<'a>, Fail> {
    let folder = folder(call);
    let (name, version) = (call.param("name"), call.param("version"));
    let parts = name.rsplit_once(':');
    let (name, version) = match (parts, version) {
        (Some((name, of)), "") => (name, of),
        (None, "") => (name, "latest"),
        // Brooklyn's own links have the version twice.
        (Some((name, of)), version) if of == version => (name, version),
        (_, version) => (name, version),
    };
    let found = Registered::find(catalog, name, version);
    found.ok_or_else(|| {
        let what = if folder == "applications" { "Entity" } else { words(folder).0 };
        missing(what, name, version)
    })
}

async fn get(call: Call) -> Answer {
    let found = named(&call, call.root().catalog())?;
    let folder = folder(&call);
    if !holds(folder, found.kind()) {
        return Err(missing(words(folder).0, found.name(), found.version()));
    }
    json(&item(&found, folder, &call.surroundings()))
}

async fn delete(mut call: Call) -> Answer {
    let app = Arc::clone(&call.app);
    let _turn = app.adding.lock().await;
    call.refresh();
    let found = named(&call, call.root().catalog())?;
    let folder = folder(&call);
    if !holds(folder, found.kind()) {
        let (id, what) = (found.id(), words(folder).1);
        return Err(Fail::said(StatusCode::PRECONDITION_FAILED, format!("Item with id '{id}' not {what}")));
    }
    let Some(item) = found.item() else {
        return Err(Fail::bad(format!("{} is built in and cannot be removed", found.id())));
    };
    let item = item.id.clone();
    call.ask(Command::RemoveItems { items: vec![item] }, b"").await?;
    Ok(no_content())
}

//! `/v1/catalog`: adding to it, marking items, their pictures. What is in it is next door.

use std::collections::BTreeMap;

use api::Permission::{AddCatalogItem, ModifyCatalogItem, SeeCatalogItem};
use api::catalog::{BundleInstallation, InstallationCode, TypeSummary};
use api::shape::one;
use axum::http::StatusCode;
use base::Version;
use engine::effect::Added;
use engine::input::Command;
use model::catalog::{Bundle, ItemId};
use serde_json::Value;

use crate::http::answer::{Answer, json_with, no_content};
use crate::http::call::Call;
use crate::http::catalog::{Registered, add, icon as picture, types};
use crate::http::fail::Fail;
use crate::http::negotiate::{AS_PICTURE, Consumes};
use crate::http::route::Content::{Bytes, Json, Nothing};
use crate::http::route::Kind::{Flag, Text};
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let adds = |route: Route, answer| {
        route
            .needs(AddCatalogItem)
            .hot()
            .takes(Consumes::Upload, one::<String>())
            .query(
                "format?",
                Text,
                "What the body is: brooklyn-bom-yaml or brooklyn-bom-bundle; left out: it shows",
            )
            .answers(StatusCode::CREATED, Json(answer))
            .answers(StatusCode::OK, Json(answer))
    };
    let older = adds(Route::post("/v1/catalog", "Add a BOM, or a zip with one in it", post), one::<Value>())
        .query("detail?", Flag, "Say what became of the bundle, not only what is in it")
        .query("itemDetails?", Flag, "With what each type has; not without")
        .query("forceUpdate?", Flag, "Take the place of a release with other content");
    let newer = Route::post("/v1/catalog/bundles", "Add a BOM, or a zip with one in it", post_bundle);
    let newer =
        adds(newer, one::<BundleInstallation>()).query("force?", Flag, "As forceUpdate of /v1/catalog");
    let marks = |path, says, run: Mark| {
        let route = match run {
            Mark::Deprecated => Route::post(path, says, deprecated),
            Mark::Disabled => Route::post(path, says, disabled),
        };
        let route = route.needs(ModifyCatalogItem).hot().takes(Consumes::Named, one::<bool>());
        route.answers(StatusCode::NO_CONTENT, Nothing)
    };
    all.extend([
        older,
        newer,
        marks(
            "/v1/catalog/entities/{name}/deprecated",
            "Say whether newer items are to be preferred",
            Mark::Deprecated,
        ),
        marks("/v1/catalog/entities/{name}/disabled", "Say whether an item may be used", Mark::Disabled),
        Route::get("/v1/catalog/icon/{name}/{version}", "The picture of an item", icon)
            .needs(SeeCatalogItem)
            .hot()
            .gives(AS_PICTURE)
            .answers(StatusCode::OK, Bytes)
            .answers(StatusCode::NO_CONTENT, Nothing)
            .answers(StatusCode::TEMPORARY_REDIRECT, Nothing),
    ]);
}

/// What an item is marked as.
#[derive(Clone, Copy)]
enum Mark {
    Deprecated,
    Disabled,
}

async fn post(mut call: Call) -> Answer {
    check_format(&call)?;
    let force = call.query_flag("forceUpdate").unwrap_or(false);
    let (bundle, added) = add(&mut call, force).await?;
    let brief = call.query_flag("itemDetails") == Some(false);
    let around = call.surroundings();
    let shown = |r: &Registered<'_>| if brief { types::summary(r) } else { types::uploaded(r, &around) };
    if call.query_flag("detail").unwrap_or(false) {
        return installed(&bundle, added, shown);
    }
    if added == Added::Identical {
        return json_with(status(added), &BTreeMap::<String, Value>::new());
    }
    let all: BTreeMap<String, _> = Registered::of_bundle(&bundle).map(|r| (r.id(), shown(&r))).collect();
    json_with(status(added), &all)
}

/// What a body is shows in the body itself, so a format only has to be one that there is.
fn check_format(call: &Call) -> Result<(), Fail> {
    match call.query_value("format").as_deref() {
        None | Some("" | "brooklyn-bom-yaml" | "brooklyn-bom-bundle") => Ok(()),
        Some(other) => Err(Fail::bad(format!(
            "Invalid '{other}' bundle; format could not be recognized: expected brooklyn-bom-yaml or brooklyn-bom-bundle, or no format"
        ))),
    }
}

async fn post_bundle(mut call: Call) -> Answer {
    check_format(&call)?;
    let force = call.query_flag("force").unwrap_or(false);
    let (bundle, added) = add(&mut call, force).await?;
    installed(&bundle, added, types::summary)
}

fn status(added: Added) -> StatusCode {
    if added == Added::Identical { StatusCode::OK } else { StatusCode::CREATED }
}

/// What became of a bundle, with what is in it in the form `shown`.
fn installed(bundle: &Bundle, added: Added, shown: impl Fn(&Registered<'_>) -> TypeSummary) -> Answer {
    let id = &bundle.id;
    let (code, message) = match added {
        Added::New => (InstallationCode::Installed, format!("Installed Brooklyn catalog bundle {id}")),
        Added::Replaced => (InstallationCode::Updated, format!("Updated Brooklyn catalog bundle {id}")),
        Added::Identical => (InstallationCode::Ignored, format!("Bundle {id} already installed")),
    };
    let types = if added == Added::Identical {
        BTreeMap::new()
    } else {
        Registered::of_bundle(bundle).map(|r| (r.id(), shown(&r))).collect()
    };
    json_with(status(added), &BundleInstallation { message, bundle: id.to_string(), code, types })
}

async fn deprecated(call: Call) -> Answer {
    mark(call, Mark::Deprecated).await
}

async fn disabled(call: Call) -> Answer {
    mark(call, Mark::Disabled).await
}

async fn mark(mut call: Call, mark: Mark) -> Answer {
    let Some((name, version)) = call.param("name").rsplit_once(':') else {
        return Err(Fail::bad(format!("'{}' is no item; write name:version", call.param("name"))));
    };
    let item = ItemId { name: name.to_owned(), version: Version::new(version) };
    let body = call.text().await?;
    let flag = match body.trim().trim_matches('"') {
        "true" => true,
        "false" => false,
        other => return Err(Fail::bad(format!("The body must be true or false, not '{other}'"))),
    };
    let app = std::sync::Arc::clone(&call.app);
    let _turn = app.adding.lock().await;
    let (deprecated, disabled) = match mark {
        Mark::Deprecated => (Some(flag), None),
        Mark::Disabled => (None, Some(flag)),
    };
    call.ask(Command::FlagItem { item, deprecated, disabled }, body.as_bytes()).await?;
    Ok(no_content())
}

async fn icon(call: Call) -> Answer {
    let (name, version) = (call.param("name"), call.param("version"));
    let found = Registered::find(call.root().catalog(), name, version);
    let found = found.ok_or_else(|| missing("Entity", name, version))?;
    picture(&call, &found).await
}

/// 404 in Brooklyn's words.
pub(super) fn missing(what: &str, name: &str, version: &str) -> Fail {
    Fail::not_found(format!("{what} with id '{name}:{version}' not found"))
}

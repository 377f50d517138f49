//! `/v1/catalog/bundles`: what was added at once, what is in it, its bytes, and taking it away.

use std::sync::Arc;

use api::Permission::{ModifyCatalogItem, SeeCatalogItem};
use api::catalog::{BundleInstallation, BundleSummary, InstallationCode, TypeSummary};
use api::shape::{many, one};
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{HeaderValue, StatusCode};
use base::Version;
use engine::input::Command;
use model::catalog::{Bundle, BundleId, BundleSource};

use super::catalog::missing;
use crate::bundles::Archive;
use crate::http::answer::{Answer, json, raw};
use crate::http::call::Call;
use crate::http::catalog::{Registered, bundle as shown, icon as picture, icon_at, types};
use crate::http::fail::Fail;
use crate::http::negotiate::{ANY, AS_PICTURE};
use crate::http::route::Content::{Bytes, Nothing};
use crate::http::route::Kind::{Flag, Text};
use crate::http::route::Route;

const ONE: &str = "/v1/catalog/bundles/{name}/{version}";

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let sees = |route: Route| route.needs(SeeCatalogItem).hot();
    let pictures = |route: Route| {
        sees(route)
            .gives(AS_PICTURE)
            .answers(StatusCode::OK, Bytes)
            .answers(StatusCode::NO_CONTENT, Nothing)
            .answers(StatusCode::TEMPORARY_REDIRECT, Nothing)
    };
    all.extend([
        sees(Route::get("/v1/catalog/bundles", "Bundles", list))
            .query("versions?", Text, "all, or the newest of each (latest)")
            .query("detail?", Flag, "With what is in them")
            .ok(many::<BundleSummary>()),
        sees(Route::get("/v1/catalog/bundles/{name}", "All versions of a bundle", versions))
            .query("detail?", Flag, "With what is in them")
            .ok(many::<BundleSummary>()),
        sees(Route::get(ONE, "A bundle with what is in it", get)).ok(one::<BundleSummary>()),
        Route::delete(ONE, "Take a bundle out of the catalog, with all its items", delete)
            .needs(ModifyCatalogItem)
            .hot()
            .query("force?", Flag, "Without a meaning here: what was made from its items goes on")
            .ok(one::<BundleInstallation>()),
        sees(Route::get("/v1/catalog/bundles/{name}/{version}/download", "A bundle as a zip", download))
            .gives(ANY)
            .answers(StatusCode::OK, Bytes),
        sees(Route::get("/v1/catalog/bundles/{name}/{version}/types", "What is in a bundle", types_of))
            .ok(many::<TypeSummary>()),
        sees(Route::get(
            "/v1/catalog/bundles/{name}/{version}/types/{type}",
            "One type of a bundle, in the bundle's version",
            type_of,
        ))
        .ok(one::<TypeSummary>()),
        sees(Route::get(
            "/v1/catalog/bundles/{name}/{version}/types/{type}/{type_version}",
            "One type of a bundle",
            type_of,
        ))
        .ok(one::<TypeSummary>()),
        pictures(Route::get(
            "/v1/catalog/bundles/{name}/{version}/types/{type}/{type_version}/icon",
            "The picture of a type of a bundle",
            type_icon,
        )),
        pictures(Route::get("/v1/catalog/bundles/{name}/{version}/icon", "The picture of a bundle", icon)),
    ]);
}

async fn list(call: Call) -> Answer {
    let detail = call.query_flag("detail").unwrap_or(false);
    let mut all: Vec<&Arc<Bundle>> = call.root().catalog().bundles().collect();
    all.sort_by(|a, b| a.id.name.cmp(&b.id.name).then_with(|| b.id.version.cmp(&a.id.version)));
    if call.query_value("versions").as_deref() != Some("all") {
        all.dedup_by(|b, a| a.id.name == b.id.name);
    }
    json(&all.iter().map(|b| shown(b, detail)).collect::<Vec<_>>())
}

async fn versions(call: Call) -> Answer {
    let (detail, name) = (call.query_flag("detail").unwrap_or(false), call.param("name"));
    let named = call.root().catalog().bundles().filter(|b| b.id.name == name);
    json(&named.rev().map(|b| shown(b, detail)).collect::<Vec<_>>())
}

async fn get(call: Call) -> Answer {
    json(&shown(named(&call)?, true))
}

async fn types_of(call: Call) -> Answer {
    json(&Registered::of_bundle(named(&call)?).map(|r| types::summary(&r)).collect::<Vec<_>>())
}

async fn type_of(call: Call) -> Answer {
    json(&types::detail(&named_type(&call)?, &call.surroundings()))
}

async fn type_icon(call: Call) -> Answer {
    picture(&call, &named_type(&call)?).await
}

async fn icon(call: Call) -> Answer {
    let bundle = named(&call)?;
    icon_at(&call, bundle.icon_url.as_deref(), std::slice::from_ref(&bundle.id)).await
}

async fn download(call: Call) -> Answer {
    let bundle = named(&call)?;
    let bytes = match &bundle.source {
        BundleSource::Bom(text) => {
            Archive::of_bom(text).map_err(|e| Fail::inside(format!("the BOM cannot be packed: {e}")))?
        }
        BundleSource::Zip { blob, .. } => {
            call.app.bundles.blobs().read(blob).await.map_err(Fail::later)?.to_vec()
        }
    };
    let name = format!("attachment; filename={}-{}.zip", bundle.id.name, bundle.id.version);
    let mut response = raw(StatusCode::OK, "application/zip", bytes);
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

async fn delete(call: Call) -> Answer {
    let app = Arc::clone(&call.app);
    let _turn = app.adding.lock().await;
    let gone = named(&call).ok().cloned();
    let id = gone.as_ref().map_or_else(|| id(&call), |bundle| bundle.id.clone());
    call.ask(Command::RemoveBundle { bundle: id.clone() }, b"").await?;
    let (message, code) = (format!("Uninstalled bundle {id}"), InstallationCode::Removed);
    let types = gone.iter().flat_map(|bundle| Registered::of_bundle(bundle));
    let types = types.map(|r| (r.id(), types::summary(&r))).collect();
    json(&BundleInstallation { message, bundle: id.to_string(), code, types })
}

fn id(call: &Call) -> BundleId {
    BundleId { name: call.param("name").to_owned(), version: Version::new(call.param("version")) }
}

fn named(call: &Call) -> Result<&Arc<Bundle>, Fail> {
    let id = id(call);
    let catalog = call.root().catalog();
    let alike = || {
        let mut of_name = catalog.bundles().filter(|b| b.id.name == id.name);
        of_name.find(|b| b.id.version.is_the_same_as(&id.version))
    };
    let found = catalog.bundle(&id).or_else(alike);
    found.ok_or_else(|| missing("Bundle", &id.name, id.version.as_str()))
}

fn named_type(call: &Call) -> Result<Registered<'_>, Fail> {
    let bundle = named(call)?;
    let name = call.param("type");
    let version = match call.param("type_version") {
        "" => call.param("version"),
        version => version,
    };
    let mut of_name: Vec<_> = Registered::of_bundle(bundle).filter(|r| r.name() == name).collect();
    of_name.sort_by_key(|r| Version::new(r.version()));
    let mut newest_first = of_name.into_iter().rev();
    let wanted = Version::new(version);
    let is_it = |r: &Registered<'_>| Version::new(r.version()).is_the_same_as(&wanted);
    let found = newest_first.find(|r| version.eq_ignore_ascii_case("latest") || is_it(r));
    found.ok_or_else(|| missing("Entity", name, version))
}

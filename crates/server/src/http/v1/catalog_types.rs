//! `/v1/catalog/types`: everything that blueprints may name.

use api::Permission::SeeCatalogItem;
use api::catalog::TypeSummary;
use api::shape::{many, one};
use axum::http::StatusCode;

use super::catalog::missing;
use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::catalog::{Filter, Registered, icon as picture, types};
use crate::http::fail::Fail;
use crate::http::negotiate::AS_PICTURE;
use crate::http::route::Content::{Bytes, Nothing};
use crate::http::route::Kind::Text;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    let sees = |route: Route| route.needs(SeeCatalogItem).hot();
    all.extend([
        sees(Route::get("/v1/catalog/types", "Types, items and what is built in", list))
            .query(
                "supertype?",
                Text,
                "entity, policy, enricher, location, application, or a type's full name",
            )
            .query("versions?", Text, "all, or the best of each (latest)")
            .query("regex?", Text, "Shows those whose texts have it")
            .query("fragment?", Text, "Shows those whose texts have it, in any case")
            .ok(many::<TypeSummary>()),
        sees(Route::get("/v1/catalog/types/{name}", "All versions of a type, best first", versions))
            .ok(many::<TypeSummary>()),
        sees(Route::get(
            "/v1/catalog/types/{name}/{version}",
            "One version of a type; `latest` is the best",
            get,
        ))
        .ok(one::<TypeSummary>()),
        sees(Route::get("/v1/catalog/types/{name}/{version}/icon", "The picture of a type", icon))
            .gives(AS_PICTURE)
            .answers(StatusCode::OK, Bytes)
            .answers(StatusCode::NO_CONTENT, Nothing)
            .answers(StatusCode::TEMPORARY_REDIRECT, Nothing),
    ]);
}

async fn list(call: Call) -> Answer {
    let catalog = call.root().catalog();
    let all = call.query_value("versions").as_deref() == Some("all");
    let all = if all { Registered::all(catalog) } else { Registered::best(catalog) };
    let wanted = call.query_value("supertype").filter(|s| !s.is_empty());
    let of_kind = all.into_iter().filter(|r| wanted.as_ref().is_none_or(|what| r.is_a(what))).collect();
    let shown = Filter::of(&call)?.keep(of_kind)?;
    json(&shown.iter().map(types::summary).collect::<Vec<_>>())
}

async fn versions(call: Call) -> Answer {
    let versions = Registered::versions(call.root().catalog(), call.param("name"));
    json(&versions.iter().map(types::summary).collect::<Vec<_>>())
}

async fn get(call: Call) -> Answer {
    json(&types::detail(&named(&call)?, &call.surroundings()))
}

async fn icon(call: Call) -> Answer {
    picture(&call, &named(&call)?).await
}

fn named(call: &Call) -> Result<Registered<'_>, Fail> {
    let (name, version) = (call.param("name"), call.param("version"));
    Registered::find(call.root().catalog(), name, version).ok_or_else(|| missing("Entity", name, version))
}

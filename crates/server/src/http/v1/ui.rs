//! What Brooklyn's own pages ask of the server beside the API: which of its modules there are, and what they tell of each
//! other. Here there are none, and a page that asks finds an empty menu instead of an error.

use std::collections::BTreeMap;

use api::shape::{by_name, many};
use serde_json::Value;

use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::route::Kind::Text;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.extend([
        Route::get("/v1/ui-module-registry", "Modules of Brooklyn's own pages: there are none", modules)
            .ok(many::<Value>()),
        Route::get("/v1/ui-metadata-registry", "What they tell of each other: nothing", metadata)
            .query("type?", Text, "Of this type only")
            .query("id?", Text, "Of this module only")
            .ok(by_name::<Value>()),
    ]);
}

async fn modules(_: Call) -> Answer {
    json(&Vec::<Value>::new())
}

async fn metadata(_: Call) -> Answer {
    json(&BTreeMap::<String, Value>::new())
}

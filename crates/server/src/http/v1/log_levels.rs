//! `/v1/server/log/levels`: how much this server logs. Ours; each server has its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::Permission::{HaAdmin, ServerStatus};
use api::shape::by_name;
use tracing::info;

use crate::http::answer::{Answer, json};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::negotiate::Consumes;
use crate::http::route::Route;
use crate::levels::Levels;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    const PATH: &str = api::paths::LOG_LEVELS;
    all.extend([
        Route::get(PATH, "From which level on this server logs, by target", show)
            .needs(ServerStatus)
            .ok(by_name::<String>()),
        Route::post(PATH, "Change that until the server ends; null takes a target's own level away", set)
            .needs(HaAdmin)
            .exempt()
            .takes(Consumes::Json, by_name::<Option<String>>())
            .ok(by_name::<String>()),
    ]);
}

fn levels(call: &Call) -> Result<Arc<Levels>, Fail> {
    call.app.own.levels.clone().ok_or_else(|| Fail::not_found("This server keeps no log files"))
}

async fn show(call: Call) -> Answer {
    json(&levels(&call)?.all())
}

async fn set(mut call: Call) -> Answer {
    let changes = serde_json::from_value::<BTreeMap<String, Option<String>>>(call.json().await?)
        .map_err(|e| Fail::bad(format!("The body is no map of targets to levels: {e}")))?;
    let levels = levels(&call)?;
    levels.set(&changes).map_err(|e| Fail::bad(e.to_string()))?;
    info!(user = call.user(), ?changes, "levels of the log were changed");
    json(&levels.all())
}

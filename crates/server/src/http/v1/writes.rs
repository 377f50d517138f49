//! `GET /v1/writes/{key}`: what became of a write that was sent with an `Idempotency-Key`. Ours.

use api::writes::{WriteOutcome, WriteReport};
use ha::status::Role;

use crate::http::answer::{Answer, json, json_with};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.push(Route::get("/v1/writes/{key}", "What became of a write", report).hot());
}

async fn report(call: Call) -> Answer {
    let key = call.param("key").to_owned();
    // Asked before the state is looked at: a write that lands in between is recorded, not lost.
    let is_pending = call.app.pending.has(&key);
    let view = call.app.plane.view();
    let Some(root) = &view.root else { return json(&bare(key, WriteOutcome::Unknown)) };
    if let Some(write) = root.write(&key) {
        let answer = serde_json::to_value(&write.reply)
            .map_err(|e| Fail::inside(format!("the recorded answer cannot be written as JSON: {e}")))?;
        let report = WriteReport { answer: Some(answer), ..bare(key, WriteOutcome::Recorded) };
        return json_with(axum::http::StatusCode::OK, &report);
    }
    let outcome = match call.role() {
        _ if is_pending => WriteOutcome::Pending,
        Role::Master => WriteOutcome::NotRecorded,
        _ => WriteOutcome::Unknown,
    };
    json(&bare(key, outcome))
}

fn bare(key: String, outcome: WriteOutcome) -> WriteReport {
    WriteReport { key, outcome, answer: None }
}

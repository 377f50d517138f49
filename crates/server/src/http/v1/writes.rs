//! `GET /v1/writes/{key}`: what became of a write that was sent with an `Idempotency-Key`. Ours.

use api::shape::one;
use api::writes::{WriteOutcome, WriteReport};
use base::WallMs;
use ha::status::Role;

use crate::http::answer::{Answer, json, json_with};
use crate::http::call::Call;
use crate::http::fail::Fail;
use crate::http::route::Kind::Number;
use crate::http::route::Route;

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.push(
        Route::get("/v1/writes/{key}", "What became of a write", report)
            .hot()
            .query("sent?", Number, "When it was first sent, in epoch milliseconds")
            .ok(one::<WriteReport>()),
    );
}

/// `sent`: when the write was first sent, in epoch milliseconds. It lets the server be certain of a key that it
/// does not know after it has forgotten others.
async fn report(call: Call) -> Answer {
    let key = call.param("key").to_owned();
    let sent = sent(&call)?;
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
    let rules = view.status.role_at(call.app.plane.now()) == Role::Master;
    let outcome = if is_pending {
        WriteOutcome::Pending
    } else if rules && !root.may_have_forgotten(sent) {
        WriteOutcome::NotRecorded
    } else {
        WriteOutcome::Unknown
    };
    json(&bare(key, outcome))
}

fn sent(call: &Call) -> Result<Option<WallMs>, Fail> {
    let Some(text) = call.query_value("sent") else { return Ok(None) };
    let time =
        text.parse().map_err(|_| Fail::bad(format!("sent: \"{text}\" is not a time in epoch milliseconds")));
    time.map(|ms| Some(WallMs(ms)))
}

fn bare(key: String, outcome: WriteOutcome) -> WriteReport {
    WriteReport { key, outcome, answer: None }
}

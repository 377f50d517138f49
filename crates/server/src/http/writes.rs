//! The way of a write to the core and of its answer back; one place makes HTTP of what became of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use engine::effect::Reply;
use engine::input::{Command, WriteKey};
use ha::status::Role;
use node::interface::Response;
use ring::digest::{Context, SHA256};

use super::app::App;
use super::call::Call;
use super::fail::Fail;
use super::gate::Barred;
use super::limits::{PENDING_KEYS_MAX, WRITE_KEY_CHARS_MAX, WRITE_WAIT_MAX};
use crate::auth::hex;

/// The header by which a caller says that a repeated request is the same one.
pub(super) const KEY: &str = "idempotency-key";

/// Keyed writes under way on this server: how many of each key.
#[derive(Default)]
pub(super) struct Pending(Mutex<HashMap<String, u32>>);

impl Pending {
    /// Whether one with this key is under way.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }
}

/// A keyed write under way; takes its key out again however it ends.
struct Underway {
    app: Arc<App>,
    key: String,
}

impl Underway {
    /// None when there are too many already.
    fn begin(app: &Arc<App>, key: &str) -> Option<Underway> {
        let mut all = app.pending.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= PENDING_KEYS_MAX {
            return None;
        }
        *all.entry(key.to_owned()).or_default() += 1;
        Some(Underway { app: Arc::clone(app), key: key.to_owned() })
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let mut all = self.app.pending.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = all.get_mut(&self.key) {
            *n -= 1;
            if *n == 0 {
                all.remove(&self.key);
            }
        }
    }
}

/// Asks the core and waits for the answer.
pub(super) async fn ask(call: &Call, command: Command, body: &[u8]) -> Result<Reply, Fail> {
    let response = match write_key(call, body)? {
        Some(key) => ask_once(call, key, command).await,
        None => {
            let asked = call.app.plane.ask(call.caller(), None, command);
            tokio::time::timeout(WRITE_WAIT_MAX, asked).await.unwrap_or(Response::Unknown)
        }
    };
    match response {
        Response::Recorded { reply: Reply::Refused(refusal), .. } => Err(refusal.into()),
        Response::Recorded { reply, .. } => Ok(reply),
        Response::NotMaster if call.role() == Role::Suspended => Err(Barred::Suspended.into()),
        Response::NotMaster => Err(Barred::NeedsMaster.into()),
        Response::NotRecorded => Err(Fail::later(
            "Not recorded: this server stopped being master before the request was written; send it again to \
             the server that X-HA-Master names",
        )),
        Response::Unknown => Err(Fail::later(
            "Unknown: the store did not say whether the request was recorded; look before sending it again, or \
             send it with the same Idempotency-Key",
        )),
        Response::Overloaded => {
            Err(Fail::later("Not recorded: too many requests wait already; send it again in a second"))
        }
        Response::Broken(why) => {
            Err(Fail::inside(format!("Not recorded: the request made the engine fail: {why}")))
        }
    }
}

/// Asks with a key. The write is pending until the core has answered, also when nobody waits for it any more: who
/// lost the connection and looks the key up must not be told that it was not recorded.
async fn ask_once(call: &Call, key: WriteKey, command: Command) -> Response {
    let Some(underway) = Underway::begin(&call.app, &key.key) else { return Response::Overloaded };
    let caller = call.caller();
    let asked = tokio::spawn(async move {
        let response = underway.app.plane.ask(caller, Some(key), command).await;
        drop(underway);
        response
    });
    match tokio::time::timeout(WRITE_WAIT_MAX, asked).await {
        Ok(Ok(response)) => response,
        // A panic on the way, or no answer in time.
        Ok(Err(_)) | Err(_) => Response::Unknown,
    }
}

fn write_key(call: &Call, body: &[u8]) -> Result<Option<WriteKey>, Fail> {
    let Some(key) = call.headers().get(KEY) else { return Ok(None) };
    let key = key.to_str().unwrap_or("");
    if key.is_empty() || key.len() > WRITE_KEY_CHARS_MAX {
        return Err(Fail::bad(format!(
            "Idempotency-Key: expected 1 to {WRITE_KEY_CHARS_MAX} printable ASCII characters"
        )));
    }
    let (method, path) = call.line();
    let mut sum = Context::new(&SHA256);
    for part in [method.as_bytes(), b" ", path.as_bytes(), b"\n", body] {
        sum.update(part);
    }
    let body_sum = hex(sum.finish());
    Ok(Some(WriteKey { key: key.to_owned(), body_sum }))
}

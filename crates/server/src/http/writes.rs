//! The way of a write to the core and of its answer back; one place makes HTTP of what became of it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use engine::effect::Reply;
use engine::input::{Command, WriteKey};
use ha::status::Role;
use node::interface::Response;
use ring::digest::{Context, SHA256};

use super::call::Call;
use super::fail::Fail;
use super::gate::Barred;
use super::limits::{PENDING_KEYS_MAX, WRITE_KEY_CHARS_MAX, WRITE_WAIT_MAX};
use crate::auth::hex;

/// The header by which a caller says that a repeated request is the same one.
pub(super) const KEY: &str = "idempotency-key";

/// Keyed writes under way on this server.
#[derive(Default)]
pub(super) struct Pending(Mutex<HashSet<String>>);

impl Pending {
    /// Whether one with this key is under way.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    fn begin(&self, key: &str) -> Option<Underway<'_>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = all.len() < PENDING_KEYS_MAX && all.insert(key.to_owned());
        is_new.then(|| Underway { all: self, key: key.to_owned() })
    }
}

/// Takes its key out again however the request ends.
struct Underway<'a> {
    all: &'a Pending,
    key: String,
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// Asks the core and waits for the answer.
pub(super) async fn ask(call: &Call, command: Command, body: &[u8]) -> Result<Reply, Fail> {
    let key = write_key(call, body)?;
    let _underway = key.as_ref().and_then(|k| call.app.pending.begin(&k.key));
    let asked = call.app.plane.ask(call.caller(), key, command);
    let response = tokio::time::timeout(WRITE_WAIT_MAX, asked).await.unwrap_or(Response::Unknown);
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

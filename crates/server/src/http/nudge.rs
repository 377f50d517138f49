//! "Look at the store now", from one server to another. It carries no fact and is believed in nothing: a forged
//! or repeated one costs one look at the store, and how many looks it can cause is bounded.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use api::paths::{HA_NUDGE, NUDGE_SIGNATURE};
use axum::http::StatusCode;
use base::Mono;
use ring::hmac;

use super::answer::{Answer, no_content};
use super::call::Call;
use super::fail::Fail;
use super::limits::NUDGE_PAUSE_MIN;
use super::route::Content::Nothing;
use super::route::Route;
use crate::auth::hex;

const WORDS: &[u8] = b"brownstone nudge 1";

pub(super) fn add_routes(all: &mut Vec<Route>) {
    all.push(
        Route::post(HA_NUDGE, "Look at the store now (between servers, signed with the plane's key)", nudge)
            .public()
            .gives(&[])
            .answers(StatusCode::NO_CONTENT, Nothing),
    );
}

/// The value of the signature header, for whoever sends a nudge with the plane's key.
pub fn signature(plane_key: &[u8]) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, plane_key), WORDS))
}

async fn nudge(call: Call) -> Answer {
    let refused = || Fail::said(StatusCode::FORBIDDEN, "Only servers of this plane may nudge");
    let key = call.app.nudge_key.as_ref().ok_or_else(refused)?;
    let given = call.header(NUDGE_SIGNATURE).and_then(unhex).ok_or_else(refused)?;
    hmac::verify(key, WORDS, &given).map_err(|_| refused())?;
    if call.app.nudges.pass(call.app.plane.now()) {
        call.app.plane.nudge();
    }
    Ok(no_content())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}

/// Lets one nudge through in each pause.
#[derive(Default)]
pub struct NudgeGate(Mutex<Option<Mono>>);

impl NudgeGate {
    fn pass(&self, now: Mono) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|l| Duration::from_micros(now.since(l).0) < NUDGE_PAUSE_MIN) {
            return false;
        }
        *last = Some(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_nudges_cause_few_looks() {
        let gate = NudgeGate::default();
        let passed = (0..1000).filter(|ms| gate.pass(Mono(ms * 1000))).count();
        assert_eq!(passed, 10);
    }

    #[test]
    fn a_signature_is_that_of_the_key() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"k");
        assert!(hmac::verify(&key, WORDS, &unhex(&signature(b"k")).unwrap()).is_ok());
        assert!(hmac::verify(&key, WORDS, &unhex(&signature(b"x")).unwrap()).is_err());
        assert!(unhex("zz").is_none() && unhex("é1").is_none() && unhex("abc").is_none());
    }
}

//! What became of a keyed write: pending, recorded, not recorded, unknown.

use axum::http::{Method, StatusCode};
use engine::input::{Caller, Command};
use engine::limits::WRITE_CLOCK_MARGIN_MS;
use ha::status::Role;

use super::Door;
use super::small::WALL;
use crate::http::Plane;

async fn outcome(door: &Door, look_up: &str) -> String {
    door.get(&format!("/v1/writes/{look_up}")).await.json()["outcome"].as_str().unwrap().to_owned()
}

async fn write(door: &Door, path: &str, key: &str) -> StatusCode {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    door.ask(Method::POST, path, &headers, "1").await.status
}

#[tokio::test]
async fn a_write_whose_client_has_gone_is_pending_until_the_core_has_answered() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let path = format!("/v1/applications/{app}/entities/{ent}/sensors/x");
    door.plane.open.send_replace(false);
    let is_pending = async {
        while outcome(&door, "k").await != "pending" {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        status = write(&door, &path, "k") => panic!("nothing was to be answered: {status}"),
        () = is_pending => {}
    }
    assert_eq!(outcome(&door, "k").await, "pending", "the client has gone");
    door.plane.open.send_replace(true);
    while outcome(&door, "k").await == "pending" {
        tokio::task::yield_now().await;
    }
    assert_eq!(outcome(&door, "k").await, "recorded");
}

#[tokio::test]
async fn a_key_that_may_have_been_forgotten_is_unknown_unless_it_was_sent_later() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let path = format!("/v1/applications/{app}/entities/{ent}/sensors/x");
    assert_eq!(write(&door, &path, "k").await, StatusCode::NO_CONTENT);
    assert_eq!(outcome(&door, "other").await, "not_recorded", "none was ever forgotten");

    door.plane.ask(Caller::default(), None, Command::Reset).await;
    assert_eq!(outcome(&door, "k").await, "unknown");
    let sent = |ms: u64| format!("other?sent={ms}");
    assert_eq!(outcome(&door, &sent(WALL.0 + WRITE_CLOCK_MARGIN_MS)).await, "unknown");
    assert_eq!(outcome(&door, &sent(WALL.0 + WRITE_CLOCK_MARGIN_MS + 1)).await, "not_recorded");
    let wrong = door.get("/v1/writes/k?sent=yesterday").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("yesterday"), "{}", wrong.body);
}

#[tokio::test]
async fn only_a_master_says_that_a_write_was_not_recorded() {
    for role in [Role::HotStandby, Role::HotBackup, Role::Suspended] {
        assert_eq!(outcome(&Door::new(role), "k").await, "unknown", "{role:?}");
    }
}

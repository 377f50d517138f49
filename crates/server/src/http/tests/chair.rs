//! Switchover, step-down, pause and resume, the history and drills, as the wire has them.

use std::sync::atomic::Ordering;

use axum::http::{Method, StatusCode};
use base::{Incarnation, NodeId, PlaneId, Term, WallMs};
use ha::files::{EndFile, EndWhy, TermFile, to_bytes};
use ha::names;
use ha::status::Role;
use ha::successor::HandOver;
use ha::verbs::Verb;
use serde_json::json;

use super::Door;

const OTHER: &str = "hJ7kL9mN";
/// An hour after the small plane's only moment.
const LATER: &str = "2026-07-14T19:06:58Z";

#[tokio::test]
async fn a_switchover_is_done_to_whom_it_names_and_refused_with_the_reason() {
    let door = Door::new(Role::Master);
    for (body, status, words) in [
        (r#"{"to":"nobody"}"#, StatusCode::PRECONDITION_FAILED, "no server `nobody`"),
        (r#"{"to":"aB3dE5fG"}"#, StatusCode::CONFLICT, "the master already"),
        (r#"{"too":"x"}"#, StatusCode::BAD_REQUEST, "unknown field"),
        (r#"{"at":"tomorrow"}"#, StatusCode::BAD_REQUEST, "expected a time with its zone"),
        (r#"{"at":"2001-01-01T00:00:00Z"}"#, StatusCode::BAD_REQUEST, "that time has passed"),
    ] {
        let got = door.post_json("/ha/switchover", body).await;
        assert_eq!(got.status, status, "{body}: {}", got.body);
        assert!(got.body.contains(words), "{body}: {}", got.body);
    }
    let got = door.post_json("/ha/switchover", &format!(r#"{{"to":"{OTHER}"}}"#)).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.body);
    let said = got.json();
    assert_eq!((&said["master"], &said["term"]), (&json!(OTHER), &json!(4)));
    let got = door.post_json("/ha/switchover", "").await;
    assert_eq!(got.status, StatusCode::FORBIDDEN, "it is a standby now: {}", got.body);
}

#[tokio::test]
async fn a_switchover_is_planned_once_shown_and_cancelled() {
    let door = Door::new(Role::Master);
    let plan = format!(r#"{{"to":"{OTHER}","at":"{LATER}"}}"#);
    let got = door.post_json("/ha/switchover", &plan).await;
    assert_eq!(got.status, StatusCode::ACCEPTED, "{}", got.body);
    assert_eq!((&got.json()["to"], &got.json()["by"]), (&json!(OTHER), &json!("admin")));
    for again in [&plan, "{}"] {
        let got = door.post_json("/ha/switchover", again).await;
        assert_eq!(got.status, StatusCode::CONFLICT, "{}", got.body);
        assert!(got.body.contains("planned already, by admin"), "{}", got.body);
    }
    let cancel = || door.ask(Method::DELETE, "/ha/switchover", &[], "");
    assert_eq!(cancel().await.status, StatusCode::NO_CONTENT);
    assert_eq!(cancel().await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_pause_is_recorded_by_the_master_and_lifted_at_a_standby_only_where_no_master_is() {
    let door = Door::new(Role::Master);
    let got = door.post_json("/ha/pause", &format!(r#"{{"until":"{LATER}","why":"switch work"}}"#)).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.body);
    assert_eq!(got.json()["paused"]["why"], "switch work");
    let got = door.post_json("/ha/resume", "").await;
    assert_eq!((got.status, &got.json()["recorded"]), (StatusCode::OK, &json!(true)));
    assert_eq!(got.json()["paused"], json!(null));
    let door = Door::new(Role::HotStandby);
    let got = door.post_json("/ha/resume", "").await;
    assert_eq!(got.status, StatusCode::FORBIDDEN, "the master can record it: {}", got.body);
    assert_eq!(door.plane.lifted.load(Ordering::Relaxed), 0);
    door.plane.lose_master();
    let got = door.post_json("/ha/resume", "").await;
    assert_eq!((got.status, &got.json()["recorded"]), (StatusCode::OK, &json!(false)));
    assert_eq!(door.plane.lifted.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_drill_records_a_write_that_changes_nothing_and_ends_the_server_only_when_told_to() {
    let door = Door::new(Role::Master);
    let got = door.post_json("/ha/drill", "").await;
    assert_eq!((got.status, &got.json()["term"]), (StatusCode::OK, &json!(3)));
    assert_eq!(door.plane.killed.load(Ordering::Relaxed), 0);
    assert_eq!(door.post_json("/ha/drill", r#"{"kill":true}"#).await.status, StatusCode::ACCEPTED);
    assert_eq!(door.plane.killed.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn the_history_comes_in_pages_and_names_what_cannot_be_read() {
    let door = Door::new(Role::Master);
    let create = |name, bytes| door.app.store.run(&Verb::Create { name, bytes });
    for n in 1..=3 {
        let claim = TermFile {
            term: Term(n),
            plane: PlaneId::new("p"),
            node: NodeId::new("a"),
            incarnation: Incarnation(7),
            uid: "u".into(),
            uri: "https://a/".into(),
            why: format!("reason {n}"),
            at: WallMs(n),
            gap_ms: Some(n),
            lease_ms: None,
        };
        create(names::term(Term(n)), to_bytes(&claim));
    }
    let end = |incarnation, term| EndFile {
        plane: PlaneId::new("p"),
        term: Term(term),
        node: NodeId::new("a"),
        incarnation: Incarnation(incarnation),
        beat: 1,
        why: EndWhy::StepDown,
        by: "a".into(),
        hand_over: Some(HandOver { term: Term(term), to: NodeId::new("b"), by: "carol".into() }),
        at: WallMs(9),
    };
    create(names::term_end(Term(1)), to_bytes(&end(7, 1)));
    create(names::term_end(Term(2)), to_bytes(&end(6, 2)));
    create(names::term_end(Term(3)), b"torn".to_vec().into());
    let first = door.get("/ha/history?limit=2").await.json();
    assert_eq!(first["before"], 2);
    assert_eq!(first["terms"].as_array().unwrap().len(), 2);
    assert_eq!((&first["terms"][0]["term"], &first["terms"][0]["why"]), (&json!(3), &json!("reason 3")));
    assert!(first["terms"][0]["trouble"].as_str().unwrap().contains("00000000000000000003.end"));
    assert_eq!(first["terms"][1]["end"], json!(null), "an end of another life is none");
    let rest = door.get("/ha/history?before=2").await.json();
    assert_eq!(rest["before"], json!(null));
    let end = &rest["terms"][0]["end"];
    assert_eq!(
        (&end["why"], &end["to"], &end["orderedBy"]),
        (&json!("step-down"), &json!("b"), &json!("carol"))
    );
    assert_eq!(door.get("/ha/history?limit=none").await.status, StatusCode::BAD_REQUEST);
}

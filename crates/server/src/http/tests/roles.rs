//! High availability on the wire, against the observed exchanges.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use ha::status::Role;
use serde_json::json;

use super::small::{NOW, WALL};
use super::{Door, NUDGE_KEY};
use crate::http::nudge::signature;

const PRIMARY: &str =
    r#"{"message":"This request is only permitted against an active primary Brooklyn server","error":403}"#;
const HOT: &str = r#"{"message":"This request is only permitted against an active primary or hot standby/backup Brooklyn server","error":403}"#;
const SKIP: (&str, &str) = ("Brooklyn-Allow-Non-Master-Access", "TRUE");

#[tokio::test]
async fn each_role_has_its_word() {
    for (role, word, header) in [
        (Role::Master, "MASTER", "MASTER"),
        (Role::Suspended, "INITIALIZING", "SUSPENDED"),
        (Role::Initializing, "INITIALIZING", "INITIALIZING"),
        (Role::Standby, "STANDBY", "STANDBY"),
        (Role::HotStandby, "HOT_STANDBY", "HOT_STANDBY"),
        (Role::HotBackup, "HOT_BACKUP", "HOT_BACKUP"),
        (Role::Failed, "FAILED", "FAILED"),
        (Role::Terminated, "TERMINATED", "TERMINATED"),
    ] {
        let got = Door::new(role).get("/v1/server/ha/state").await;
        assert_eq!((got.status, got.body.clone()), (StatusCode::OK, format!("\"{word}\"")));
        assert_eq!((got.header("x-ha-role"), got.header("x-ha-term")), (header, "3"));
        assert_eq!(got.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn states_and_extended_are_as_observed() {
    let door = Door::new(Role::Master);
    let at = WALL.0;
    let states = format!(
        r#"{{"planeId":"k7RwQ2mX","ownId":"aB3dE5fG","masterId":"aB3dE5fG","nodes":{{"aB3dE5fG":{{"nodeId":"aB3dE5fG","nodeUri":"https://10.0.0.11:8443/","status":"MASTER","localTimestamp":{at},"remoteTimestamp":{0},"priority":10}},"hJ7kL9mN":{{"nodeId":"hJ7kL9mN","nodeUri":"https://10.0.0.12:8443/","status":"HOT_STANDBY","localTimestamp":{at},"remoteTimestamp":{0},"priority":0}}}},"links":{{}}}}"#,
        at - 123
    );
    assert_eq!(door.get("/v1/server/ha/states").await.body, states);
    let extended = format!(
        r#"{{"up":true,"shuttingDown":false,"healthy":true,"ha":{states},"osgiUp":false,"brooklyn.security.sensitive.fields":{{"tokens":["password","passwd","credential","secret","private","access.cert","access.key"],"plaintext.blocked":false}}}}"#
    );
    assert_eq!(door.get("/v1/server/up/extended").await.body, extended);
    assert_eq!(door.get("/v1/server/planeid").await.body, "k7RwQ2mX");
    let metrics = door.get("/v1/server/ha/metrics").await.json();
    assert_eq!(metrics["highAvailability"]["heartbeatTimeout"], 30_000);
    assert_eq!(metrics["highAvailability"]["history"], json!([{"state": "MASTER", "timestamp": at}]));
}

#[tokio::test]
async fn a_cold_standby_refuses_in_brooklyns_words_unless_told_otherwise() {
    let door = Door::new(Role::Standby);
    let read = door.get("/v1/applications").await;
    assert_eq!((read.status, read.body.as_str()), (StatusCode::FORBIDDEN, HOT));
    let write = door.post_json("/v1/applications", "name: x").await;
    assert_eq!((write.status, write.body.as_str()), (StatusCode::FORBIDDEN, PRIMARY));
    assert_eq!(write.header("x-ha-master"), "https://10.0.0.12:8443/");
    let state = door.post_form("/v1/server/ha/state", &[], "mode=STANDBY").await;
    assert_eq!((state.status, state.body.as_str()), (StatusCode::FORBIDDEN, PRIMARY));
    let head = door.ask(Method::HEAD, "/v1/applications", &[], "").await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::FORBIDDEN, ""));
    let lists = door.ask(Method::GET, "/v1/applications", &[SKIP], "").await;
    assert_eq!((lists.status, lists.body.as_str()), (StatusCode::OK, "[]"));
    let single = door.ask(Method::GET, "/v1/applications/nope", &[SKIP], "").await;
    assert_eq!(single.body, r#"{"message":"Application 'nope' not found","error":404}"#);
    let task = door.get("/v1/activities/nope").await;
    assert_eq!(
        task.body,
        r#"{"message":"Cannot find task 'nope' - possibly garbage collected to save memory","error":404}"#
    );
}

#[tokio::test]
async fn a_hot_standby_reads_and_does_not_write() {
    let door = Door::new(Role::HotStandby);
    assert_eq!(door.get("/v1/applications").await.body, "[]");
    assert_eq!(door.post_json("/v1/applications", "name: x").await.body, PRIMARY);
    let blueprint = "services:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n";
    let skipped =
        door.ask(Method::POST, "/v1/applications", &[SKIP, ("content-type", "text/yaml")], blueprint).await;
    assert_eq!(skipped.body, PRIMARY, "the core has the last word");
}

#[tokio::test]
async fn a_suspended_master_reads_and_says_that_a_write_was_not_recorded() {
    let door = Door::new(Role::Suspended);
    let read = door.get("/v1/applications").await;
    assert_eq!((read.status, read.header("x-ha-role")), (StatusCode::OK, "SUSPENDED"));
    let write = door.post_json("/v1/applications", "name: x").await;
    assert_eq!((write.status, write.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert!(write.body.to_lowercase().contains("not recorded"), "{}", write.body);
    let extended = door.get("/v1/server/up/extended").await.json();
    assert_eq!((&extended["up"], &extended["healthy"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn mode_and_priority_answer_what_was_before() {
    let door = Door::new(Role::HotStandby);
    let master = door.post_form("/v1/server/ha/state", &[SKIP], "mode=MASTER").await;
    assert_eq!((master.status, master.body.as_str()), (StatusCode::OK, "\"HOT_STANDBY\""));
    assert_eq!(door.get("/v1/server/ha/state").await.body, "\"MASTER\"");
    let unknown = door.post_form("/v1/server/ha/state", &[], "mode=NOPE").await;
    assert_eq!((unknown.status, unknown.body.as_str()), (StatusCode::BAD_REQUEST, ""));
    assert_eq!(door.post_form("/v1/server/ha/priority", &[], "priority=7").await.body, "10");
    assert_eq!(door.get("/v1/server/ha/priority").await.body, "7");
    let bad = door.post_form("/v1/server/ha/priority", &[], "priority=abc").await;
    assert_eq!((bad.status, bad.body.as_str()), (StatusCode::BAD_REQUEST, ""));
    let clear = door.post_form("/v1/server/ha/states/clear/node", &[], "nodeId=oldone11").await;
    assert_eq!((clear.status, clear.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(door.post_json("/v1/server/ha/states/clear", "{}").await.status, StatusCode::OK);
}

#[tokio::test]
async fn shutdown_is_taken_in_every_role() {
    let door = Door::new(Role::Standby);
    let apps = door.post_form("/v1/server/shutdown", &[], "stopAppsFirst=true").await;
    assert_eq!(
        apps.body,
        r#"{"message":"Not allowed to stop all apps when server is not master","error":403}"#
    );
    let bad = door.post_form("/v1/server/shutdown", &[], "shutdownTimeout=soon").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    let done = door.post_form("/v1/server/shutdown", &[], "shutdownTimeout=5s&delayForHttpReturn=3s").await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    let extended = door.get("/v1/server/up/extended").await.json();
    assert_eq!((&extended["up"], &extended["shuttingDown"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn probes_need_no_login_and_follow_the_role() {
    let table = [
        (Role::Master, [200, 200, 503, 503, 200, 200]),
        (Role::Suspended, [503, 503, 503, 503, 503, 503]),
        (Role::HotStandby, [503, 503, 200, 200, 200, 200]),
        (Role::Standby, [503, 503, 200, 503, 200, 200]),
        (Role::HotBackup, [503, 503, 503, 503, 200, 200]),
        (Role::Failed, [503, 503, 503, 503, 503, 503]),
    ];
    let paths = ["/ha/master", "/ha/writable", "/ha/standby", "/ha/hot-standby", "/ha/any", "/readyz"];
    for (role, codes) in table {
        let door = Door::new(role);
        for (path, code) in paths.iter().zip(codes) {
            for verb in [Method::GET, Method::HEAD, Method::OPTIONS] {
                let request = Request::builder().method(verb.clone()).uri(*path);
                let got = door.send(request.body(Body::empty()).unwrap()).await;
                assert_eq!(got.status.as_u16(), code, "{verb} {path} on {role:?}");
            }
        }
        let live = Request::builder().uri("/livez").body(Body::empty()).unwrap();
        assert_eq!(door.send(live).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_cluster_is_told_in_one_answer() {
    let door = Door::new(Role::Suspended);
    let cluster = door.get("/ha/cluster").await.json();
    assert_eq!(cluster["plane"], "k7RwQ2mX");
    assert_eq!(cluster["role"], "SUSPENDED");
    assert_eq!(cluster["masterUri"], "https://10.0.0.11:8443/");
    assert_eq!(cluster["leaseRemainingMs"], 0);
    assert_eq!(cluster["nodes"][0]["own"], true);
    assert_eq!(cluster["nodes"][1]["role"], "HOT_STANDBY");
    let master = Door::new(Role::Master).get("/ha/cluster").await.json();
    assert_eq!(master["leaseRemainingMs"], 20_000);
    assert_eq!(NOW.0, 100_000_000);
}

#[tokio::test]
async fn a_nudge_needs_the_planes_signature_and_only_nudges() {
    let door = Door::new(Role::HotStandby);
    let nudge = |sign: String| {
        let request = Request::builder().method(Method::POST).uri("/ha/nudge");
        request.header(api::paths::NUDGE_SIGNATURE, sign).body(Body::empty()).unwrap()
    };
    assert_eq!(door.send(nudge(signature(b"another key"))).await.status, StatusCode::FORBIDDEN);
    assert_eq!(door.plane.nudged.load(Ordering::Relaxed), 0);
    assert_eq!(door.send(nudge(signature(NUDGE_KEY))).await.status, StatusCode::NO_CONTENT);
    assert_eq!(door.plane.nudged.load(Ordering::Relaxed), 1);
}

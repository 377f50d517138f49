//! What a server tells of itself: configuration, log, access, logout, the older description.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use axum::http::{Method, StatusCode};
use ha::status::Role;
use serde_json::json;

use super::Door;
use crate::http::{Configured, Own, Properties};

fn properties(pairs: &[(&str, &str)]) -> Properties {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

#[tokio::test]
async fn what_is_configured_is_told_and_read_again() {
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reads);
    let own = Own {
        properties: ArcSwap::from_pointee(properties(&[("brooklyn.a", "1"), ("brooklyn.b", "")])),
        logs: None,
        levels: None,
        read_again: Some(Box::new(move || {
            if counted.fetch_add(1, Ordering::Relaxed) == 1 {
                return Err("etc/brooklyn.cfg line 3: no".to_owned());
            }
            let locations = [("brooklyn.location.named.new", "localhost")];
            Ok(Configured {
                properties: properties(&[("brooklyn.a", "2"), ("brooklyn.location.named.new", "localhost")]),
                surroundings: model::Surroundings::of_properties(locations),
            })
        })),
    };
    let door = Door::of(Role::Master, &[], own, &[]);
    assert_eq!(door.get("/v1/server/config/brooklyn.a").await.body, r#""1""#);
    for nothing in ["brooklyn.b", "brooklyn.c"] {
        let got = door.get(&format!("/v1/server/config/{nothing}")).await;
        assert_eq!(got.status, StatusCode::NO_CONTENT);
    }
    let reload = async || door.ask(Method::POST, "/v1/server/properties/reload", &[], "").await;
    let done = reload().await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
    assert_eq!(done.header("x-brownstone-needs-restart"), "brooklyn.a,brooklyn.b");
    assert_eq!(door.get("/v1/server/config/brooklyn.a").await.body, r#""2""#);
    assert_eq!(door.get("/v1/locations/new").await.json()["spec"], "localhost");
    let wrong = reload().await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("Nothing was changed: etc/brooklyn.cfg line 3"), "{}", wrong.body);
    assert_eq!(door.get("/v1/server/config/brooklyn.a").await.body, r#""2""#);
}

#[tokio::test]
async fn the_log_is_searched() {
    let dir = tempfile::tempdir().unwrap();
    let log = "2026-07-14T18:06:58.123Z - INFO  brownstone_server process::child [main] starting\n\
               2026-07-14T18:06:59.000Z - WARN  brownstone_ha  [driver] still starting\n";
    std::fs::write(dir.path().join(crate::logs::DEBUG_FILE), log).unwrap();
    let own = Own { logs: Some(dir.path().to_owned()), ..Own::default() };
    let door = Door::of(Role::Master, &[], own, &[]);
    let query = json!({ "numberOfItems": 1, "tail": true, "levels": ["INFO"], "dateTimeFrom": null });
    let found = door.post_json("/v1/logbook", &query.to_string()).await;
    assert_eq!(
        found.json(),
        json!([{
            "lineId": "0", "timestamp": "2026-07-14T18:06:58,123Z", "datetime": "2026-07-14T18:06:58.123Z",
            "taskId": null, "entityIds": null, "level": "INFO", "bundleId": null,
            "class": "brownstone_server::process::child", "threadName": "main", "message": "starting",
        }])
    );
    let all = door.post_json("/v1/logbook", r#"{"searchPhrase":"starting"}"#).await;
    assert_eq!(all.json().as_array().unwrap().len(), 2);
    for wrong in ["", "{", "[]", r#"{"numberOfItem":1}"#, r#"{"levels":"INFO"}"#, r#"{"dateTimeTo":"x"}"#] {
        let got = door.post_json("/v1/logbook", wrong).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{wrong}: {}", got.body);
    }
    let none = Door::new(Role::Master).post_json("/v1/logbook", "{}").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn provisioning_is_allowed_until_it_is_forbidden_and_no_script_is_run() {
    let door = Door::new(Role::Master);
    let access = door.get("/v1/access").await;
    assert_eq!(access.body, r#"{"locationProvisioningAllowed":true,"links":{"self":"/v1/access"}}"#);
    let allow = "/v1/access/locationProvisioningAllowed";
    let post = async |query: &str| door.ask(Method::POST, &format!("{allow}?{query}"), &[], "").await.status;
    for (query, told) in
        [("allowed=false", "false"), ("allowed=TRUE", "true"), ("", "false"), ("allowed=true", "true")]
    {
        assert_eq!(post(query).await, StatusCode::OK);
        let access = door.get("/v1/access").await.body;
        assert!(access.contains(&format!(r#""locationProvisioningAllowed":{told}"#)), "{query}: {access}");
    }
    let script = [("content-type", "application/text")];
    let groovy = door.ask(Method::POST, "/v1/script/groovy", &script, "println 1").await;
    assert_eq!(groovy.status, StatusCode::FORBIDDEN);
    assert!(groovy.body.contains("Groovy scripts are not run"), "{}", groovy.body);
}

#[tokio::test]
async fn logging_out_names_the_user_or_just_challenges() {
    let door = Door::new(Role::Standby);
    let post = async |path: &str| door.ask(Method::POST, path, &[], "").await;
    let challenge = post("/v1/logout/unauthorize").await;
    assert_eq!((challenge.status, challenge.body.as_str()), (StatusCode::UNAUTHORIZED, ""));
    let own = post("/v1/logout/admin").await;
    assert_eq!((own.status, own.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(post("/v1/logout/bob").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_older_description_is_served_as_json_and_as_yaml() {
    let door = Door::new(Role::Standby);
    assert_eq!(door.get("/v1/apidoc/swagger.json").await.json()["swagger"], "2.0");
    let yaml = door.get("/v1/apidoc/swagger.yaml").await;
    assert_eq!((yaml.status, yaml.header("content-type")), (StatusCode::OK, "application/yaml"));
}

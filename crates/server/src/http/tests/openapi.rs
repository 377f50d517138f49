//! The description of the wire: complete, kept, and true of what is answered.

use axum::http::{Method, StatusCode};
use ha::status::Role;
use serde_json::Value;

use super::Door;
use crate::http::openapi::{document, written};
use crate::http::route::Content;
use crate::http::routes;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/openapi.json");

#[test]
fn the_description_is_the_one_that_is_kept() {
    let now = written(&document(&routes()));
    // `cargo xtask openapi` sets it.
    if std::env::var_os("BROWNSTONE_WRITE_OPENAPI").is_some() {
        std::fs::write(KEPT, &now).unwrap();
    }
    let kept = std::fs::read_to_string(KEPT).unwrap();
    assert!(kept == now, "the wire has changed: `cargo xtask openapi` writes crates/api/openapi.json anew");
}

#[test]
fn every_route_says_what_it_answers_and_every_name_and_reference_stands_for_something() {
    for route in routes() {
        assert!(!route.answers.is_empty(), "{} {}", route.method, route.path);
    }
    let all = document(&routes());
    let mut open = vec![&all];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(map) => {
                if let Some(to) = map.get("$ref") {
                    let to = to.as_str().unwrap().strip_prefix('#').unwrap();
                    assert!(all.pointer(to).is_some(), "{to} is nowhere");
                }
                if map.get("in").is_some_and(|place| place == "path") {
                    assert_ne!(map["description"], "", "what stands for {{{}}} in a path?", map["name"]);
                }
                open.extend(map.values());
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_description_is_served_to_everybody() {
    let door = Door::new(Role::Failed);
    let request = axum::extract::Request::builder().uri("/openapi.json").body(axum::body::Body::empty());
    let got = door.send(request.unwrap()).await;
    assert_eq!((got.status, got.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(got.json()["openapi"], "3.1.0");
    let sensor = &got.json()["paths"]["/v1/applications/{app}/entities/{ent}/sensors/{sensor}"];
    assert_eq!(sensor["delete"]["security"][0]["basic"][0], "entity.modify");
}

/// Every GET is asked about something that is there, as far as one plane can have it, and about something that
/// is not.
#[tokio::test]
async fn every_answer_is_of_a_declared_type() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let sensors = format!("/v1/applications/{app}/entities/{ent}/sensors");
    let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
    door.ask(Method::POST, &format!("{sensors}/x"), &headers, "1").await;
    let tasks = door.get(&format!("/v1/applications/{app}/entities/{app}/activities")).await.json();
    let task = tasks[0]["id"].as_str().unwrap().to_owned();
    door.add("/v1/catalog", super::catalog::BOM).await;
    let policies = format!("/v1/applications/{app}/entities/{ent}/policies?type=ServiceRestarter");
    let added = door.post_json(&policies, r#"{"name":"wire policy"}"#).await;
    assert_eq!(added.status, StatusCode::OK);
    let mut seen = 0;
    // A stream of events does not end.
    for route in routes().iter().filter(|r| r.method == Method::GET && r.path != "/v1/events") {
        for there in [true, false] {
            let name = |part: &str| match part {
                "{app}" => app.clone(),
                "{ent}" if route.path.ends_with("{task}") || route.path.contains("{effector}") || !there => {
                    app.clone()
                }
                "{ent}" => ent.clone(),
                "{task}" => task.clone(),
                "{key}" => "k".to_owned(),
                "{sensor}" if there => "x".to_owned(),
                "{version}" | "{type_version}" if there => "1.0.0".to_owned(),
                "{type}" if there => "wire-web".to_owned(),
                "{name}" if there && route.path.contains("/bundles/") => "wire-bundle".to_owned(),
                "{name}" if there && route.path.contains("/policies/") => "wire-policy".to_owned(),
                "{name}" if there && route.path.contains("/applications/") => "wire-start".to_owned(),
                "{name}" if there => "wire-web".to_owned(),
                "{adjunct}" | "{policy}" if there => "wire%20policy".to_owned(),
                "{config}" if there && route.path.contains("/{policy}/") => "setOnFireOnFailure".to_owned(),
                "{config}" if there && route.path.contains("/{adjunct}/") => "setOnFireOnFailure".to_owned(),
                "{effector}" => "restart".to_owned(),
                "{location}" if there => "localhost".to_owned(),
                fixed if !fixed.starts_with('{') => fixed.to_owned(),
                _ => "nothing".to_owned(),
            };
            let path = route.path.split('/').map(name).collect::<Vec<_>>().join("/");
            let got = door.get(&path).await;
            if got.status == StatusCode::NOT_FOUND || got.status == StatusCode::NOT_ACCEPTABLE {
                continue;
            }
            let declared = route.answers.iter().find(|(status, _)| *status == got.status);
            match declared.map(|(_, content)| content) {
                Some(Content::Json(shape)) => {
                    let checked = shape.check(&got.json());
                    assert_eq!(checked, Ok(()), "{path}");
                }
                Some(Content::Text | Content::Bytes) => {}
                Some(Content::Nothing) => assert_eq!(got.body, "", "{path}"),
                None => panic!("{path} answers {}, which is not declared: {}", got.status, got.body),
            }
            seen += 1;
        }
    }
    assert!(seen > 90, "only {seen} were answered");
}

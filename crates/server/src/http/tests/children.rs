//! Children that are added to an entity.

use axum::http::{Method, StatusCode};
use ha::status::Role;
use serde_json::json;

use super::Door;

#[tokio::test]
async fn children_are_added_to_an_entity_and_their_ids_are_the_tasks_result() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let path = format!("/v1/applications/{app}/entities/{ent}/children");
    let yaml = [("content-type", "application/x-yaml")];
    let blueprint = "services:\n- type: BasicEntity\n  name: Wire Child\n";
    for query in ["", "?start=false&timeout=1s", "?start=true&timeout=0"] {
        let got = door.ask(Method::POST, &format!("{path}{query}"), &yaml, blueprint).await;
        assert_eq!(got.status, StatusCode::CREATED, "{}", got.body);
        let task = got.json();
        let id = task["result"][0].as_str().unwrap();
        assert_eq!(
            got.header("location"),
            format!("https://10.0.0.11:8443/v1/applications/{app}/entities/{id}")
        );
        assert_eq!((&task["displayName"], &task["entityId"]), (&json!("add children"), &json!(ent)));
        assert_eq!(task["result"], json!([id]));
        let spec = door.get(&format!("/v1/applications/{app}/entities/{id}/spec")).await;
        assert_eq!(spec.body, blueprint);
    }
    let two = r#"[{"type": "BasicEntity"}, {"type": "BasicEntity"}]"#;
    assert_eq!(door.post_json(&path, two).await.status, StatusCode::CREATED);
    let children = door.get(&path).await.json();
    let names: Vec<_> = children.as_array().unwrap().iter().map(|c| c["name"].clone()).collect();
    assert_eq!(names, ["Wire Child", "Wire Child", "Wire Child", "Dynamically added 2 children"]);
}

#[tokio::test]
async fn children_that_are_sent_twice_with_one_key_are_added_once() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let path = format!("/v1/applications/{app}/entities/{ent}/children");
    let send = async |body: &str| {
        let headers = [("content-type", "application/x-yaml"), ("idempotency-key", "once")];
        door.ask(Method::POST, &path, &headers, body).await
    };
    let first = send("type: BasicEntity\n").await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let again = send("type: BasicEntity\n").await;
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(send("type: BasicStartable\n").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(door.get(&path).await.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn children_that_cannot_be_say_why_and_leave_nothing() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let path = format!("/v1/applications/{app}/entities/{ent}/children");
    for (blueprint, words) in [
        ("services:\n- type: BasicEntiti\n", "did you mean 'BasicEntity'?"),
        ("services: []\n", "the blueprint has no entity to add"),
        ("", "the blueprint is empty"),
    ] {
        let got = door.post_json(&path, blueprint).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{}", got.body);
        let message = got.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("Error in blueprint: ") && message.contains(words), "{message}");
    }
    let plain = door.ask(Method::POST, &path, &[("content-type", "text/plain")], "type: BasicEntity").await;
    assert_eq!(plain.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(door.get(&path).await.body, "[]");
}

//! Locations, usage and tasks' streams on the wire.

use axum::http::{Method, StatusCode};
use ha::status::Role;
use serde_json::{Value, json};

use super::Door;

const LOCATIONS: &[(&str, &str)] = &[
    ("brooklyn.location.named.prod", "byon(hosts=\"10.0.0.1,10.0.0.2\")"),
    ("brooklyn.location.named.prod.displayName", "Production"),
    ("brooklyn.location.named.prod.password", "s3cret"),
    ("brooklyn.location.named.prod.latitude", "48.2"),
    ("brooklyn.location.named.prod.longitude", "16.4"),
    ("brooklyn.location.named.odd", "byon(hosts=10.0.0.3,password=s3cret)"),
];

fn door() -> Door {
    Door::of(Role::Master, &[], crate::http::Own::default(), LOCATIONS)
}

/// Deploys something in `prod`; gives back the application's id.
async fn deploy(door: &Door) -> String {
    let blueprint = "name: Wire Place\nlocation: prod\nservices:\n- type: BasicEntity\n- type: BasicEntity\n";
    let made = door.post_json("/v1/applications", blueprint).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    made.header("location").rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn definitions_are_listed_without_their_secrets() {
    let door = door();
    let all = door.get("/v1/locations").await;
    assert!(!all.body.contains("s3cret"), "{}", all.body);
    let names: Vec<Value> =
        all.json().as_array().unwrap().iter().map(|l| json!([l["id"], l["spec"]])).collect();
    assert_eq!(
        names,
        [
            json!(["localhost", "localhost"]),
            json!(["odd", "byon"]),
            json!(["prod", "byon(hosts=\"10.0.0.1,10.0.0.2\")"]),
        ]
    );
    let one = door.get("/v1/locations/prod").await.json();
    assert_eq!(
        one["config"],
        json!({ "displayName": "Production", "latitude": "48.2", "longitude": "16.4" })
    );
    let missing = door.get("/v1/locations/nope").await;
    assert_eq!(missing.body, r#"{"message":"No location matching nope","error":404}"#);
    let off = [("brooklyn.location.localhost.enabled", "false")];
    let door = Door::of(Role::Master, &[], crate::http::Own::default(), &off);
    assert_eq!(door.get("/v1/locations").await.body, "[]");
}

#[tokio::test]
async fn a_location_that_an_entity_has_is_found_by_the_id_that_its_application_tells() {
    let door = door();
    let app = deploy(&door).await;
    let summary = door.get(&format!("/v1/applications/{app}")).await.json();
    let id = summary["spec"]["locations"][0].as_str().unwrap();
    let one = door.get(&format!("/v1/locations/{id}")).await;
    assert!(!one.body.contains("s3cret"), "{}", one.body);
    let one = one.json();
    assert_eq!((&one["name"], &one["spec"]), (&json!("Production"), &json!("prod")));
    assert_eq!(one["config"]["hosts"], json!(["10.0.0.1", "10.0.0.2"]));
    assert_eq!(one["links"], json!({ "self": format!("/v1/locations/{id}"), "spec": "/v1/locations/prod" }));
    let listed = door.get(&format!("/v1/applications/{app}/entities/{app}/locations")).await.json();
    assert_eq!((&listed[0]["id"], listed[0].get("config")), (&json!(id), None));
    let located = door.get("/v1/locations/usage/LocatedLocations").await.json();
    assert_eq!(
        located[id],
        json!({
            "id": id, "name": "Production", "leafEntityCount": 2, "latitude": 48.2, "longitude": 16.4
        })
    );
    for wrong in [format!("{app}-1"), format!("{app}-x"), "-".to_owned(), "-0".to_owned()] {
        assert_eq!(door.get(&format!("/v1/locations/{wrong}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn usage_tells_since_when_an_application_is_as_it_is() {
    let door = door();
    let app = deploy(&door).await;
    let all = door.get("/v1/usage/applications").await.json();
    let one = &all[0]["statistics"][0];
    assert_eq!((&one["id"], &one["applicationId"]), (&json!(app), &json!(app)));
    assert_eq!((&one["start"], &one["duration"]), (&json!("2026-07-14T18:06:58+0000"), &json!(0)));
    let path = format!("/v1/usage/applications/{app}");
    let later = door.get(&format!("{path}?end=2026-07-14T18:08:58%2B0000")).await.json();
    assert_eq!(later["statistics"][0]["duration"], 119_877);
    let before = door.get(&format!("{path}?end=1000")).await.json();
    assert_eq!(before["statistics"], json!([]));
    for wrong in ["start=soon", "end=-1", "start=5&end=4"] {
        let got = door.get(&format!("{path}?{wrong}")).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{wrong}: {}", got.body);
    }
    assert_eq!(door.get("/v1/usage/applications/nope").await.status, StatusCode::NOT_FOUND);
    assert_eq!(door.get("/v1/usage/machines").await.body, "[]");
    assert_eq!(door.get("/v1/usage/machines/10.0.0.1:22").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn tasks_are_listed_newest_first_and_hide_their_secrets() {
    let door = Door::new(Role::Master);
    let (app, _) = door.deploy().await;
    let call = format!("/v1/applications/{app}/entities/{app}/effectors/restart?timeout=0");
    door.post_json(&call, r#"{"db.password":"s3cret-call"}"#).await;
    let all = door.get("/v1/activities?limit=1").await.json();
    assert_eq!((all.as_array().unwrap().len(), &all[0]["displayName"]), (1, &json!("restart")));
    let id = all[0]["id"].as_str().unwrap();
    assert!(door.get(&format!("/v1/activities/{id}")).await.body.contains("s3cret-call"));
    for path in [format!("/v1/activities/{id}"), "/v1/activities".to_owned()] {
        let hidden = door.get(&format!("{path}?suppressSecrets=true")).await;
        assert!(!hidden.body.contains("s3cret-call") && hidden.body.contains("<suppressed>"), "{hidden:?}");
    }
    let reader = door.get("/v1/activities?limit=x").await;
    assert_eq!(reader.status, StatusCode::BAD_REQUEST);
    let depth = door.get(&format!("/v1/activities/{id}/children/recurse?maxDepth=x")).await;
    assert_eq!(depth.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn there_are_no_workflows_and_that_is_said() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let base = format!("/v1/applications/{app}/entities/{ent}/workflows");
    assert_eq!(door.get(&base).await.body, "[]");
    let refused = door.post_json(&base, r#"{"steps":[]}"#).await;
    assert_eq!(refused.status, StatusCode::NOT_IMPLEMENTED);
    assert!(refused.body.contains("Workflows are not in this release"), "{}", refused.body);
    for (verb, path) in [
        (Method::GET, format!("{base}/Xk29ftQa")),
        (Method::DELETE, format!("{base}/Xk29ftQa")),
        (Method::POST, format!("{base}/Xk29ftQa/replay/from/start")),
    ] {
        let missing = door.ask(verb, &path, &[], "").await;
        assert_eq!(missing.body, r#"{"message":"Cannot find workflow with ID 'Xk29ftQa'","error":404}"#);
    }
}

#[tokio::test]
async fn a_location_is_defined_by_what_it_is_made_from_and_taken_away_with_all_versions() {
    let door = door();
    let made = door
        .post_json(
            "/v1/locations",
            r#"{"name":"lab","spec":"byon(hosts=\"10.0.0.9\")","config":{"user":"ops"}}"#,
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(made.header("location"), "https://10.0.0.11:8443/v1/locations/lab");
    assert_eq!(made.json()["catalog"]["itemType"], "location");
    assert_eq!(made.json()["id"], "lab:0.0.0-SNAPSHOT");
    assert_eq!(made.json()["spec"], "brooklyn.catalog:lab:0.0.0-SNAPSHOT");
    let blueprint = "location: lab\nservices:\n- type: BasicEntity\n";
    assert_eq!(door.post_json("/v1/applications", blueprint).await.status, StatusCode::CREATED);
    let moved = r#"{"name":"lab","spec":"byon(hosts=\"10.0.0.8\")"}"#;
    assert_eq!(
        door.post_json("/v1/locations", moved).await.status,
        StatusCode::CREATED,
        "a snapshot is replaced"
    );
    for (body, words) in [
        (r#"{"name":"x","spec":"nowhere-at-all"}"#, "nowhere-at-all"),
        (r#"{"name":"x"}"#, "missing field `spec`"),
        (r#"{"name":"x","spec":"localhost","colour":1}"#, "unknown field `colour`"),
        ("[", "The body is not JSON"),
    ] {
        let refused = door.post_json("/v1/locations", body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}: {}", refused.body);
        assert!(refused.body.contains(words), "{body}: {}", refused.body);
    }
    assert_eq!(door.ask(Method::DELETE, "/v1/locations/lab", &[], "").await.status, StatusCode::NO_CONTENT);
    let again = door.ask(Method::DELETE, "/v1/locations/lab", &[], "").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert!(again.body.contains("No catalog item location matching lab"), "{}", again.body);
    let named = door.ask(Method::DELETE, "/v1/locations/prod", &[], "").await;
    assert_eq!(named.status, StatusCode::NOT_FOUND, "brooklyn.cfg is not changed from here");
}

#[tokio::test]
async fn all_of_a_named_locations_config_says_where_it_comes_from() {
    let locations = [
        ("brooklyn.location.named.here", "localhost"),
        ("brooklyn.location.named.here.displayName", "Here"),
        ("brooklyn.location.named.there", "named:here"),
        ("brooklyn.location.named.odd", "byon(hosts=10.0.0.3,password=s3cret)"),
        ("brooklyn.location.named.round", "named:round"),
    ];
    let door = Door::of(Role::Master, &[], crate::http::Own::default(), &locations);
    assert_eq!(door.get("/v1/locations/here").await.json()["config"], json!({ "displayName": "Here" }));
    let full = async |name: &str| door.get(&format!("/v1/locations/{name}?full=true")).await.json();
    let own = |name: &str, last: &str| {
        json!({
            "name": "localhost", "address": "127.0.0.1",
            "spec.original": name, "spec.named.name": name, "spec.final": last,
        })
    };
    let mut here = own("here", "localhost");
    here["displayName"] = "Here".into();
    assert_eq!(full("here").await["config"], here);
    assert_eq!(full("there").await["config"], own("there", "localhost"));
    assert_eq!(full("odd").await["config"]["spec.final"], "byon");
    assert_eq!(full("round").await["config"]["spec.final"], "named:round");
}

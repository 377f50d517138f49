//! Trees, tags, icons and what an entity was made from, on the wire.

use axum::http::{Method, StatusCode};
use ha::status::Role;
use serde_json::{Value, json};

use super::Door;

const TREE: &str = "name: Wire Tree
brooklyn.tags: [wire-app-tag, {wire.tag.key: one}]
brooklyn.config: {wire.shared: from-app, wire.db.password: s3cret}
iconUrl: https://example.org/tree.png
services:
- type: org.apache.brooklyn.entity.stock.BasicStartable
  name: Wire Middle
  brooklyn.children:
  - type: org.apache.brooklyn.entity.stock.BasicEntity
    name: Wire Leaf
    iconUrl: classpath://icons/leaf.png
    brooklyn.parameters:
    - {name: wire.mode, type: string, constraints: [required, {regex: '[a-z]+'}], default: slow, reconfigurable: true}
";

/// Deploys the tree; gives back the ids of its three levels.
async fn tree(door: &Door) -> [String; 3] {
    let made = door.post_json("/v1/applications", TREE).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let app = made.header("location").rsplit('/').next().unwrap();
    let all = door.get(&format!("/v1/applications/{app}/descendants")).await.json();
    let ids: Vec<String> =
        all.as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect();
    ids.try_into().unwrap()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn descendants_are_listed_by_type_and_their_sensors_by_id() {
    let door = Door::new(Role::Master);
    let [app, middle, leaf] = tree(&door).await;
    let base = format!("/v1/applications/{app}");
    let all = door.get(&format!("{base}/descendants?typeRegex=.*Basic(Entity|Startable)")).await.json();
    assert_eq!(names(&all), ["Wire Middle", "Wire Leaf"]);
    let below = door.get(&format!("{base}/entities/{middle}/descendants?typeRegex=.*Entity")).await.json();
    assert_eq!(names(&below), ["Wire Leaf"]);
    let apps = door.get("/v1/applications?typeRegex=.*BasicApplication").await.json();
    assert_eq!(apps.as_array().unwrap().len(), 1);
    assert_eq!(door.get("/v1/applications?typeRegex=Basic").await.body, "[]");
    assert_eq!(door.get("/v1/applications?typeRegex=(").await.status, StatusCode::BAD_REQUEST);
    door.post_json(&format!("{base}/entities/{leaf}/sensors/wire.api.secret"), r#""x""#).await;
    door.post_json(&format!("{base}/entities/{middle}/sensors/wire.api.secret"), "null").await;
    let sensor = format!("{base}/descendants/sensor/wire.api.secret");
    assert_eq!(door.get(&sensor).await.json(), json!({ leaf.as_str(): "x" }));
    let hidden = door.get(&format!("{sensor}?suppressSecrets=true")).await;
    assert!(hidden.body.contains("<suppressed>"), "{}", hidden.body);
    assert_eq!(door.get(&format!("{base}/descendants/sensor/wire.nope")).await.body, "{}");
    let one = format!("{base}/entities/{leaf}/descendants/sensor/entity.id");
    assert_eq!(door.get(&one).await.json(), json!({ leaf.as_str(): leaf }));
}

#[tokio::test]
async fn details_are_as_deep_as_asked_for_and_show_what_matches() {
    let door = Door::new(Role::Master);
    let [app, middle, leaf] = tree(&door).await;
    let flat = door.get("/v1/applications/details?depth=0").await.json();
    let itself = format!("/v1/applications/{app}/entities/{app}");
    assert_eq!(flat[0]["links"], json!({ "self": itself }));
    let one = door.get("/v1/applications/details").await.json();
    assert_eq!(one[0]["tags"][0], "wire-app-tag");
    let self_link = format!("/v1/applications/{app}/entities/{middle}");
    assert_eq!(
        one[0]["children"],
        json!([{
            "id": middle, "name": "Wire Middle", "links": { "self": self_link },
            "type": "org.apache.brooklyn.entity.stock.BasicStartable",
        }])
    );
    assert!(one[0].get("config").is_none() && one[0].get("sensors").is_none());
    let query = "depth=-1&config=wire.*&sensors=entity.*&suppressSecrets=true";
    let deep = door.get(&format!("/v1/applications/details?{query}")).await.json();
    let last = &deep[0]["children"][0]["children"][0];
    assert_eq!(last["sensors"], json!({ "entity.id": leaf }));
    assert_eq!(last["config"]["wire.shared"], "from-app");
    assert!(last["config"]["wire.db.password"].as_str().unwrap().starts_with("<suppressed>"));
    let items = format!("/v1/applications/details?includeAllApps=false&items={leaf},{middle},gone");
    assert_eq!(names(&door.get(&items).await.json()), ["Wire Tree", "Wire Middle", "Wire Leaf"]);
    assert_eq!(door.get("/v1/applications/details?includeAllApps=false").await.body, "[]");
    assert_eq!(door.get("/v1/applications/details?depth=x").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn tags_are_added_replaced_and_taken_away() {
    let door = Door::new(Role::Master);
    let [app, ..] = tree(&door).await;
    let base = format!("/v1/applications/{app}/entities/{app}");
    let value = door.get(&format!("{base}/tag/get/wire.tag.key")).await;
    assert_eq!((value.status, value.body.as_str()), (StatusCode::OK, "one"));
    assert_eq!(door.get(&format!("{base}/tag/get/nope")).await.status, StatusCode::NO_CONTENT);
    let post = async |path: &str, body: &str| {
        let got = door.post_json(&format!("{base}/tag/{path}"), body).await;
        (got.status.as_u16(), got.body)
    };
    assert_eq!(post("add", r#""new""#).await, (204, String::new()));
    assert_eq!(post("add", r#""new""#).await, (204, String::new()));
    assert_eq!(post("upsert/wire.tag.key", r#"{"two":2}"#).await, (204, String::new()));
    assert_eq!(post("delete", r#""wire-app-tag""#).await, (200, "true".to_owned()));
    assert_eq!(post("delete", r#""wire-app-tag""#).await, (200, "false".to_owned()));
    assert_eq!(post("add", "").await.0, 400);
    assert_eq!(post("add", &json!("x".repeat(70_000)).to_string()).await.0, 400);
    let tags = door.get(&format!("{base}/tags")).await.json();
    // What the application was made from is told behind them.
    let own: Vec<&Value> = tags.as_array().unwrap().iter().take(2).collect();
    assert_eq!(json!(own), json!(["new", { "wire.tag.key": { "two": 2 } }]));
    assert_eq!(tags[2], json!({ "kind": "icon_url", "contents": "https://example.org/tree.png" }));
    assert_eq!(tags[3]["kind"], "yaml_spec");
    assert_eq!(door.get(&format!("{base}/tag/get/wire.tag.key")).await.body, r#"{"two":2}"#);
}

#[tokio::test]
async fn icons_specs_relations_and_constraints_are_shown() {
    let door = Door::new(Role::Master);
    let [app, middle, leaf] = tree(&door).await;
    let base = format!("/v1/applications/{app}/entities");
    let icon = door.get(&format!("{base}/{app}/icon")).await;
    assert_eq!(
        (icon.status, icon.header("location")),
        (StatusCode::TEMPORARY_REDIRECT, "https://example.org/tree.png")
    );
    assert_eq!(door.get(&format!("{base}/{middle}/icon")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(door.get(&format!("{base}/{leaf}/icon")).await.status, StatusCode::NOT_FOUND);
    let summary = door.get(&format!("{base}/{leaf}")).await.json();
    assert_eq!(summary["links"]["iconUrl"], format!("{base}/{leaf}/icon"));
    let specs = door.get(&format!("{base}/{app}/speclist")).await.json();
    assert_eq!(specs[0]["format"], "brooklyn-camp");
    assert!(specs[0]["contents"].as_str().unwrap().starts_with("name: Wire Tree"));
    assert_eq!(door.get(&format!("{base}/{leaf}/speclist")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(door.get(&format!("{base}/{leaf}/relations")).await.body, "[]");
    let keys = door.get(&format!("{base}/{leaf}/config")).await.json();
    let mode = keys.as_array().unwrap().iter().find(|k| k["name"] == "wire.mode").unwrap();
    assert_eq!(mode["constraints"], json!(["required", { "regex": "[a-z]+" }]));
}

#[tokio::test]
async fn config_is_set_on_all_below_with_recurse() {
    let door = Door::new(Role::Master);
    let [app, middle, leaf] = tree(&door).await;
    let base = format!("/v1/applications/{app}/entities");
    let set = door.post_json(&format!("{base}/{middle}/config/wire.shared?recurse=true"), "7").await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.body);
    let own = async |of: &str| door.get(&format!("{base}/{of}/config/wire.shared")).await.body;
    assert_eq!((own(&middle).await, own(&leaf).await), ("7".to_owned(), "7".to_owned()));
    assert_eq!(own(&app).await, r#""from-app""#);
    let keyed = [("content-type", "application/json"), ("idempotency-key", "k")];
    let path = format!("{base}/{middle}/config/wire.shared?recurse=true");
    // It is one write, so a key stands for all of it.
    for _ in 0..2 {
        assert_eq!(door.ask(Method::POST, &path, &keyed, "8").await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!((own(&middle).await, own(&leaf).await), ("8".to_owned(), "8".to_owned()));
    assert_eq!(door.ask(Method::POST, &path, &keyed, "9").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_form_brings_its_plan() {
    let door = Door::new(Role::Master);
    let plan = "services:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n";
    let parts = format!(
        "--b\r\nContent-Disposition: form-data; name=\"plan\"\r\n\r\n{plan}\r\n--b\r\n\
         Content-Disposition: form-data; name=\"format\"\r\n\r\nbrooklyn-camp\r\n--b--\r\n"
    );
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    let made = door.ask(Method::POST, "/v1/applications", &kind, &parts).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let made = door.ask(Method::PUT, "/v1/applications/wireputapp01", &kind, &parts).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let bare = door.ask(Method::POST, "/v1/applications", &kind, plan).await;
    assert!(bare.body.contains("no part 'plan'"), "{}", bare.body);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let field = "format=brooklyn-camp&plan=services%3A%0A-+type%3A+BasicEntity%0A";
    let made = door.ask(Method::PUT, "/v1/applications/wireputapp02", &form, field).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}

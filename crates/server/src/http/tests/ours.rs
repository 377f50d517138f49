//! What Brooklyn has not: summaries, explanations, forms, checks of blueprints, numbers, events.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ha::config::Mode;
use ha::status::Role;
use serde_json::{Value, json};

use super::Door;
use crate::http::Plane;

#[tokio::test]
async fn the_summary_counts_states_and_tells_the_worst_first() {
    let door = Door::new(Role::Master);
    let (well, _) = door.deploy().await;
    let (ill, part) = door.deploy().await;
    let state = format!("/v1/applications/{ill}/entities/{part}/sensors/service.state");
    assert_eq!(door.post_json(&state, r#""ON_FIRE""#).await.status, StatusCode::NO_CONTENT);
    let all = door.get("/v1/summary").await.json();
    let ids: Vec<&str> = all.as_array().unwrap().iter().map(|a| a["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [ill.as_str(), well.as_str()]);
    assert_eq!((&all[0]["entities"], &all[0]["states"]), (&json!(1), &json!({ "ON_FIRE": 1 })));
    assert_eq!(all[1]["states"], json!({}));
}

#[tokio::test]
async fn who_asks_learns_what_may_be_done_here_and_now() {
    let me = async |role, grants| {
        let door = Door::with(role, &[("brooklyn.entitlements.global", grants)]);
        door.get("/v1/me").await.json()
    };
    let root = me(Role::Master, "root").await;
    assert_eq!(
        (&root["user"], &root["role"], &root["writable"]),
        (&json!("admin"), &json!("root"), &json!(true))
    );
    assert!(root["entitlements"].as_array().unwrap().contains(&json!("entity.modify")));
    let reader = me(Role::Standby, "readonly").await;
    assert_eq!((&reader["hidesSecrets"], &reader["writable"]), (&json!(true), &json!(false)));
    assert_eq!(reader["serverRole"], "STANDBY");
    assert_eq!(reader["masterUri"], "https://10.0.0.12:8443/");
    assert!(!reader["entitlements"].as_array().unwrap().contains(&json!("effector.invoke")));
}

#[tokio::test]
async fn a_config_value_is_explained_with_what_it_hides() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let base = format!("/v1/applications/{app}/entities");
    door.post_json(&format!("{base}/{app}/config/wire.password"), r#""s3cret-app""#).await;
    door.post_json(&format!("{base}/{app}/config/wire.shared"), r#""from-app""#).await;
    let from_above = door.get(&format!("{base}/{ent}/config/wire.shared?explain")).await.json();
    assert_eq!((&from_above["value"], &from_above["origin"]), (&json!("from-app"), &json!("set")));
    assert_eq!(from_above["setOn"]["entityId"], app);
    door.post_json(&format!("{base}/{ent}/config/wire.shared"), "7").await;
    let own = door.get(&format!("{base}/{ent}/config/wire.shared?explain=true")).await.json();
    assert_eq!((&own["value"], &own["setOn"]["entityId"]), (&json!(7), &json!(ent)));
    assert_eq!(
        (&own["hidden"][0]["entityId"], &own["hidden"][0]["given"]),
        (&json!(app), &json!("from-app"))
    );
    let secret = door.get(&format!("{base}/{ent}/config/wire.password?explain")).await.body;
    assert!(!secret.contains("s3cret-app") && secret.contains("<suppressed>"), "{secret}");
    let none = door.get(&format!("{base}/{ent}/config/wire.nope?explain")).await.json();
    assert_eq!((&none["origin"], &none["declared"]), (&json!("none"), &json!(false)));
    // Without it, as ever.
    assert_eq!(door.get(&format!("{base}/{ent}/config/wire.shared?explain=false")).await.body, "7");
}

#[tokio::test]
async fn an_effectors_parameters_are_a_form() {
    let door = Door::new(Role::Master);
    let blueprint = "services:\n- type: BasicStartable\n  brooklyn.initializers:\n  - type: ssh-command-effector\n    \
                     name: greet\n    command: echo $who\n    parameters:\n      who: {description: Whom, \
                     defaultValue: world}\n      api.password: {defaultValue: s3cret}\n";
    let made = door.post_json("/v1/applications", blueprint).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let app = made.header("location").rsplit('/').next().unwrap();
    let children = door.get(&format!("/v1/applications/{app}/entities")).await.json();
    let effectors =
        format!("/v1/applications/{app}/entities/{}/effectors", children[0]["id"].as_str().unwrap());
    let form = door.get(&format!("{effectors}/greet/form")).await;
    assert!(!form.body.contains("s3cret"), "{}", form.body);
    let form = form.json();
    assert_eq!((&form["title"], &form["type"]), (&json!("greet"), &json!("object")));
    assert_eq!(form["properties"]["who"]["default"], "world");
    assert_eq!(form["properties"]["api.password"]["writeOnly"], true);
    assert_eq!(door.get(&format!("{effectors}/nope/form")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_blueprint_is_checked_and_planned_in_every_role() {
    let door = Door::new(Role::Standby);
    let good = "name: Wire\nservices:\n- type: BasicEntity\n  name: One\n";
    let plan = door.post_json("/v1/blueprints/plan", good).await;
    assert_eq!(plan.status, StatusCode::OK, "{}", plan.body);
    let plan = plan.json();
    assert_eq!((&plan["valid"], &plan["diagnostics"]), (&json!(true), &json!([])));
    assert_eq!(plan["plan"]["children"][0]["line"], 3);
    let bad = door.post_json("/v1/blueprints/check", "services:\n- type: BasicEntiti\n").await.json();
    assert_eq!(bad["valid"], false);
    let first = &bad["diagnostics"][0];
    assert_eq!((&first["start"]["line"], &first["start"]["column"]), (&json!(2), &json!(9)));
    assert_eq!(first["start"]["byte"], 18);
    assert!(bad.get("plan").is_none());
    let none = door.post_json("/v1/blueprints/plan", "services: [").await.json();
    assert_eq!((&none["valid"], &none["plan"]), (&json!(false), &Value::Null));
}

#[tokio::test]
async fn numbers_are_open_metrics() {
    let door = Door::new(Role::Master);
    door.deploy().await;
    let page = door.get("/metrics").await;
    assert!(page.header("content-type").starts_with("application/openmetrics-text"), "{page:?}");
    assert!(page.body.ends_with("# EOF\n"));
    for line in [
        "ha_is_master 1",
        "ha_role{role=\"MASTER\"} 1",
        "ha_role{role=\"STANDBY\"} 0",
        "ha_term 3",
        "ha_lease_remaining_seconds 20.0",
        "brownstone_applications 1",
        "brownstone_entities 2",
        "brownstone_records_total 0",
    ] {
        assert!(page.body.lines().any(|l| l == line), "{line} is not in {}", page.body);
    }
    for line in [
        "ha_claims_total{result=\"won\"} 0",
        "ha_fenced_writes_total 0",
        "ha_suspended_seconds_total 0.0",
        "ha_failover_seconds_bucket{le=\"+Inf\"} 0",
        "ha_store_errors_total{op=\"create\",class=\"full\"} 0",
        "ha_clock_skew_seconds{node=\"hJ7kL9mN\"} 0.123",
        "brownstone_task_states{state=\"In progress\"} 0",
        "brownstone_http_responses_total{method=\"POST\",route=\"/v1/applications\",status=\"2xx\"} 1",
        "brownstone_http_request_seconds_count{method=\"POST\",route=\"/v1/applications\"} 1",
    ] {
        assert!(page.body.lines().any(|l| l == line), "{line} is not in {}", page.body);
    }
    well_formed(&page.body);
}

/// Each family is described once, and its samples follow, with the suffixes of its kind; buckets add up.
fn well_formed(page: &str) {
    let mut described = std::collections::BTreeSet::new();
    let (mut family, mut kind) = (String::new(), String::new());
    let mut bucket = 0;
    for line in page.strip_suffix("# EOF\n").unwrap().lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            let (name, of) = head.split_once(' ').unwrap();
            (family, kind) = (name.to_owned(), of.to_owned());
            assert!(described.insert(family.clone()), "{line} twice");
        } else if let Some(unit) = line.strip_prefix("# UNIT ") {
            assert_eq!(unit, format!("{family} seconds"));
            assert!(family.ends_with("_seconds"));
        } else if let Some(help) = line.strip_prefix("# HELP ") {
            assert!(help.starts_with(&format!("{family} ")), "{line}");
        } else {
            let suffix = line.split(['{', ' ']).next().unwrap().strip_prefix(family.as_str());
            let suffix = suffix.unwrap_or_else(|| panic!("{line} does not follow its family"));
            let value: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
            match (kind.as_str(), suffix) {
                ("gauge", "") | ("counter", "_total") | ("histogram", "_sum") => {}
                ("histogram", "_bucket") => {
                    assert!(value >= f64::from(bucket), "{line}");
                    bucket = value as u32;
                    assert!(line.contains("le=\""), "{line}");
                }
                ("histogram", "_count") => {
                    assert!((value - f64::from(bucket)).abs() < 0.5, "{line}");
                    bucket = 0;
                }
                other => panic!("{line}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_editor_is_told_what_may_stand_at_a_place_and_what_stands_there() {
    let door = Door::new(Role::HotStandby);
    let blueprint = "services:\n- type: VanillaSoftwareProcess\n  brooklyn.config:\n    launch.command: x\n";
    let at = |line: u32, column: u32| {
        serde_json::json!({ "blueprint": blueprint, "line": line, "column": column }).to_string()
    };
    let offers = door.post_json("/v1/blueprints/complete", &at(4, 8)).await;
    assert_eq!(offers.status, StatusCode::OK, "{}", offers.body);
    assert_eq!(offers.json()["offers"][0]["label"], "launch.command", "{}", offers.body);
    let told = door.post_json("/v1/blueprints/hover", &at(4, 8)).await.json();
    assert_eq!((&told["label"], &told["kind"]), (&"launch.command".into(), &"config".into()), "{told}");
    let byte = serde_json::json!({ "blueprint": blueprint, "offset": 20 }).to_string();
    assert_eq!(door.post_json("/v1/blueprints/hover", &byte).await.json()["kind"], "type");
    let nothing = serde_json::json!({ "blueprint": "# x", "offset": 2 }).to_string();
    assert_eq!(door.post_json("/v1/blueprints/hover", &nothing).await.body, "null");
    for bad in ["{}", "[]", r#"{"blueprint": "", "line": 1}"#, r#"{"blueprint": 1, "offset": 1}"#] {
        assert_eq!(
            door.post_json("/v1/blueprints/complete", bad).await.status,
            StatusCode::BAD_REQUEST,
            "{bad}"
        );
    }
}

/// Someone who follows what happens.
struct Following {
    body: Body,
    text: String,
}

impl Following {
    async fn begin(door: &Door, query: &str, headers: &[(&str, &str)]) -> Following {
        let mut request = Request::builder().uri(format!("/v1/events{query}"));
        request = request.header("authorization", format!("Basic {}", STANDARD.encode("admin:pw")));
        request = request.header("accept-encoding", "gzip");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = door.front.answer(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(!response.headers().contains_key("content-encoding"));
        let mut following = Following { body: response.into_body(), text: String::new() };
        following.until(": from ").await;
        following
    }

    /// Reads on until this has come; gives back all that came up to the end of the event with it.
    async fn until(&mut self, words: &str) -> String {
        let reading = async {
            loop {
                let end = self.text.find(words).and_then(|at| Some(at + self.text[at..].find("\n\n")? + 2));
                if let Some(end) = end {
                    return self.text.drain(..end).collect();
                }
                let next = std::future::poll_fn(|cx| {
                    axum::body::HttpBody::poll_frame(std::pin::Pin::new(&mut self.body), cx)
                });
                let frame = next.await.unwrap_or_else(|| panic!("the end came before '{words}'"));
                self.text.push_str(std::str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap());
            }
        };
        let read = tokio::time::timeout(Duration::from_secs(20), reading).await;
        read.unwrap_or_else(|_| panic!("'{words}' never came"))
    }

    async fn end(&mut self) {
        let next = std::future::poll_fn(|cx| {
            axum::body::HttpBody::poll_frame(std::pin::Pin::new(&mut self.body), cx)
        });
        let frame = tokio::time::timeout(Duration::from_secs(20), next).await.expect("the stream goes on");
        assert!(frame.is_none(), "{frame:?}");
    }
}

#[tokio::test]
async fn who_follows_hears_what_happens_and_goes_on_where_it_broke_off() {
    let door = Door::new(Role::Master);
    tokio::spawn(door.app.watch());
    let mut following = Following::begin(&door, "", &[]).await;
    let (app, ent) = door.deploy().await;
    let came = following.until("event: tasks").await;
    assert!(came.contains("event: topology\ndata: {\"applicationId\":") && came.contains(&app), "{came}");
    assert!(came.contains("\"name\":\"service.state\""), "{came}");
    let sensors = format!("/v1/applications/{app}/entities/{ent}/sensors");
    door.post_json(&format!("{sensors}/wire.a"), "1").await;
    let came = following.until("\"name\":\"wire.a\"").await;
    let id = came.rsplit("id: ").next().unwrap().split('\n').next().unwrap().to_owned();
    drop(following);
    // Nobody follows: what happens is kept.
    door.post_json(&format!("{sensors}/wire.api.secret"), r#""s3cret""#).await;
    let mut again = Following::begin(&door, "?topics=sensors", &[("last-event-id", &id)]).await;
    let came = again.until("wire.api.secret").await;
    assert!(!came.contains("s3cret") && !came.contains("event: tasks"), "{came}");
    assert!(!came.contains("event: resync"), "{came}");
    door.ask(Method::DELETE, &format!("{sensors}/wire.a"), &[], "").await;
    assert!(again.until("\"name\":\"wire.a\"").await.contains("\"value\":null"));
    // A position from before this server knew anything.
    let mut old = Following::begin(&door, "?since=0.1", &[]).await;
    assert!(old.until("event: resync").await.contains("data: {}"));
    door.plane.set_mode(Mode::Standby);
    assert!(old.until("event: ha").await.contains("\"role\":\"STANDBY\""));
    door.plane.stop(Duration::ZERO);
    again.end().await;
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused() {
    let door = Door::new(Role::Master);
    for query in ["since=x", "topics=weather"] {
        let got = door.get(&format!("/v1/events?{query}")).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{query}");
    }
    let json = door.ask(Method::GET, "/v1/events", &[("accept", "application/json")], "").await;
    assert_eq!(json.status, StatusCode::NOT_ACCEPTABLE);
}

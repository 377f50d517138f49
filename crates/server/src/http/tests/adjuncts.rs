//! Policies, enrichers and feeds on the wire.

use axum::http::{Method, StatusCode};
use ha::status::Role;
use serde_json::{Value, json};

use super::Door;

const RESTARTER: &str = "org.apache.brooklyn.policy.ha.ServiceRestarter";
const TRANSFORMER: &str = "org.apache.brooklyn.enricher.stock.Transformer";

/// Adds one and gives back what was answered.
async fn add(door: &Door, entity: &str, type_name: &str, config: &Value) -> Value {
    let got = door.post_json(&format!("{entity}/adjuncts?type={type_name}"), &config.to_string()).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.body);
    got.json()
}

#[tokio::test]
async fn a_policy_is_added_seen_changed_and_taken_away() {
    let door = Door::new(Role::Master);
    let (app, _) = door.deploy().await;
    let entity = format!("/v1/applications/{app}/entities/{app}");
    let made =
        add(&door, &entity, RESTARTER, &json!({ "failOnRecurringFailuresInThisDuration": "5m" })).await;
    let id = made["id"].as_str().unwrap();
    let one = format!("{entity}/adjuncts/{id}");
    assert_eq!(made["name"], "Service Restarter");
    assert_eq!((&made["adjunctType"], &made["state"]), (&json!("POLICY"), &json!("RUNNING")));
    assert_eq!(made["config"], json!({ "failOnRecurringFailuresInThisDuration": "5m" }));
    assert_eq!(made["links"]["stop"], format!("{one}/stop"));
    assert_eq!(made["links"]["destroy"], one);
    let first = &made["parameters"][0];
    assert_eq!((&first["defaultValue"], &first["reconfigurable"]), (&json!("3m"), &json!(false)));
    let key = format!("{one}/config/failOnRecurringFailuresInThisDuration");
    assert_eq!(first["links"], json!({ "self": key, "action:json": key }));
    let read = door.get(&key).await;
    assert_eq!((read.header("content-type"), read.body.as_str()), ("application/json", "5m"));
    let by_name = door.get(&format!("{entity}/policies/Service%20Restarter")).await;
    assert_eq!(by_name.body, r#""RUNNING""#);
    let list = door.get(&format!("{entity}/policies")).await.json();
    assert_eq!(list[0]["links"]["start"], format!("{entity}/policies/{id}/start"));
    assert_eq!(
        door.get(&format!("{entity}/adjuncts?adjunctType=Policy")).await.json()[0]["links"],
        json!({ "self": one })
    );
    assert_eq!(door.get(&format!("{entity}/adjuncts?adjunctType=feed")).await.body, "[]");
    let set = door.post_json(&key, r#""7m""#).await;
    assert_eq!((set.status, set.body.as_str()), (StatusCode::OK, ""));
    let now = door.get(&format!("{one}/config-current")).await;
    assert_eq!(now.json(), json!({ "failOnRecurringFailuresInThisDuration": "7m" }));
    let wrong = door.post_json(&key, r#""soon""#).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("Cannot coerce"), "{}", wrong.body);
    assert_eq!(door.post_json(&format!("{one}/config/nope"), "1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(door.get(&format!("{one}/config/nope")).await.status, StatusCode::NOT_FOUND);
    let gone = door.ask(Method::DELETE, &one, &[], "").await;
    assert_eq!((gone.status, gone.body.as_str()), (StatusCode::NO_CONTENT, ""));
    let missing = door.get(&one).await;
    assert_eq!(
        missing.body,
        format!(
            r#"{{"message":"Cannot find adjunct '{id}' in entity 'BasicApplicationImpl{{id={app}, name=Wire Shop}}'","error":404}}"#
        )
    );
}

#[tokio::test]
async fn a_policy_rests_and_goes_on_and_an_enricher_does_not() {
    let door = Door::new(Role::Master);
    let (app, _) = door.deploy().await;
    let entity = format!("/v1/applications/{app}/entities/{app}");
    let policy = add(&door, &entity, RESTARTER, &json!({ "name": "Wire Restarter" })).await;
    let id = policy["id"].as_str().unwrap();
    let post = async |path: &str| door.ask(Method::POST, &format!("{entity}/{path}"), &[], "").await;
    assert_eq!(post("policies/Wire%20Restarter/stop").await.status, StatusCode::NO_CONTENT);
    assert_eq!(door.get(&format!("{entity}/adjuncts/{id}/status")).await.body, r#""STOPPED""#);
    assert_eq!(door.get(&format!("{entity}/policies/current-state")).await.json(), json!({ id: false }));
    assert_eq!(post(&format!("adjuncts/{id}/start")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(door.get(&format!("{entity}/policies/{id}")).await.body, r#""RUNNING""#);
    let copy = json!({ "sourceSensor": "a", "targetSensor": "b", "uniqueTag": "copy" });
    let enricher = add(&door, &entity, TRANSFORMER, &copy).await;
    assert_eq!(enricher["functionallyUniqueIdentifier"], "copy");
    assert!(enricher["links"].get("start").is_none());
    let id = enricher["id"].as_str().unwrap();
    for (verb, word) in [("start", "start/resume"), ("stop", "suspend")] {
        let refused = post(&format!("adjuncts/{id}/{verb}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.body.contains(&format!("does not support {word}")), "{}", refused.body);
    }
    let missing = post(&format!("policies/{id}/stop")).await;
    assert!(missing.body.contains(&format!("Cannot find policy '{id}' in entity")), "{}", missing.body);
    // A second one with the same tag takes the first one's place.
    let second = add(&door, &entity, TRANSFORMER, &copy).await;
    let all = door.get(&format!("{entity}/adjuncts?adjunctType=enricher")).await.json();
    let added = |a: &&Value| a.get("catalogItemId").is_some();
    let added: Vec<&Value> = all.as_array().unwrap().iter().filter(added).collect();
    assert_eq!(added.len(), 1);
    assert_eq!(added[0]["id"], second["id"]);
    assert_eq!(post("policies/Wire%20Restarter/destroy").await.status, StatusCode::NO_CONTENT);
    assert_eq!(door.get(&format!("{entity}/policies")).await.body, "[]");
}

#[tokio::test]
async fn what_is_no_adjunct_is_refused_with_400_and_adds_nothing() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let entity = format!("/v1/applications/{app}/entities/{ent}");
    let before = door.get(&format!("{entity}/adjuncts")).await.body;
    for (place, type_name, config, words) in [
        ("adjuncts", "?type=wire-nope", "{}", "No adjunct with type wire-nope found"),
        ("adjuncts", "?type=BasicEntity", "{}", "No adjunct with type BasicEntity found"),
        ("adjuncts", "?type=ServiceRestartr", "{}", "did you mean 'ServiceRestarter'?"),
        ("adjuncts", "", "{}", "Missing parameter: type"),
        ("policies", "", "{}", "Missing parameter: type"),
        ("policies", "?type=wire-nope", "{}", "No adjunct with type wire-nope found"),
        ("policies", "?type=Transformer", r#"{"sourceSensor":"a","targetSensor":"b"}"#, "is no policy"),
        ("adjuncts", "?type=ServiceRestarter", r#"{"setOnFire":1}"#, "unknown key 'setOnFire'"),
        ("adjuncts", "?type=ServiceRestarter", r#"{"setOnFireOnFailure":"maybe"}"#, "setOnFireOnFailure"),
        ("adjuncts", "?type=ServiceRestarter", "[1]", "Expected a JSON map"),
        ("adjuncts", "?type=ServiceRestarter", "{", "The body is not JSON"),
    ] {
        let got = door.post_json(&format!("{entity}/{place}{type_name}"), config).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{type_name} {config}: {}", got.body);
        let message = got.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{message}");
    }
    let none = door.ask(Method::POST, &format!("{entity}/adjuncts?type={RESTARTER}"), &[], "").await;
    assert_eq!(none.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(door.get(&format!("{entity}/adjuncts")).await.body, before);
    assert_eq!(
        door.get(&format!("{entity}/adjuncts?adjunctType=toad")).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn an_adjunct_that_cannot_work_says_why() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let entity = format!("/v1/applications/{app}/entities/{ent}");
    // What its config alone tells is refused; what only its entity tells is seen at the adjunct.
    let path = format!("{entity}/adjuncts?type={TRANSFORMER}");
    let refused = door.post_json(&path, r#"{"targetSensor": "b"}"#).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.body.contains("cannot work without sourceSensor"), "{}", refused.body);
    let made = add(&door, &entity, TRANSFORMER, &json!({ "sourceSensor": "b" })).await;
    assert_eq!(made["state"], "ERROR", "{made}");
    let why = made["highlights"]["lastViolation"]["description"].as_str().unwrap();
    assert!(why.contains("choose another targetSensor"), "{why}");
    // An expression that comes as data stays data: it is not evaluated.
    let key = format!("{entity}/adjuncts/{}/config/targetType", made["id"].as_str().unwrap());
    let text = r#"$brooklyn:config("wire.password")"#;
    assert_eq!(door.post_json(&key, &json!(text).to_string()).await.status, StatusCode::OK);
    assert_eq!(door.get(&key).await.body, text);
}

#[tokio::test]
async fn an_adjunct_lists_the_tasks_that_it_began() {
    let door = Door::new(Role::Master);
    let (app, _) = door.deploy().await;
    let entity = format!("/v1/applications/{app}/entities/{app}");
    let config = json!({ "effector": "restart", "sensor": "wire.go" });
    let policy = "org.apache.brooklyn.policy.InvokeEffectorOnSensorChange";
    let made = add(&door, &entity, policy, &config).await;
    let tasks = format!("{entity}/adjuncts/{}/activities", made["id"].as_str().unwrap());
    assert_eq!(door.get(&tasks).await.body, "[]");
    door.post_json(&format!("{entity}/sensors/wire.go"), "1").await;
    let all = door.get(&tasks).await.json();
    assert_eq!(all[0]["displayName"], "restart", "{all}");
    let context = all[0]["tags"].as_array().unwrap().iter().find(|t| t["wrappingType"] == "contextAdjunct");
    assert_eq!(context.unwrap()["object"]["id"], made["id"]);
}

#[tokio::test]
async fn what_the_server_does_by_itself_is_shown_as_brooklyns_enrichers_and_stays() {
    let door = Door::new(Role::Master);
    let (app, _) = door.deploy().await;
    let entity = format!("/v1/applications/{app}/entities/{app}");
    let all = door.get(&format!("{entity}/adjuncts")).await;
    let simple = |all: &Value| -> Vec<String> {
        let names = all.as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap());
        names.map(|name| name.rsplit('.').next().unwrap().to_owned()).collect()
    };
    let state = "ComputeServiceState";
    let indicators = "ComputeServiceIndicatorsFromChildrenAndMembers";
    assert_eq!(simple(&all.json()), [indicators, state, "Transformer"]);
    // Two entities have ids of their own for them, and each keeps its own.
    assert_eq!(door.get(&format!("{entity}/adjuncts")).await.body, all.body);
    let one = format!("{entity}/adjuncts/{}", all.json()[0]["id"].as_str().unwrap());
    let shown = door.get(&one).await.json();
    let tag = "service-lifecycle-indicators-from-children-and-members";
    assert_eq!((&shown["functionallyUniqueIdentifier"], &shown["tags"]), (&json!(tag), &json!([tag])));
    let triggers = &shown["highlights"]["triggers"]["description"];
    assert_eq!(triggers, "Listening for service.isUp, service.state on children");
    let up = "enricher.service_state.children_and_members.quorum.up";
    assert_eq!(shown["config"][up], "QuorumCheck[all;require=0,100.0%]");
    let set = door.post_json(&format!("{one}/config/{up}"), "1").await;
    let gone = door.ask(Method::DELETE, &one, &[], "").await;
    for refused in [set, gone] {
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.body.contains("cannot be changed or taken away"), "{}", refused.body);
    }
    // What has the tag of one takes its place, as on Brooklyn.
    add(&door, &entity, "org.apache.brooklyn.policy.ha.ServiceFailureDetector", &json!({})).await;
    let now = door.get(&format!("{entity}/adjuncts")).await.json();
    assert_eq!(simple(&now), ["Service Failure Detector", indicators, "Transformer"]);
}

#[tokio::test]
async fn an_adjunct_has_brooklyns_tag_picture_and_triggers() {
    let door = Door::new(Role::Master);
    let (app, _) = door.deploy().await;
    let entity = format!("/v1/applications/{app}/entities/{app}");
    let first = add(&door, &entity, RESTARTER, &json!({})).await;
    let made = add(&door, &entity, RESTARTER, &json!({})).await;
    assert_eq!(made["functionallyUniqueIdentifier"], "ServiceRestarter:ha.entityFailed");
    let gone = format!("{entity}/adjuncts/{}", first["id"].as_str().unwrap());
    assert_eq!(door.get(&gone).await.status, StatusCode::NOT_FOUND, "a second one takes its place");
    let shown = json!({ "description": "Listening for ha.entityFailed", "time": 0, "taskId": null });
    assert_eq!(made["highlights"], json!({ "triggers": shown }));
    let icon = door.get(made["iconUrl"].as_str().unwrap()).await;
    assert_eq!((icon.status, icon.header("content-type")), (StatusCode::OK, "image/svg+xml"));
    let copy = add(&door, &entity, TRANSFORMER, &json!({ "sourceSensor": "a", "targetSensor": "b" })).await;
    assert!(copy.get("iconUrl").is_none(), "{copy}");
    door.post_json(&format!("{entity}/sensors/a"), "7").await;
    let copy = door.get(&format!("{entity}/adjuncts/{}", copy["id"].as_str().unwrap())).await.json();
    assert_eq!(copy["highlights"]["lastAction"]["description"], "Publish b 7");
    // What the server keeps of a schedule is no config to be given.
    let periodic = "org.apache.brooklyn.policy.action.PeriodicEffectorPolicy";
    let path = format!("{entity}/adjuncts?type={periodic}");
    let refused = door.post_json(&path, r#"{"effector": "restart", "running": true}"#).await;
    assert!(refused.body.contains("'running' of the PeriodicEffectorPolicy is kept"), "{}", refused.body);
    let made = add(&door, &entity, periodic, &json!({ "effector": "restart" })).await;
    let key = format!("{entity}/adjuncts/{}/config/scheduled", made["id"].as_str().unwrap());
    assert_eq!(door.post_json(&key, "[1]").await.status, StatusCode::BAD_REQUEST);
}

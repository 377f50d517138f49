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
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!(all[0]["id"], second["id"]);
    assert_eq!(post("policies/Wire%20Restarter/destroy").await.status, StatusCode::NO_CONTENT);
    assert_eq!(door.get(&format!("{entity}/policies")).await.body, "[]");
}

#[tokio::test]
async fn what_is_no_adjunct_is_refused_with_400_and_adds_nothing() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let entity = format!("/v1/applications/{app}/entities/{ent}");
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
    assert_eq!(door.get(&format!("{entity}/adjuncts")).await.body, "[]");
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

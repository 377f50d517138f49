//! Applications, entities, sensors, config, effectors and tasks on the wire.

use axum::http::{Method, StatusCode};
use ha::status::Role;
use serde_json::json;

use super::Door;

#[tokio::test]
async fn a_blueprint_becomes_an_application() {
    let door = Door::new(Role::Master);
    let blueprint = "name: Wire Mini\nservices:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n";
    let made = door.post_form("/v1/applications", &[], blueprint).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let task = made.json();
    let app = task["entityId"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("https://10.0.0.11:8443/v1/applications/{app}"));
    assert_eq!(task["displayName"], "start");
    assert_eq!(task["links"]["self"], format!("/v1/activities/{}", task["id"].as_str().unwrap()));
    let one = door.get("/v1/applications/wire%20mini").await;
    let expected = format!(
        r#"{{"id":"{app}","spec":{{"name":"Wire Mini","type":"org.apache.brooklyn.entity.stock.BasicApplication","locations":[]}},"status":"#
    );
    assert!(one.body.starts_with(&expected), "{}", one.body);
    assert_eq!(door.get("/v1/applications").await.json().as_array().unwrap().len(), 1);
    let tree = door.get("/v1/applications/fetch?sensors=entity.id").await.json();
    assert_eq!(tree[0]["children"][0]["applicationId"], app);
    assert_eq!(tree[0]["sensors"], json!({ "entity.id": app }));
}

#[tokio::test]
async fn a_bad_blueprint_says_where_and_leaves_nothing() {
    let door = Door::new(Role::Master);
    for (blueprint, words) in [
        ("name: Wire Bad\nservices: [", "line "),
        ("services:\n- type: BasicEntiti\n", "BasicEntity"),
        ("", ""),
    ] {
        let got = door.post_json("/v1/applications", blueprint).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST);
        let message = got.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("Error in blueprint: ") && message.contains(words), "{message}");
    }
    assert_eq!(door.get("/v1/applications").await.body, "[]");
}

#[tokio::test]
async fn an_id_of_ones_own_is_taken_once() {
    let door = Door::new(Role::Master);
    let blueprint = "services:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n";
    let put = async |id: &str| {
        let headers = [("content-type", "application/x-yaml")];
        door.ask(Method::PUT, &format!("/v1/applications/{id}"), &headers, blueprint).await
    };
    assert_eq!(put("wireputapp01").await.status, StatusCode::CREATED);
    let again = put("wireputapp01").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("Error launching blueprint, id already exists: "), "{}", again.body);
    assert_eq!(put("Short").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn entities_are_found_by_id_and_name_and_missed_in_brooklyns_words() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let (other, _) = door.deploy().await;
    let base = format!("/v1/applications/{app}/entities");
    let one = door.get(&format!("{base}/Wire%20Alpha")).await.json();
    assert_eq!(one["id"], ent);
    assert_eq!(one["links"]["parent"], format!("{base}/{app}"));
    assert_eq!(one["links"]["rename"], format!("{base}/{ent}/name"));
    let own = door.get(&format!("{base}/{app}")).await.json();
    assert!(own["links"].get("parent").is_none());
    let missing = door.get(&format!("{base}/nope")).await;
    assert_eq!(
        missing.json()["message"],
        format!(
            "Cannot find entity 'nope' in application '{app}' (BasicApplicationImpl{{id={app}, name=Wire Shop}})"
        )
    );
    let elsewhere = door.get(&format!("/v1/applications/{other}/entities/{ent}")).await;
    assert_eq!(elsewhere.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(
        elsewhere.json()["message"],
        format!(
            "Application '{other}' specified does not match application '{app}' to which entity '{ent}' \
             (BasicEntityImpl{{id={ent}, name=Wire Alpha}}) is associated"
        )
    );
    let renamed = door.ask(Method::POST, &format!("{base}/{ent}/name?name=Wire+Renamed"), &[], "").await;
    assert_eq!((renamed.status, renamed.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(door.get(&format!("{base}/{ent}")).await.json()["name"], "Wire Renamed");
    let spec = format!("{base}/{app}/spec");
    let text = door.ask(Method::GET, &spec, &[("accept", "text/plain")], "").await;
    assert!(text.body.starts_with("name: Wire Shop\n"), "{}", text.body);
    let json = door.ask(Method::GET, &spec, &[("accept", "application/json")], "").await;
    assert_eq!(json.status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn a_sensor_is_set_and_read_in_both_forms() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let base = format!("/v1/applications/{app}/entities/{ent}/sensors");
    let set = door.post_json(&format!("{base}/wire.str"), r#""up \"1\"""#).await;
    assert_eq!((set.status, set.body.as_str()), (StatusCode::NO_CONTENT, ""));
    let both = [("accept", "application/json, text/plain")];
    let json = door.ask(Method::GET, &format!("{base}/wire.str"), &both, "").await;
    assert_eq!((json.header("content-type"), json.body.as_str()), ("application/json", r#""up \"1\"""#));
    let plain = door.ask(Method::GET, &format!("{base}/wire.str"), &[("accept", "text/plain")], "").await;
    assert_eq!((plain.header("content-type"), plain.body.as_str()), ("text/plain", r#"up "1""#));
    let unknown = door.get(&format!("{base}/wire.nope")).await;
    assert_eq!((unknown.status, unknown.body.as_str()), (StatusCode::NO_CONTENT, ""));
    let text = door.ask(Method::POST, &format!("{base}/x"), &[("content-type", "text/plain")], "1").await;
    assert_eq!(text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let all = door.get(&format!("{base}/current-state")).await.json();
    assert_eq!((&all["wire.str"], &all["entity.id"]), (&json!("up \"1\""), &json!(ent)));
    assert_eq!(all["catalog.id"], json!(null));
    assert!(door.get(&base).await.body.contains(r#""name":"wire.str","type":"java.lang.Object""#));
    door.post_json(&format!("{base}/wire.api.secret"), r#""s3cret-sensor""#).await;
    let hidden = door.get(&format!("{base}/wire.api.secret?suppressSecrets=true")).await;
    assert_eq!(hidden.body, r#""<suppressed> (MD5 hash: 9F78093F)""#);
}

#[tokio::test]
async fn a_sensor_is_cleared_and_clearing_what_is_not_there_is_well() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let base = format!("/v1/applications/{app}/entities/{ent}/sensors");
    door.post_json(&format!("{base}/wire.str"), "1").await;
    for _ in 0..2 {
        let gone = door.ask(Method::DELETE, &format!("{base}/wire.str"), &[], "").await;
        assert_eq!((gone.status, gone.body.as_str()), (StatusCode::NO_CONTENT, ""));
        assert_eq!(door.get(&format!("{base}/wire.str")).await.status, StatusCode::NO_CONTENT);
    }
    assert!(door.get(&format!("{base}/current-state")).await.json().get("wire.str").is_none());
    let nobody = format!("/v1/applications/{app}/entities/nobody/sensors/x");
    assert_eq!(door.ask(Method::DELETE, &nobody, &[], "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn config_is_seen_from_below_and_refused_when_it_is_of_the_wrong_type() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let base = format!("/v1/applications/{app}/entities");
    let set = door.post_json(&format!("{base}/{app}/config/wire.shared"), r#""from-app""#).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.body);
    assert_eq!(door.get(&format!("{base}/{ent}/config/wire.shared")).await.body, r#""from-app""#);
    let all = door.get(&format!("{base}/{ent}/config/current-state")).await.json();
    assert_eq!(all["wire.shared"], "from-app");
    assert_eq!(door.get(&format!("{base}/{ent}/config/wire.nope")).await.status, StatusCode::NO_CONTENT);
    let words = door.post_json(&format!("{base}/{ent}/config/x"), "turtle").await;
    assert_eq!(words.status, StatusCode::BAD_REQUEST);
    let flag = door.post_json(&format!("{base}/{app}/config/brooklyn.wrapper_app"), "[1]").await;
    assert_eq!(flag.status, StatusCode::BAD_REQUEST, "{}", flag.body);
    assert!(flag.body.contains("Cannot coerce"), "{}", flag.body);
}

#[tokio::test]
async fn a_config_value_that_its_constraint_forbids_is_a_bad_request() {
    let door = Door::new(Role::Master);
    let blueprint = "services:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n  name: A\n  brooklyn.parameters:\n  \
                     - {name: mode, type: string, default: a, constraints: [{regex: '[a-z]+'}]}\n";
    let made = door.post_json("/v1/applications", blueprint).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let app = made.json()["entityId"].as_str().unwrap().to_owned();
    let path = format!("/v1/applications/{app}/entities/A/config/mode");
    let refused = door.post_json(&path, r#""123""#).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(
        refused.body.contains(r#"Constraint 'matchesRegex(\"[a-z]+\")' not satisfied"#),
        "{}",
        refused.body
    );
    assert_eq!(door.post_json(&path, r#""abc""#).await.status, StatusCode::NO_CONTENT);
    assert_eq!(door.get(&path).await.body, r#""abc""#);
}

#[tokio::test]
async fn a_parameter_without_a_name_is_nobodys() {
    let door = Door::new(Role::Master);
    let blueprint = "services:\n- type: org.apache.brooklyn.entity.stock.BasicStartable\n  name: A\n";
    let made = door.post_json("/v1/applications", blueprint).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let app = made.json()["entityId"].as_str().unwrap().to_owned();
    let path = format!("/v1/applications/{app}/entities/A/effectors/stop?timeout=0");
    for (media_type, body) in
        [("application/x-www-form-urlencoded", "=&a=b"), ("application/json", r#"{"": "", "a": "b"}"#)]
    {
        let called = door.ask(Method::POST, &path, &[("content-type", media_type)], body).await;
        assert_eq!(called.status, StatusCode::ACCEPTED, "{}", called.body);
        let tasks = door.get(&format!("/v1/applications/{app}/entities/A/activities")).await.json();
        let given = tasks.as_array().unwrap().iter().flat_map(|task| task["tags"].as_array().unwrap());
        let given: Vec<_> = given.filter(|tag| tag["effectorName"] == "stop").collect();
        assert!(!given.is_empty());
        assert!(given.iter().all(|tag| tag["effectorParams"] == json!({ "a": "b" })), "{given:?}");
    }
}

#[tokio::test]
async fn tasks_below_one_come_level_by_level_and_as_they_were_begun() {
    let door = Door::new(Role::Master);
    let names: Vec<String> = (0..12).map(|n| format!("P{n}")).collect();
    let services = names.iter().map(|n| format!("- {{type: vanilla, name: {n}, launch.command: sleep 1}}\n"));
    let blueprint = format!("location: localhost\nservices:\n{}", services.collect::<String>());
    let made = door.post_json("/v1/applications", &blueprint).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let start = made.json()["id"].as_str().unwrap().to_owned();
    let all = door.get(&format!("/v1/activities/{start}/children/recurse")).await;
    let tasks = all.json();
    let listed = tasks.as_object().unwrap().values().map(|task| task["children"].as_array().unwrap());
    let listed = listed.max_by_key(|children| children.len()).unwrap();
    // All are begun in one millisecond: neither times nor ids tell their order.
    let mut places = Vec::new();
    for (child, name) in listed.iter().zip(&names) {
        assert_eq!(child["metadata"]["entityDisplayName"], *name);
        let id = child["metadata"]["id"].as_str().unwrap();
        places.push(all.body.find(&format!("\"{id}\":{{\"id\"")).unwrap());
    }
    assert_eq!(places.len(), names.len());
    assert!(places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn an_entity_among_values_is_shown_by_its_name_unless_hints_are_declined() {
    let door = Door::new(Role::Master);
    let (app, ent) = door.deploy().await;
    let base = format!("/v1/applications/{app}/entities");
    let name = door.get(&format!("{base}/{app}")).await.json()["name"].clone();
    let stub = serde_json::json!({ "type": "org.apache.brooklyn.api.entity.Entity", "id": app });
    for (kind, declined) in [("sensors", "useDisplayHints=false"), ("config", "useDisplayHint=false")] {
        door.post_json(&format!("{base}/{ent}/{kind}/wire.ref"), &stub.to_string()).await;
        let all = format!("{base}/{ent}/{kind}/current-state");
        assert_eq!(door.get(&all).await.json()["wire.ref"], name, "{kind}");
        assert_eq!(door.get(&format!("{base}/{ent}/{kind}/wire.ref")).await.json(), name, "{kind}");
        for how in [declined, "raw=true"] {
            assert_eq!(door.get(&format!("{all}?{how}")).await.json()["wire.ref"], stub, "{kind} {how}");
        }
    }
}

#[tokio::test]
async fn effectors_are_listed_called_and_missed() {
    let door = Door::new(Role::Master);
    let (app, _) = door.deploy().await;
    let base = format!("/v1/applications/{app}/entities/{app}/effectors");
    let names: Vec<String> = door
        .get(&base)
        .await
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["restart", "start", "stop"]);
    let missing = door.post_json(&format!("{base}/nope"), "{}").await;
    assert_eq!(
        missing.body,
        format!(r#"{{"message":"Entity '{app}' has no effector with name 'nope'","error":404}}"#)
    );
    let none = door.ask(Method::POST, &format!("{base}/start"), &[], "").await;
    assert_eq!(none.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let list = door.post_json(&format!("{base}/start"), "[1]").await;
    assert_eq!(list.status, StatusCode::BAD_REQUEST);
    let called = door.post_json(&format!("{base}/start?timeout=0"), "{}").await;
    assert_eq!(called.status, StatusCode::ACCEPTED, "{}", called.body);
    // Who does not wait gets the task, although this one ends as it begins.
    assert!(called.json()["id"].is_string() && called.json()["currentStatus"].is_string(), "{}", called.body);
    // Without a timeout the answer waits for the end; a call that returns nothing has no body.
    let ended = door.post_form(&format!("{base}/restart"), &[], "").await;
    assert_eq!((ended.status, ended.body.as_str()), (StatusCode::ACCEPTED, ""));
}

#[tokio::test]
async fn tasks_are_shown_and_an_application_goes_with_202() {
    let door = Door::new(Role::Master);
    let (app, _) = door.deploy().await;
    let list = door.get(&format!("/v1/applications/{app}/entities/{app}/activities")).await.json();
    let task = &list[0];
    assert!(task.get("result").is_none() && task.get("detailedStatus").is_none());
    let id = task["id"].as_str().unwrap();
    let one = door.get(&format!("/v1/activities/{id}")).await;
    assert!(matches!(one.status, StatusCode::OK | StatusCode::ACCEPTED));
    assert!(one.json()["detailedStatus"].as_str().unwrap().contains(&format!("Known as: Task[start]@{id}")));
    let stream = door.get(&format!("/v1/activities/{id}/stream/stdout")).await;
    assert_eq!(stream.status, StatusCode::NOT_FOUND);
    assert!(stream.body.contains(&format!("Cannot find stream 'stdout' in task '{id}'")));
    let gone = door.ask(Method::DELETE, &format!("/v1/applications/{app}"), &[], "").await;
    assert_eq!(gone.status, StatusCode::ACCEPTED, "{}", gone.body);
    let task = gone.json();
    assert_eq!((&task["tags"], task.get("entityId")), (&json!([]), None));
    assert!(task["displayName"].as_str().unwrap().starts_with("destroying BasicApplicationImpl{id="));
}

#[tokio::test]
async fn a_write_with_a_key_happens_once() {
    let door = Door::new(Role::Master);
    let headers = [("content-type", "text/yaml"), ("idempotency-key", "order-66")];
    let blueprint = "services:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n";
    let post = async |text: &str| door.ask(Method::POST, "/v1/applications", &headers, text).await;
    let first = post(blueprint).await;
    let second = post(blueprint).await;
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(door.get("/v1/applications").await.json().as_array().unwrap().len(), 1);
    let other = post("services:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n  name: B\n").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(door.get("/v1/writes/order-66").await.json()["outcome"], "recorded");
    assert_eq!(door.get("/v1/writes/order-67").await.json()["outcome"], "not_recorded");
}

#[tokio::test]
async fn a_call_waits_as_long_as_it_says_and_hears_of_the_end() {
    let door = Door::new(Role::Master);
    // Nothing carries out what this plane's engine wants, so the start goes on until it is cancelled.
    let blueprint = "name: Slow\nlocation: localhost\nservices:\n- type: vanilla\n  name: P\n  \
                     brooklyn.config: {launch.command: sleep 1}\n";
    let made = door.post_json("/v1/applications", blueprint).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let start = made.json()["id"].as_str().unwrap().to_owned();
    let running = door.get(&format!("/v1/activities/{start}?timeout=20ms")).await;
    assert_eq!(
        (running.status, &running.json()["currentStatus"]),
        (StatusCode::ACCEPTED, &json!("In progress"))
    );
    assert!(running.json()["detailedStatus"].as_str().unwrap().starts_with("Waiting on: Task["));
    let cancel = async {
        let cancelled = door.ask(Method::POST, &format!("/v1/activities/{start}/cancel"), &[], "").await;
        assert_eq!((cancelled.status, cancelled.body.as_str()), (StatusCode::OK, "true"));
    };
    let path = format!("/v1/activities/{start}?timeout=never");
    let (ended, ()) = tokio::join!(door.get(&path), cancel);
    let task = ended.json();
    assert_eq!((ended.status, &task["isCancelled"]), (StatusCode::OK, &json!(true)));
    assert_eq!(task["currentStatus"], "Cancelled");
}

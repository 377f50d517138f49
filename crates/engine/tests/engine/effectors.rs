//! Effectors from blueprints that call others or ask over HTTP.

use std::collections::BTreeMap;

use base::{EntityId, Secret, TaskId};
use brownstone_engine::effect::{HttpRequest, Outcome, Work, WorkKey};
use brownstone_engine::input::Input;
use brownstone_engine::{EffectorRef, Lifecycle, Status};
use model::spec::{ConfigMap, ConfigValue, EffectorBody, EntitySpec, ExecutionTarget, HttpEffector};
use serde_json::{Value, json};

use crate::env::Env;
use crate::specs::{self, batch, composite, http, proxy, with_body, with_effector, with_id};

/// A plane with these below an application, all running.
fn plane(children: Vec<EntitySpec>) -> Env {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", children));
    env.settle();
    env
}

fn call(env: &mut Env, entity: &str, effector: &str) -> TaskId {
    let task = env.invoke(&env.named(entity), effector);
    env.settle();
    task
}

fn failure(env: &Env, task: &TaskId) -> String {
    assert_eq!(env.status(task), Status::Failed, "{:?}", env.outline(task));
    env.task(task).result.as_str().expect("a text").to_owned()
}

/// A plane whose only entity has an effector `ask`, which has been called: its request.
fn asked<const N: usize>(
    http: HttpEffector,
    params: [(&str, Value); N],
) -> (Env, TaskId, WorkKey, HttpRequest) {
    let mut env = plane(vec![with_body(specs::basic("one"), "ask", EffectorBody::Http(Box::new(http)))]);
    let task = env.invoke_with(&env.named("one"), "ask", params);
    env.settle();
    let (key, work) = env.of_server.remove(0);
    let Work::Http(request) = work else { panic!("a request, not {work:?}") };
    (env, task, key, request)
}

#[test]
fn a_request_is_made_as_the_blueprint_and_the_call_say_and_its_answer_is_the_result() {
    let wanted = HttpEffector {
        username: Some(ConfigValue::new("joe")),
        password: Some(ConfigValue::new("s3cret-of-joe")),
        headers: Some(ConfigValue::new(json!({ "X-Key": "k3y", "Content-Type": "application/json" }))),
        payload: Some(ConfigValue::new(json!({ "a": [1, "$brooklyn:attributeWhenReady(\"entity.id\")"] }))),
        ..http("post", "http://10.0.0.9/api?token=t0ken")
    };
    let (mut env, task, key, request) = asked(wanted, [("httpUsername", json!("ann"))]);
    let one = env.named("one");
    assert_eq!(request.method, "POST");
    assert_eq!(request.url, "http://10.0.0.9/api?token=t0ken");
    assert_eq!(
        request.login,
        Some(("ann".to_owned(), Secret::new("s3cret-of-joe"))),
        "the call's word counts"
    );
    assert_eq!(request.headers.len(), 2);
    assert_eq!(request.body.as_deref(), Some(format!("{{\"a\":[1,\"{one}\"]}}").as_bytes()));
    // What is recorded of it names no secret.
    let said = env.task(&task).program.len();
    assert_eq!(said, 2);
    let intent = env.root.sub_tasks(&task).next().and_then(|t| t.intent.clone()).expect("an intent");
    assert_eq!(intent.what, "asks POST http://10.0.0.9/api");
    env.answer(key, 201, "made it");
    env.settle();
    assert_eq!(env.task(&task).result, json!("made it"));
    assert_eq!(env.outline(&task), ["ask: Completed", "  ask: Completed"]);
}

#[test]
fn parts_of_an_answer_become_the_result_and_sensors() {
    let body = r#"{"n": 5, "who": {"name": "joe"}}"#;
    let path = HttpEffector { json_path: Some("$.who.name".to_owned()), ..http("GET", "http://x/") };
    let sensors = BTreeMap::from([
        ("seen.n".to_owned(), "$.n".to_owned()),
        ("seen.who".to_owned(), "$.who".to_owned()),
    ]);
    let all = HttpEffector { sensors, ..http("GET", "http://x/") };
    let nothing = HttpEffector { json_path: Some("$.nothing".to_owned()), ..http("GET", "http://x/") };

    let (mut env, task, key, _) = asked(path, []);
    env.answer(key, 200, body);
    env.settle();
    assert_eq!(env.task(&task).result, json!("joe"));

    let (mut env, task, key, _) = asked(all.clone(), []);
    env.answer(key, 200, body);
    env.settle();
    let one = env.named("one");
    assert_eq!(env.task(&task).result, json!(body), "the whole");
    assert_eq!(env.entity(&one).sensor("seen.n"), Some(&json!("5")), "texts, as in Brooklyn");
    assert_eq!(env.entity(&one).sensor("seen.who"), Some(&json!(r#"{"name":"joe"}"#)));

    let (mut env, task, key, _) = asked(all, []);
    env.answer(key, 200, r#"{"n": 5}"#);
    env.settle();
    assert_eq!(failure(&env, &task), "effector 'ask': the answer has nothing at $.who");
    assert_eq!(env.entity(&env.named("one")).sensor("seen.n"), None, "all or none");

    let (mut env, task, key, _) = asked(nothing, []);
    env.answer(key, 200, "<html>");
    env.settle();
    let said = failure(&env, &task);
    assert!(said.starts_with("effector 'ask': the answer is no JSON: "), "{said}");
}

#[test]
fn an_answer_other_than_success_fails_with_its_status_and_no_secret() {
    let wanted = || HttpEffector {
        username: Some(ConfigValue::new("joe")),
        password: Some(ConfigValue::new("hunter2")),
        ..http("GET", "https://u:p@x/y?key=abc")
    };
    for (status, body, said) in [
        (404, "no such thing", "status 404: no such thing"),
        (
            500,
            r#"{"db.password":"x1","why":"hunter2"}"#,
            r#"status 500: {"db.password":"******","why":"******"}"#,
        ),
        (302, "", "status 302: (no body)"),
    ] {
        let (mut env, task, key, _) = asked(wanted(), []);
        env.answer(key, status, body);
        env.settle();
        assert_eq!(
            failure(&env, &task),
            format!("effector 'ask' failed: GET https://x/y answered with {said}")
        );
    }
    let (mut env, task, key, _) = asked(wanted(), []);
    let why = "GET https://x/y: there was no whole answer within 60s".to_owned();
    env.input(Input::Work { key, outcome: Outcome::Failed(why.clone()) });
    env.settle();
    assert_eq!(failure(&env, &task), format!("effector 'ask' failed: {why}"));
    assert_eq!(env.state(&env.named("Shop")), Some(Lifecycle::Running), "the entity is not on fire for it");
}

#[test]
fn a_proxy_calls_the_effector_of_another_entity_and_returns_what_that_returns() {
    let web = with_id(with_effector(specs::vanilla("web"), "greet", "echo"), "web");
    let front = with_body(specs::basic("front"), "hello", proxy("$brooklyn:entity(\"web\")", "greet"));
    let mut env = plane(vec![web, front]);
    env.machine.said.insert("greet".to_owned(), "hi\n".to_owned());
    let task = env.invoke_with(&env.named("front"), "hello", [("count", json!(9))]);
    env.settle();
    assert_eq!(env.task(&task).result, json!("hi\n"), "{:?}", env.outline(&task));
    assert_eq!(env.outline(&task), ["hello: Completed", "  greet: Completed"]);
    let script = env.machine.scripts_seen.last().expect("a script");
    assert!(script.env.contains(&("count".to_owned(), "9".to_owned())), "the same parameters");
}

#[test]
fn a_proxy_waits_for_a_target_that_is_not_there_yet_and_refuses_what_is_none() {
    let front = with_body(
        with_id(specs::basic("front"), "front"),
        "go",
        proxy("$brooklyn:attributeWhenReady(\"target\")", "start"),
    );
    let mut env = plane(vec![front, specs::vanilla("web")]);
    let (front, web) = (env.named("front"), env.named("web"));
    let task = env.invoke(&front, "go");
    env.turn();
    assert!(env.task(&task).blocked_on.as_deref().is_some_and(|on| on.contains("'target'")));
    let entity = json!({ "type": "org.apache.brooklyn.api.entity.Entity", "id": web.as_str() });
    env.set(&front, "target", entity);
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    env.set(&front, "target", json!("nobody"));
    let task = call(&mut env, "front", "go");
    assert_eq!(failure(&env, &task), "targetEntity of effector 'go' is no entity that is there: \"nobody\"");
}

#[test]
fn a_circle_of_effectors_ends_in_an_error_that_names_it() {
    let a = with_body(with_id(specs::basic("a"), "a"), "ping", proxy("$brooklyn:entity(\"b\")", "both"));
    let b = with_body(with_id(specs::basic("b"), "b"), "both", composite(&["pong"], false));
    let b = with_body(b, "pong", proxy("$brooklyn:entity(\"a\")", "ping"));
    let mut env = plane(vec![a, b]);
    let task = call(&mut env, "a", "ping");
    assert_eq!(
        failure(&env, &task),
        "effectors call each other in a circle: ping of a -> both of b -> pong of b -> ping of a"
    );
    let itself = with_body(specs::basic("c"), "again", composite(&["again"], true));
    let mut env = plane(vec![itself]);
    let task = call(&mut env, "c", "again");
    assert_eq!(failure(&env, &task), "effectors call each other in a circle: again of c -> again of c");
}

#[test]
fn calls_are_not_nested_without_end() {
    let one = |n: usize| {
        let next = format!("$brooklyn:entity(\"e{}\")", n + 1);
        with_body(with_id(specs::basic(&format!("e{n}")), &format!("e{n}")), "go", proxy(&next, "go"))
    };
    let mut env = plane((0..110).map(one).collect());
    let task = call(&mut env, "e0", "go");
    assert_eq!(
        failure(&env, &task),
        "calls of effectors are nested deeper than 100 (CALL_DEPTH_MAX): go of e99 calls go"
    );
}

fn names(env: &Env, entity: &str) -> Vec<String> {
    env.root.effectors(&env.named(entity)).map(|e: EffectorRef<'_>| e.name().into_owned()).collect()
}

#[test]
fn a_composite_calls_its_effectors_in_order_with_the_types_own_before_them_and_a_stop_last() {
    let web = |overrides| {
        let web = with_effector(specs::vanilla("web"), "note", "echo");
        let web = with_body(web, "start", composite(&["note"], overrides));
        with_body(web, "stop", composite(&["note"], overrides))
    };
    let mut env = Env::new();
    env.machine.said.insert("note".to_owned(), "noted".to_owned());
    let (app, task) = env.deploy(specs::app("Shop", vec![web(false)]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.outline(&task));
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    assert!(names(&env, "web").contains(&"original-start".to_owned()));
    let began = env.machine.began.clone();
    assert_eq!(began.last().map(String::as_str), Some("note"), "after the start: {began:?}");
    let task = call(&mut env, "web", "start");
    assert_eq!(env.task(&task).result, json!("[null, noted]"), "{:?}", env.outline(&task));
    let task = call(&mut env, "web", "stop");
    assert_eq!(env.task(&task).result, json!("[noted, null]"), "{:?}", env.outline(&task));
    assert_eq!(env.state(&env.named("web")), Some(Lifecycle::Stopped));
    let parts: Vec<&str> = env.root.sub_tasks(&task).map(|t| t.name.as_str()).collect();
    assert_eq!(parts, ["note", "original-stop"]);
}

#[test]
fn a_composite_that_overrides_calls_the_types_own_effector_only_by_its_name() {
    let web = with_effector(specs::vanilla("web"), "note", "echo");
    let quiet = with_body(web.clone(), "restart", composite(&["note"], true));
    let loud = with_body(web, "restart", composite(&["note", "original-restart", "note"], true));
    for (web, parts) in [(quiet, vec!["note"]), (loud, vec!["note", "original-restart", "note"])] {
        let mut env = plane(vec![web]);
        let task = call(&mut env, "web", "restart");
        assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
        let named: Vec<&str> = env.root.sub_tasks(&task).map(|t| t.name.as_str()).collect();
        assert_eq!(named, parts);
    }
    let missing = with_body(specs::basic("one"), "all", composite(&["nothing"], false));
    let mut env = plane(vec![missing]);
    let one = env.named("one");
    let task = call(&mut env, "one", "all");
    assert_eq!(failure(&env, &task), format!("Entity '{one}' has no effector with name 'nothing'"));
}

#[test]
fn an_application_whose_stop_is_a_composite_goes_away_at_its_end_all_the_same() {
    let mut env = Env::new();
    env.machine.said.insert("note".to_owned(), "noted".to_owned());
    let mut app = specs::app("Shop", vec![specs::vanilla("web")]);
    app.root = with_body(with_effector(app.root, "note", "echo"), "stop", composite(&["note"], false));
    env.deploy(app);
    env.settle();
    let task = call(&mut env, "Shop", "stop");
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    assert_eq!(env.root.entity_count(), 0, "it is destroyed by its stop");
    assert!(env.machine.alive.is_empty());
}

fn batched(env: &mut Env, batch: model::spec::ChildrenBatch, names: &[&str]) -> TaskId {
    let children = names.iter().map(|n| with_effector(specs::vanilla(n), "paint", "echo")).collect();
    let mut app = specs::app("Shop", children);
    app.root.children.push(specs::basic("plain"));
    app.root = with_body(app.root, "all", EffectorBody::ChildrenBatch(batch));
    env.deploy(app);
    env.settle();
    env.invoke(&env.named("Shop"), "all")
}

fn painting(env: &Env) -> usize {
    env.machine.running_scripts().iter().filter(|s| *s == "paint").count()
}

#[test]
fn a_batch_calls_so_many_children_at_a_time() {
    for (size, most) in [(0, 5), (1, 1), (2, 2)] {
        let mut env = Env::new();
        let task = batched(&mut env, batch("paint", size), &["a", "b", "c", "d", "e"]);
        let mut seen = 0;
        while env.turn() {
            seen = seen.max(painting(&env));
        }
        assert_eq!(seen, most, "at a time, with a batch size of {size}");
        assert_eq!(env.task(&task).result, json!("Invoked 5 of 6 effectors"), "the plain one has none");
        let a = env.named("a");
        assert_eq!(
            env.root.sub_tasks(&task).next().map(|t| t.name.clone()),
            Some(format!("Invoking paint on a ({a})"))
        );
    }
}

#[test]
fn a_batch_goes_on_after_failures_and_missing_effectors_unless_told_otherwise() {
    let fails = |fail_on_failure, fail_on_missing| {
        let mut env = Env::new();
        env.machine.exits.insert("paint".to_owned(), 3);
        let wanted = model::spec::ChildrenBatch { fail_on_failure, fail_on_missing, ..batch("paint", 1) };
        let task = batched(&mut env, wanted, &["a", "b"]);
        env.settle();
        let painted = env.machine.began.iter().filter(|s| *s == "paint").count();
        (env.status(&task), env.task(&task).result.to_string(), painted)
    };
    let (status, said, painted) = fails(false, false);
    assert_eq!((status, painted), (Status::Completed, 2));
    assert!(said.contains("Invoked 2 of 3 effectors"), "{said}");
    let (status, said, painted) = fails(true, false);
    assert_eq!((status, painted), (Status::Failed, 2), "all are called");
    assert!(said.contains("Error invoking paint at Shop: effector 'paint' failed: exit code 3"), "{said}");
    assert!(said.contains("(and 1 more failed)"), "{said}");
    let (status, said, painted) = fails(false, true);
    assert_eq!((status, painted), (Status::Failed, 0));
    assert!(said.contains("No effector 'paint' found on BasicEntityImpl{id="), "{said}");
}

#[test]
fn a_batch_of_a_group_calls_its_members_with_what_it_was_given() {
    let member = with_effector(specs::vanilla("m"), "paint", "echo");
    let group = specs::with(
        specs::of_type("DynamicCluster", "c"),
        [
            ("cluster.initial.size", json!(2)),
            ("dynamiccluster.memberspec", json!({ "$brooklyn:entitySpec": member })),
        ],
    );
    let args = ConfigMap::from([("colour".to_owned(), ConfigValue::new("red"))]);
    let wanted = model::spec::ChildrenBatch { args, ..batch("nothing", 0) };
    let mut env = plane(vec![with_body(group, "all", EffectorBody::ChildrenBatch(wanted))]);
    let c: EntityId = env.named("c");
    let task = env.invoke_with(&c, "all", [("effectorToInvoke", json!("paint")), ("count", json!(3))]);
    env.settle();
    assert_eq!(env.task(&task).result, json!("Invoked 2 of 2 effectors"), "not the quarantine");
    let script = env.machine.scripts_seen.last().expect("a script");
    for given in [("colour", "red"), ("count", "3")] {
        assert!(script.env.contains(&(given.0.to_owned(), given.1.to_owned())), "{:?}", script.env);
    }
}

#[test]
fn a_command_runs_on_the_machine_of_each_child_that_has_one_with_the_environment_of_its_own_entity() {
    let mut app = specs::app("Shop", vec![specs::vanilla("a"), specs::basic("plain"), specs::vanilla("b")]);
    app.root = specs::with(app.root, [("shell.env", json!({ "WHO": "the shop" }))]);
    app.root = with_body(app.root, "sweep", specs::command_on(ExecutionTarget::Children, "sweep it"));
    app.root.children.push(specs::vanilla("stopped"));
    let mut env = Env::new();
    env.deploy(app);
    env.settle();
    call(&mut env, "stopped", "stop");
    let before = env.machine.scripts_seen.len();
    let shop = env.named("Shop");
    let task = env.invoke_with(&shop, "sweep", [("count", json!(3))]);
    env.settle();
    assert_eq!(env.task(&task).result, Value::Null, "none, as on Brooklyn");
    assert_eq!(
        env.outline(&task),
        [
            "sweep: Completed",
            "  sweep on 2 of 4 children: Completed",
            "    sweep: Completed",
            "    sweep: Completed"
        ]
    );
    let scripts = &env.machine.scripts_seen[before..];
    for (script, name) in scripts.iter().zip(["a", "b"]) {
        let place = env.entity(&env.named(name)).place.clone().expect("a place");
        assert_eq!((&script.cwd, script.text.as_str()), (&place.run_dir, "set -e\nsweep it\n"), "{name}");
        for given in [("WHO", "the shop"), ("count", "3"), ("RUN_DIR", place.run_dir.as_str())] {
            assert!(script.env.contains(&(given.0.to_owned(), given.1.to_owned())), "{:?}", script.env);
        }
        let part = env.root.tasks_of(&env.named(name)).next_back().expect("a part");
        assert_eq!(part.result, json!("sweep said hello\n"), "what it wrote is at each one");
    }
    assert_eq!(scripts.len(), 2, "the plain one has no machine, and one is stopped");
}

#[test]
fn a_command_that_fails_at_a_member_fails_the_effector_with_its_name() {
    let spec = json!({ "$brooklyn:entitySpec": specs::vanilla("node") });
    let config = [("cluster.initial.size", json!(2)), ("dynamiccluster.memberspec", spec)];
    let cluster = specs::with(specs::of_type("DynamicCluster", "c"), config);
    let cluster = with_body(cluster, "sweep", specs::command_on(ExecutionTarget::Members, "sweep it"));
    let mut env = plane(vec![cluster]);
    let task = call(&mut env, "c", "sweep");
    assert_eq!(env.outline(&task)[1], "  sweep on 2 of 2 members: Completed", "not the quarantine");
    env.machine.exits.insert("sweep".to_owned(), 3);
    let task = call(&mut env, "c", "sweep");
    let said = failure(&env, &task);
    assert!(said.starts_with("Error invoking sweep at node: effector 'sweep' failed: exit code 3"), "{said}");
    assert!(said.ends_with("(and 1 more failed)"), "{said}");
}

#[test]
fn a_command_on_members_of_what_has_none_says_so() {
    let body = specs::command_on(ExecutionTarget::Members, "sweep it");
    let mut env = plane(vec![with_body(specs::vanilla("web"), "sweep", body)]);
    let task = call(&mut env, "web", "sweep");
    let said = failure(&env, &task);
    assert!(said.starts_with("effector 'sweep' runs on MEMBERS, and VanillaSoftwareProcessImpl{"), "{said}");
    assert!(said.ends_with("is no group; use CHILDREN or ENTITY"), "{said}");
}

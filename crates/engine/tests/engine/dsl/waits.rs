//! Starts that wait for a sensor of another entity.

use base::{EntityId, Span, TaskId};
use brownstone_engine::input::Command;
use brownstone_engine::{Lifecycle, Status};
use serde_json::{Value, json};

use crate::env::{Env, host};
use crate::specs::{app, basic, vanilla, with};

/// `web` needs a sensor of `db`, which nobody sets yet.
fn waiting(options: Value) -> (Env, TaskId) {
    let url = json!({"$brooklyn:entity(\"db\").attributeWhenReady": ["url", options]});
    let env_of_web = json!({"URL": url, "N": {"$brooklyn:formatString": ["%s", 7]}, "M": {"a": 1}});
    let web = with(vanilla("web"), [("shell.env", env_of_web)]);
    let db = with(basic("db"), [("camp.plan.id", json!("db"))]);
    let mut env = Env::new();
    let (_, start) = env.deploy(app("Shop", vec![db, web]));
    run(&mut env);
    (env, start)
}

/// Lets everything happen that needs no time.
fn run(env: &mut Env) {
    loop {
        let now = env.at.now;
        let due = env.timers.values().any(|at| *at <= now);
        if due || env.machine.is_busy() {
            env.turn();
        } else {
            return;
        }
    }
}

/// Lets time pass, and everything happen that is due in it.
fn pass(env: &mut Env, span: Span) {
    let until = env.at.now + span;
    run(env);
    while let Some((id, at)) = env.timers.iter().find(|(_, at)| **at <= until).map(|(i, at)| (i.clone(), *at))
    {
        env.fire(id, at);
        run(env);
    }
    env.at.now = until;
}

fn blocked(env: &Env) -> Vec<String> {
    env.root.tasks().filter_map(|t| t.blocked_on.clone()).collect()
}

fn set(env: &mut Env, entity: &str, sensor: &str, value: Value) {
    let entity: EntityId = env.named(entity);
    env.command(Command::SetSensor { entity, sensor: sensor.to_owned(), value });
    run(env);
}

fn failure(env: &Env, start: &TaskId) -> String {
    assert_eq!(env.status(start), Status::Failed);
    assert_eq!(env.state(&env.named("web")), Some(Lifecycle::OnFire));
    env.task(start).result.as_str().expect("a text").to_owned()
}

#[test]
fn a_start_waits_says_for_what_and_goes_on_when_the_sensor_is_ready() {
    let (mut env, start) = waiting(json!({}));
    let db = env.named("db");
    assert_eq!(blocked(&env), [format!("Waiting on sensor 'url' from db:{db}")]);
    assert_eq!(env.machine.began, Vec::<String>::new());
    set(&mut env, "db", "other", json!("x"));
    set(&mut env, "db", "url", json!(""));
    assert_eq!(blocked(&env).len(), 1, "what is empty is not ready");
    set(&mut env, "db", "url", json!("http://db"));
    env.settle();
    assert_eq!(blocked(&env), Vec::<String>::new());
    assert_eq!(env.status(&start), Status::Completed);
    let launch = env.machine.scripts_seen.iter().find(|s| s.name == "launch").expect("it was launched");
    let variable = |name: &str| launch.env.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    assert_eq!(variable("URL"), Some("http://db"));
    assert_eq!(variable("N"), Some("7"));
    assert_eq!(variable("M"), Some("{\"a\":1}"));
}

#[test]
fn a_wait_ends_when_its_time_is_up() {
    let (mut env, start) = waiting(json!({"timeout": "90s"}));
    pass(&mut env, Span::secs(89));
    assert_eq!(env.status(&start), Status::InProgress);
    pass(&mut env, Span::secs(2));
    let why = failure(&env, &start);
    assert!(why.contains("sensor 'url' from db:") && why.contains("Unsatisfied after 1m 30s"), "{why}");
}

#[test]
fn a_wait_that_is_not_permitted_fails_at_once() {
    let (env, start) = waiting(json!({"timeout": 0}));
    assert!(failure(&env, &start).contains("Waiting not permitted"));
}

#[test]
fn a_wait_ends_at_once_when_its_entity_catches_fire() {
    let (mut env, start) = waiting(json!({}));
    set(&mut env, "db", "service.state", json!("ON_FIRE"));
    let why = failure(&env, &start);
    assert!(why.contains("Abort due to service.state -> on-fire"), "{why}");
}

#[test]
fn a_wait_may_go_on_whatever_burns() {
    let (mut env, start) = waiting(json!({"abort_if_on_fire": false}));
    set(&mut env, "db", "service.state", json!("ON_FIRE"));
    pass(&mut env, Span::secs(3600));
    assert_eq!(env.status(&start), Status::InProgress);
}

#[test]
fn a_wait_gives_an_entity_that_goes_down_a_minute_and_forgets_that_when_it_is_back() {
    let (mut env, start) = waiting(json!({}));
    set(&mut env, "db", "service.state", json!("STOPPING"));
    pass(&mut env, Span::secs(59));
    set(&mut env, "db", "service.state", json!("RUNNING"));
    pass(&mut env, Span::secs(3600));
    assert_eq!(env.status(&start), Status::InProgress);
    set(&mut env, "db", "service.state", json!("STOPPED"));
    pass(&mut env, Span::secs(61));
    assert!(failure(&env, &start).contains("service.state -> stopped after 1m"));
}

#[test]
fn a_wait_ends_with_its_entity() {
    let (mut env, start) = waiting(json!({}));
    env.command(Command::Expunge { entity: env.named("db"), release: false });
    run(&mut env);
    let why = failure(&env, &start);
    assert!(why.contains("No entity matching id 'db'"), "{why}");
}

#[test]
fn a_cancelled_start_waits_for_nothing() {
    let (mut env, start) = waiting(json!({}));
    env.command(Command::Cancel { task: start.clone() });
    set(&mut env, "db", "url", json!("http://db"));
    env.settle();
    assert_eq!(env.status(&start), Status::Cancelled);
    assert_eq!(env.machine.began, Vec::<String>::new());
}

#[test]
fn a_take_over_interrupts_what_waits() {
    let (mut env, start) = waiting(json!({}));
    env.take_over("node2", host("A", "boot1"), "node1 gave no sign of life");
    run(&mut env);
    assert!(failure(&env, &start).starts_with("interrupted: master node1 ended"));
    set(&mut env, "db", "url", json!("http://db"));
    env.settle();
    assert_eq!(env.machine.began, Vec::<String>::new(), "nothing goes on by itself");
    let again = env.invoke(&env.named("web"), "restart");
    env.settle();
    assert_eq!(env.status(&again), Status::Completed);
}

#[test]
fn a_program_that_depends_on_what_is_not_there_yet_is_made_later() {
    let skip = json!("$brooklyn:entity(\"db\").attributeWhenReady(\"skip\")");
    let web = with(vanilla("web"), [("skip.install", skip)]);
    let db = with(basic("db"), [("camp.plan.id", json!("db"))]);
    let mut env = Env::new();
    let (_, start) = env.deploy(app("Shop", vec![db, web]));
    run(&mut env);
    assert_eq!(blocked(&env).len(), 1);
    set(&mut env, "db", "skip", json!("true"));
    env.settle();
    assert_eq!(env.status(&start), Status::Completed);
    assert_eq!(env.machine.began, ["customize", "launch"]);
}

#[test]
fn a_circle_of_config_is_told_by_its_keys() {
    let mut web = vanilla("web");
    for (key, other) in [("run.dir", "y"), ("y", "run.dir")] {
        web.config
            .insert(key.to_owned(), model::spec::ConfigValue::new(format!("$brooklyn:config(\"{other}\")")));
    }
    let mut env = Env::new();
    let (_, start) = env.deploy(app("Shop", vec![web]));
    env.settle();
    let why = failure(&env, &start);
    assert!(why.contains("config refers to itself"), "{why}");
}

//! Feeds: what they ask for, when, and what becomes of the answers.

use base::{Secret, Span};
use brownstone_engine::effect::{HttpResponse, Outcome, Work};
use brownstone_engine::input::{Command, Input};
use model::spec::AdjunctSpec;
use serde_json::{Value, json};

use super::{adjunct, one, with_adjunct};
use crate::env::{Env, host};
use crate::specs;

/// A running process with one feed.
fn process(feed: AdjunctSpec) -> (Env, base::EntityId) {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", vec![with_adjunct(specs::vanilla("web"), feed)]));
    env.settle();
    let id = env.named("web");
    (env, id)
}

fn ssh(config: &[(&str, Value)]) -> AdjunctSpec {
    let mut spec = adjunct("SshCommandSensor", [("name", json!("load")), ("command", json!("uptime"))]);
    let more = config.iter().map(|(k, v)| adjunct("SshCommandSensor", [(k, v.clone())]).config);
    spec.config.extend(more.flatten());
    spec
}

fn looks(env: &Env) -> usize {
    env.machine.began.iter().filter(|name| *name == "load").count()
}

#[test]
fn a_command_sensor_looks_when_its_entity_is_up_and_again_after_each_period() {
    let (mut env, id) = process(ssh(&[("period", json!("10s"))]));
    assert_eq!(env.sensor(&id, "load"), Some(json!("load said hello")));
    assert_eq!(looks(&env), 1, "not before it was up");
    env.machine.said.insert("load".to_owned(), " 0.5\n".to_owned());
    env.wait(Span::secs(9));
    assert_eq!(looks(&env), 1);
    env.wait(Span::secs(2));
    assert_eq!((looks(&env), env.sensor(&id, "load")), (2, Some(json!("0.5"))));
    let script = env.machine.scripts_seen.last().expect("a script");
    assert!(
        script.env.contains(&("GREETING".to_owned(), "hello".to_owned())),
        "it has the entity's environment"
    );
}

#[test]
fn a_command_sensor_reads_its_output_as_its_type_or_format_says() {
    for (config, printed, value) in [
        (vec![("targetType", json!("integer"))], "42\n", json!(42)),
        (vec![("targetType", json!("map"))], "a: 1\n---\nb: 2\n", json!({ "b": 2 })),
        (vec![("format", json!("yaml")), ("targetType", json!("object"))], "[1, x]", json!([1, "x"])),
        (vec![("format", json!("string"))], "a: 1", json!("a: 1")),
        (vec![("targetType", json!("integer")), ("value.on.error", json!(-1))], "none", json!(-1)),
    ] {
        let mut env = Env::new();
        env.machine.said.insert("load".to_owned(), printed.to_owned());
        env.deploy(specs::app("Shop", vec![with_adjunct(specs::vanilla("web"), ssh(&config))]));
        env.settle();
        assert_eq!(env.sensor(&env.named("web"), "load"), Some(value), "{config:?}");
    }
}

#[test]
fn a_command_that_fails_leaves_no_value_and_says_why() {
    let (mut env, id) = process(ssh(&[("period", json!("1s"))]));
    env.machine.exits.insert("load".to_owned(), 3);
    env.wait(Span::secs(2));
    assert_eq!(env.sensor(&id, "load"), None);
    assert_eq!(
        env.trouble(&id),
        Some("the command of sensor 'load' failed: exit code 3; last output: it went wrong")
    );
    env.machine.exits.clear();
    env.wait(Span::secs(2));
    assert_eq!(env.trouble(&id), None);
}

#[test]
fn one_look_at_most_is_under_way() {
    let (mut env, id) = process(ssh(&[("period", json!("1s")), ("triggers", json!("go"))]));
    env.machine.hang.push("load".to_owned());
    env.wait(Span::secs(5));
    env.set(&id, "go", json!(1));
    env.set(&id, "go", json!(2));
    assert_eq!(looks(&env), 2, "the one that hangs, and the first");
    env.machine.hang.clear();
    env.settle();
    env.wait(Span::millis(200));
    assert_eq!(looks(&env), 3, "what was missed meanwhile is one look");
}

#[test]
fn triggers_alone_need_no_period() {
    let (mut env, id) =
        process(ssh(&[("triggers", json!([{ "sensor": "go" }])), ("skip_initial_run", json!(true))]));
    // Coming up is no trigger, but what is waited for.
    let before = looks(&env);
    env.wait(Span::secs(1000));
    assert_eq!(looks(&env), before);
    env.set(&id, "go", json!(1));
    assert_eq!(looks(&env), before + 1);
}

#[test]
fn a_feed_is_quiet_while_its_entity_is_down_and_ends_with_it() {
    let (mut env, id) = process(ssh(&[("period", json!("1s"))]));
    let app = env.entity(&id).app.clone();
    env.invoke(&id, "stop");
    env.settle();
    let before = looks(&env);
    env.wait(Span::secs(10));
    assert_eq!(looks(&env), before);
    let adjunct = env.only_adjunct(&id);
    env.command(Command::Delete { app });
    env.settle();
    assert!(!env.root.adjunct_runs(&adjunct));
    env.wait(Span::secs(10));
    assert_eq!(looks(&env), before);
}

#[test]
fn after_a_take_over_feeds_look_again_each_at_its_own_time() {
    let mut env = Env::new();
    let feed = |n: usize| {
        let mut process = specs::vanilla(&format!("web{n}"));
        process.adjuncts.push(ssh(&[("period", json!("20s"))]));
        process
    };
    env.deploy(specs::app("Shop", (0..5).map(feed).collect()));
    env.settle();
    let before = looks(&env);
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.settle();
    assert_eq!(looks(&env), before, "none at once");
    let mut times = std::collections::BTreeSet::new();
    for second in 0..20 {
        let n = looks(&env);
        env.wait(Span::secs(1));
        if looks(&env) > n {
            times.insert(second);
        }
    }
    assert_eq!(looks(&env), before + 5);
    assert!(times.len() > 1, "not all in one second: {times:?}");
}

#[test]
fn a_password_is_drawn_once_and_kept() {
    let (mut env, id) =
        one(adjunct("CreatePasswordSensor", [("name", json!("my.password")), ("password.length", json!(5))]));
    let (key, work) = env.of_server.pop().expect("a password was asked for");
    assert!(matches!(&work, Work::Password { groups, length: 5 } if groups.len() == 3), "{work:?}");
    env.input(Input::Work { key, outcome: Outcome::Password(Secret::new("abc")) });
    env.settle();
    assert_eq!(env.sensor(&id, "my.password"), Some(json!("abc")));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.settle();
    assert!(env.of_server.is_empty(), "the earlier one is kept");
}

#[test]
fn a_static_sensor_and_a_latch_are_set_at_once() {
    let (env, id) = one(adjunct(
        "StaticSensor",
        [("name", json!("port")), ("static.value", json!("8080")), ("targetType", json!("integer"))],
    ));
    assert_eq!(env.sensor(&id, "port"), Some(json!(8080)));
    let (env, id) =
        one(adjunct("MaxConcurrencySensor", [("name", json!("latch")), ("latch.concurrency.max", json!(2))]));
    assert_eq!(env.sensor(&id, "latch").and_then(|v| v.get("maxConcurrency").cloned()), Some(json!(2)));
}

#[test]
fn a_duration_counts_from_when_it_was_added_also_after_a_take_over() {
    let (mut env, id) =
        one(adjunct("DurationSinceSensor", [("name", json!("age")), ("period", json!("10s"))]));
    assert_eq!(env.sensor(&id, "age"), Some(json!("0ms")));
    env.wait(Span::secs(11));
    assert_eq!(env.sensor(&id, "age"), Some(json!("10s")));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.wait(Span::secs(30));
    let age = env.sensor(&id, "age").and_then(|v| v.as_str().map(str::to_owned)).expect("an age");
    assert!(age.ends_with('s') && age.len() > 2 && age.as_str() > "20s", "{age}");
}

/// What the server was asked for is answered.
fn answer(env: &mut Env, outcome: Outcome) {
    let (key, work) = env.of_server.pop().expect("a request");
    assert!(matches!(&work, Work::Http(request) if request.url == "http://10.0.0.9/status"), "{work:?}");
    env.input(Input::Work { key, outcome });
    env.settle();
}

fn http(status: u16, body: &str) -> Outcome {
    let body = body.to_owned();
    Outcome::Http(HttpResponse { status, headers: Vec::new(), body, took: Span::millis(40) })
}

#[test]
fn a_web_sensor_takes_its_part_of_the_answer_and_has_no_value_when_there_is_none() {
    let (mut env, id) = one(adjunct(
        "HttpRequestSensor",
        [
            ("name", json!("queue")),
            ("uri", json!("http://10.0.0.9/status")),
            ("jsonPath", json!("$.queue.length")),
            ("targetType", json!("integer")),
            ("period", json!("10s")),
        ],
    ));
    answer(&mut env, http(200, r#"{ "queue": { "length": "7" } }"#));
    assert_eq!((env.sensor(&id, "queue"), env.trouble(&id)), (Some(json!(7)), None));
    env.wait(Span::secs(11));
    answer(&mut env, http(503, ""));
    assert_eq!(env.sensor(&id, "queue"), None);
    assert_eq!(env.trouble(&id), Some("http://10.0.0.9/status gave no value: status 503"));
    env.wait(Span::secs(11));
    answer(&mut env, Outcome::Failed("connection refused".to_owned()));
    assert!(env.trouble(&id).expect("it says why").ends_with("connection refused"));
}

#[test]
fn a_latency_is_that_of_the_last_answer_and_of_the_last_while() {
    let (mut env, id) = one(adjunct(
        "HttpLatencyDetector",
        [
            ("url", json!("http://10.0.0.9/status")),
            ("requireServiceUp", json!(false)),
            ("rollup", json!("1m")),
        ],
    ));
    answer(&mut env, http(200, ""));
    assert_eq!(env.sensor(&id, "web.request.latency.last"), Some(json!(40.0)));
    assert_eq!(env.sensor(&id, "web.request.latency.windowed"), Some(json!(40.0)));
}

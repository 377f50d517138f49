//! Policies about machines and members that fail, and clusters that are stopped.

use base::{EntityId, Span};
use brownstone_engine::{Lifecycle, Status};
use model::spec::{AdjunctSpec, EntitySpec};
use serde_json::{Value, json};

use super::adjunct;
use crate::env::{Env, host};
use crate::specs::{self, of_type, with};

/// A running cluster of two with these policies.
fn cluster(member: &EntitySpec, policies: Vec<AdjunctSpec>) -> (Env, EntityId) {
    let mut env = Env::new();
    let mut spec = with(
        of_type("DynamicCluster", "c"),
        [
            ("cluster.initial.size", json!(2)),
            ("dynamiccluster.memberspec", json!({ "$brooklyn:entitySpec": member })),
        ],
    );
    spec.adjuncts = policies;
    env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    let id = env.named("c");
    assert_eq!(env.state(&id), Some(Lifecycle::Running));
    (env, id)
}

fn members(env: &Env, id: &EntityId) -> Vec<EntityId> {
    env.root.members(id).map(|m| m.id.clone()).collect()
}

fn calls(env: &Env, id: &EntityId, effector: &str) -> usize {
    env.root.tasks_of(id).filter(|t| t.call.as_ref().is_some_and(|c| c.effector == effector)).count()
}

#[test]
fn a_member_that_its_restarter_gave_up_is_replaced() {
    let (mut env, c) = cluster(&specs::vanilla("m"), vec![adjunct("ServiceReplacer", [])]);
    let before = members(&env, &c);
    env.set(&before[0], "ha.entityFailed", json!("not this one"));
    assert_eq!(members(&env, &c), before);
    env.set(&before[0], "ha.entityFailed.restart", json!("gave up"));
    let after = members(&env, &c);
    assert_eq!(after.len(), 2);
    assert!(!after.contains(&before[0]) && after.contains(&before[1]));
    assert!(env.root.entity(&before[0]).is_none(), "the old one is gone");
    let task = env.root.tasks_of(&c).find(|t| t.name == "replaceMember").expect("a call");
    assert_eq!(task.caller.as_ref().map(|c| c.user.as_str()), Some("ServiceReplacer"));
}

#[test]
fn after_too_many_replacements_that_fail_no_more_are_tried_until_time_has_passed() {
    let replacer = adjunct(
        "ServiceReplacer",
        [("failOnNumRecurringFailures", json!(2)), ("failOnRecurringFailuresInThisDuration", json!("1m"))],
    );
    let told = adjunct(
        "InvokeEffectorOnSensorChange",
        [("sensor", json!("ha.entityFailed.replacement")), ("effector", json!("resize"))],
    );
    let (mut env, c) = cluster(&specs::vanilla("m"), vec![replacer, told]);
    env.machine.exits.insert("launch".to_owned(), 3);
    let before = members(&env, &c);
    let fails = |env: &mut Env| {
        env.set(&before[0], "ha.entityFailed.restart", json!("gave up"));
        calls(env, &c, "replaceMember")
    };
    assert_eq!((fails(&mut env), fails(&mut env)), (1, 2));
    assert!(env.root.tasks_of(&c).filter(|t| t.name == "replaceMember").all(|t| t.status == Status::Failed));
    let said = env.sensor(&c, "service.problems").and_then(|p| p.get("ServiceReplacer").cloned());
    assert!(said.and_then(|v| Some(v.as_str()?.starts_with("replacement failed: "))).unwrap_or(false));
    // What was told of failures outlasts the master.
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.settle();
    assert_eq!(fails(&mut env), 2, "no third one");
    assert_eq!(members(&env, &c), before, "the old one stays");
    env.wait(Span::secs(90));
    assert_eq!(fails(&mut env), 3, "those that failed are long ago");
}

#[test]
fn a_machine_that_does_not_do_as_it_is_told_is_told_once_and_its_recovery_too() {
    let detector = adjunct("SshMachineFailureDetector", [("ha.sshConnection.timeout", json!("5s"))]);
    let told = |sensor: &str, effector: &str| {
        adjunct("InvokeEffectorOnSensorChange", [("sensor", json!(sensor)), ("effector", json!(effector))])
    };
    let mut env = Env::new();
    let mut spec = specs::with_effector(specs::vanilla("web"), "backup", "echo");
    spec = specs::with_effector(spec, "relax", "echo");
    spec.adjuncts =
        vec![detector, told("ha.connectionFailed", "backup"), told("ha.connectionRecovered", "relax")];
    env.deploy(specs::app_at("Shop", specs::byon(&["10.0.0.1"]), vec![spec]));
    env.settle();
    let id = env.named("web");
    let seen = |env: &Env| (calls(env, &id, "backup"), calls(env, &id, "relax"));
    env.wait(Span::secs(180));
    assert!(env.machine.began.iter().any(|s| s == "check-machine"));
    assert_eq!(seen(&env), (0, 0));
    env.machine.exits.insert("check-machine".to_owned(), 255);
    env.wait(Span::secs(200));
    assert_eq!(seen(&env), (1, 0), "once, however long it lasts");
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.wait(Span::secs(200));
    assert_eq!(seen(&env), (1, 0), "a new master does not tell it again");
    env.machine.exits.remove("check-machine");
    env.wait(Span::secs(200));
    assert_eq!(seen(&env), (1, 1));
}

#[test]
fn the_scaler_of_a_stopped_cluster_does_nothing_until_that_is_started_again() {
    let scaler = adjunct("AutoScalerPolicy", [("metric", json!("load")), ("metricUpperBound", json!(100))]);
    let (mut env, c) = cluster(&specs::vanilla("m"), vec![scaler]);
    env.invoke(&c, "stop");
    env.settle();
    assert_eq!(env.state(&c), Some(Lifecycle::Stopped));
    let calls_before = calls(&env, &c, "resize");
    let load = |env: &mut Env, value: Value| {
        env.set(&c, "load", value);
        env.wait(Span::secs(30));
    };
    load(&mut env, json!(1000));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    load(&mut env, json!(2000));
    assert_eq!((members(&env, &c).len(), calls(&env, &c, "resize")), (0, calls_before));
    env.invoke(&c, "start");
    env.settle();
    assert_eq!(members(&env, &c).len(), 2);
    load(&mut env, json!(150));
    assert_eq!(members(&env, &c).len(), 3, "it goes on");
}

//! Policies: what they call and tell, and what of it outlasts a take-over.

use base::{EntityId, Span};
use brownstone_engine::input::Command;
use brownstone_engine::{Lifecycle, Status};
use model::spec::AdjunctSpec;
use serde_json::{Value, json};

use super::{adjunct, with_adjunct};
use crate::env::{Env, host};
use crate::specs::{self, of_type, with};

/// A running process with some adjuncts and an effector `backup`.
fn process(adjuncts: Vec<AdjunctSpec>) -> (Env, EntityId) {
    let mut env = Env::new();
    let mut spec = specs::with_effector(specs::vanilla("web"), "backup", "echo $count");
    spec.adjuncts = adjuncts;
    env.deploy(specs::app("Shop", vec![spec]));
    env.settle();
    let id = env.named("web");
    (env, id)
}

/// A running cluster of two with one policy.
fn cluster(policy: AdjunctSpec) -> (Env, EntityId) {
    let mut env = Env::new();
    let spec = with(
        of_type("DynamicCluster", "c"),
        [
            ("cluster.initial.size", json!(2)),
            ("dynamiccluster.memberspec", json!({ "$brooklyn:entitySpec": specs::vanilla("m") })),
        ],
    );
    env.deploy(specs::app("Shop", vec![with_adjunct(spec, policy)]));
    env.settle();
    let id = env.named("c");
    assert_eq!(env.state(&id), Some(Lifecycle::Running));
    (env, id)
}

/// How often an effector of an entity was called.
fn calls(env: &Env, id: &EntityId, effector: &str) -> usize {
    env.root.tasks_of(id).filter(|t| t.call.as_ref().is_some_and(|c| c.effector == effector)).count()
}

#[test]
fn a_periodic_call_goes_on_where_it_was_after_a_take_over() {
    let policy = adjunct(
        "PeriodicEffectorPolicy",
        [("effector", json!("backup")), ("period", json!("10s")), ("args", json!({ "count": 3 }))],
    );
    let (mut env, id) = process(vec![policy]);
    env.wait(Span::secs(9));
    assert_eq!(calls(&env, &id, "backup"), 0, "the first is due after a period");
    env.wait(Span::secs(2));
    assert_eq!(calls(&env, &id, "backup"), 1);
    let task = env.root.tasks_of(&id).last().expect("the call");
    assert_eq!(task.caller.as_ref().map(|c| c.user.as_str()), Some("PeriodicEffectorPolicy"));
    assert_eq!(task.call.as_ref().and_then(|c| c.params.get("count")), Some(&json!(3)));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.wait(Span::secs(8));
    assert_eq!(calls(&env, &id, "backup"), 1);
    env.wait(Span::secs(2));
    assert_eq!(calls(&env, &id, "backup"), 2, "when it was due, not a period after the take-over");
}

#[test]
fn a_scheduled_call_happens_once_and_when_a_sensor_says_so() {
    let policy = adjunct("ScheduledEffectorPolicy", [("effector", json!("backup")), ("wait", json!("5s"))]);
    let (mut env, id) = process(vec![policy]);
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.wait(Span::secs(20));
    assert_eq!(calls(&env, &id, "backup"), 1);
    env.set(&id, "scheduler.invoke.now", json!(true));
    assert_eq!(calls(&env, &id, "backup"), 2);
    env.set(&id, "scheduler.invoke.at", json!("soon"));
    assert!(env.trouble(&id).expect("it cannot").contains("HH:mm:ss"));
}

#[test]
fn an_entity_is_stopped_when_its_lifetime_is_over() {
    let (mut env, id) = process(vec![adjunct("StopAfterDurationPolicy", [("lifetime", json!("30s"))])]);
    env.wait(Span::secs(20));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.wait(Span::secs(5));
    assert_eq!(env.state(&id), Some(Lifecycle::Running));
    env.wait(Span::secs(10));
    assert_eq!((env.state(&id), calls(&env, &id, "stop")), (Some(Lifecycle::Stopped), 1));
}

#[test]
fn a_process_that_dies_is_restarted_and_given_up_when_it_dies_again_soon() {
    let (mut env, id) = process(vec![adjunct("ServiceFailureDetector", []), adjunct("ServiceRestarter", [])]);
    let kill = |env: &mut Env| {
        let pid_file = env.machine.alive.keys().next().expect("a process").clone();
        env.machine.die(&pid_file);
        env.settle();
    };
    kill(&mut env);
    assert_eq!((env.state(&id), calls(&env, &id, "restart")), (Some(Lifecycle::Running), 1));
    env.wait(Span::secs(10));
    kill(&mut env);
    assert_eq!((env.state(&id), calls(&env, &id, "restart")), (Some(Lifecycle::OnFire), 1));
}

#[test]
fn a_failure_burns_only_after_it_has_lasted() {
    let slow = adjunct("ServiceFailureDetector", [("serviceOnFire.stabilizationDelay", json!("10s"))]);
    let (mut env, id) = process(vec![slow]);
    env.set(&id, "service.problems", json!({ "disk": "full" }));
    assert_eq!(env.state(&id), Some(Lifecycle::Running));
    env.wait(Span::secs(5));
    env.set(&id, "service.problems", json!({}));
    env.set(&id, "service.problems", json!({ "disk": "full" }));
    env.wait(Span::secs(9));
    assert_eq!(env.state(&id), Some(Lifecycle::Running));
    env.wait(Span::secs(2));
    assert_eq!(env.state(&id), Some(Lifecycle::OnFire));
}

#[test]
fn a_cluster_grows_and_shrinks_with_its_metric_within_its_limits() {
    let scaler = adjunct(
        "AutoScalerPolicy",
        [
            ("metric", json!("load")),
            ("metricLowerBound", json!(10)),
            ("metricUpperBound", json!(100)),
            ("maxPoolSize", json!(4)),
        ],
    );
    let (mut env, id) = cluster(scaler);
    let size = |env: &Env| env.root.members(&id).count();
    for (metric, then) in [(50.0, 2), (150.0, 3), (1000.0, 4), (1.0, 1)] {
        env.set(&id, "load", json!(metric));
        env.wait(Span::secs(1));
        assert_eq!(size(&env), then, "at {metric}");
    }
}

#[test]
fn a_wish_to_grow_must_last() {
    let scaler = adjunct(
        "AutoScalerPolicy",
        [
            ("metric", json!("load")),
            ("metricUpperBound", json!(100)),
            ("resizeUpStabilizationDelay", json!("10s")),
        ],
    );
    let (mut env, id) = cluster(scaler);
    let size = |env: &Env| env.root.members(&id).count();
    env.set(&id, "load", json!(150));
    env.wait(Span::secs(5));
    env.set(&id, "load", json!(50));
    env.set(&id, "load", json!(150));
    env.wait(Span::secs(9));
    assert_eq!(size(&env), 2);
    env.wait(Span::secs(2));
    assert_eq!(size(&env), 3);
}

#[test]
fn an_effector_is_called_at_each_change_and_for_each_element() {
    let (mut env, id) = process(vec![adjunct(
        "InvokeEffectorOnSensorChange",
        [("sensor", json!("a")), ("effector", json!("backup"))],
    )]);
    env.set(&id, "a", json!(1));
    env.set(&id, "a", json!(1));
    assert_eq!(calls(&env, &id, "backup"), 2);
    let (mut env, id) = process(vec![adjunct(
        "InvokeEffectorOnCollectionSensorChange",
        [("sensor", json!("list")), ("onAdded", json!("backup")), ("parameterName", json!("count"))],
    )]);
    env.set(&id, "list", json!([1, 2]));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.settle();
    env.set(&id, "list", json!([2, 3]));
    let given: Vec<Value> =
        env.root.tasks_of(&id).filter_map(|t| t.call.as_ref()?.params.get("count").cloned()).collect();
    assert_eq!(given, [json!(1), json!(2), json!(3)]);
}

#[test]
fn a_policy_rests_between_two_signals() {
    let mut calling =
        adjunct("InvokeEffectorOnSensorChange", [("sensor", json!("a")), ("effector", json!("backup"))]);
    calling.name = Some("calling".to_owned());
    let suspending = adjunct("ConditionalSuspendPolicy", [("target", json!("calling"))]);
    let (mut env, id) = process(vec![calling, suspending]);
    env.set(&id, "ha.connectionFailed", json!("x"));
    env.set(&id, "a", json!(1));
    assert_eq!(calls(&env, &id, "backup"), 0);
    env.set(&id, "ha.connectionRecovered", json!("x"));
    env.set(&id, "a", json!(2));
    assert_eq!(calls(&env, &id, "backup"), 1);
}

#[test]
fn each_member_gets_what_its_group_gives_once() {
    let policy = adjunct(
        "GroupsChangePolicy",
        [(
            "member.enrichers",
            json!([{ "type": "Transformer", "brooklyn.config": { "sourceSensor": "a", "targetSensor": "b" } }]),
        )],
    );
    let (mut env, id) = cluster(policy);
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.settle();
    let members: Vec<EntityId> = env.root.members(&id).map(|m| m.id.clone()).collect();
    for member in members {
        env.set(&member, "a", json!(1));
        assert_eq!(env.sensor(&member, "b"), Some(json!(1)));
        assert_eq!(env.entity(&member).adjuncts.size(), 1);
    }
}

#[test]
fn a_primary_is_elected_and_another_when_it_is_lost() {
    let (mut env, id) = cluster(adjunct("ElectPrimaryPolicy", []));
    let members: Vec<EntityId> = env.root.members(&id).map(|m| m.id.clone()).collect();
    let primary =
        |env: &Env| env.sensor(&id, "primary").and_then(|v| Some(v.get("id")?.as_str()?.to_owned()));
    env.wait(Span::secs(5));
    assert_eq!(primary(&env).as_deref(), Some(members[0].as_str()));
    let stop = Command::Invoke { entity: members[0].clone(), effector: "stop".to_owned(), params: [].into() };
    env.command(stop);
    env.wait(Span::secs(5));
    assert_eq!(primary(&env).as_deref(), Some(members[1].as_str()));
}

#[test]
fn a_connection_that_fails_is_told_once_and_its_recovery_too() {
    let detector = adjunct("ConnectionFailureDetector", [("endpoint", json!("10.0.0.9:80"))]);
    let told = |sensor: &str| {
        adjunct("InvokeEffectorOnSensorChange", [("sensor", json!(sensor)), ("effector", json!("backup"))])
    };
    let (mut env, id) = process(vec![detector, told("ha.connectionFailed")]);
    env.machine.exits.insert("connect".to_owned(), 1);
    env.wait(Span::secs(5));
    assert_eq!(calls(&env, &id, "backup"), 1);
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.wait(Span::secs(5));
    assert_eq!(calls(&env, &id, "backup"), 1, "a new master does not tell it again");
    assert!(env.root.tasks_of(&id).all(|t| t.status == Status::Completed));
}

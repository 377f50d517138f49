//! What runs on when its master goes: scripts of which it is known, and those of which nobody has heard.

use base::{EntityId, TaskId};
use brownstone_engine::effect::{Reply, Work};
use brownstone_engine::input::Command;
use brownstone_engine::{Lifecycle, Status};
use model::spec::LocationSpec;
use serde_json::json;

use crate::env::{Env, host};
use crate::specs;

/// An entity whose launch has begun when its master goes, before anybody has heard of it, and the launch.
fn launched_unheard(location: LocationSpec) -> (Env, EntityId, TaskId) {
    let mut env = Env::new();
    env.machine.hang.push("launch".to_owned());
    env.machine.begins_unheard = true;
    env.deploy(specs::app_at("Shop", location, vec![specs::vanilla("web")]));
    let asked = |env: &Env| env.asked().into_iter().any(|(_, work)| is_launch(&work));
    while !asked(&env) {
        assert!(env.turn());
    }
    let launch = env.root.tasks().find(|t| t.name == "launch").expect("a launch").id.clone();
    let launch = env.root.sub_tasks(&launch).next().map_or(launch.clone(), |t| t.id.clone());
    assert!(env.task(&launch).process.is_none());
    env.take_over("node2", host("A", "boot1"), "node1 was killed");
    assert_eq!(env.machine.running_scripts(), ["launch"]);
    let web = env.named("web");
    (env, web, launch)
}

fn is_launch(work: &Work) -> bool {
    matches!(work, Work::Script(script) if script.name == "launch")
}

fn everywhere(scene: impl Fn(LocationSpec)) {
    scene(specs::localhost());
    scene(specs::byon(&["10.0.0.1"]));
}

#[test]
fn a_call_that_nobody_had_heard_of_is_remembered_while_its_script_runs() {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", vec![specs::with_effector(specs::vanilla("web"), "backup", "sleep 9")]));
    env.settle();
    env.machine.hang.push("backup".to_owned());
    env.machine.begins_unheard = true;
    let web = env.named("web");
    let call = env.invoke(&web, "backup");
    env.take_over("node2", host("A", "boot1"), "node1 was killed");
    env.settle();
    // Every step has compared the index of what may be forgotten with the state.
    assert!(env.task(&call).process.is_some(), "it was found");
}

#[test]
fn a_script_that_nobody_had_heard_of_is_found_and_holds_a_start_up_until_it_is_cancelled() {
    everywhere(|location| {
        let (mut env, web, launch) = launched_unheard(location);
        // At once, before it was looked for.
        let start = env.invoke(&web, "start");
        env.settle();
        assert_eq!(env.status(&start), Status::Failed);
        let said = env.task(&start).result.to_string();
        assert!(said.contains("cancel task") && said.contains(launch.as_str()), "{said}");
        assert!(env.task(&launch).process.is_some(), "it is known now");

        assert_eq!(env.command(Command::Cancel { task: launch.clone() }), Reply::Value(json!(true)));
        env.settle();
        assert!(env.machine.running_scripts().is_empty());
        assert_eq!(env.command(Command::Cancel { task: launch }), Reply::Value(json!(false)));
        env.machine.hang.clear();
        let start = env.invoke(&web, "start");
        env.settle();
        assert_eq!(env.status(&start), Status::Completed, "{:?}", env.task(&start).result);
        assert_eq!((env.machine.alive.len(), env.machine.doubles), (1, 0));
    });
}

#[test]
fn a_cancel_ends_a_script_that_was_not_found_yet() {
    everywhere(|location| {
        let (mut env, _, launch) = launched_unheard(location);
        assert_eq!(env.command(Command::Cancel { task: launch.clone() }), Reply::Value(json!(true)));
        env.settle();
        assert!(env.machine.running_scripts().is_empty());
        assert!(env.task(&launch).process.is_none());
    });
}

#[test]
fn stop_restart_and_delete_end_what_an_interrupted_start_left() {
    everywhere(|location| {
        for asked in ["stop", "restart", "delete"] {
            let (mut env, web, _) = launched_unheard(location.clone());
            let scripts = env.machine.running_scripts().len();
            assert_eq!(scripts, 1);
            if asked == "delete" {
                let app = env.named("Shop");
                env.command(Command::Delete { app });
            } else {
                env.invoke(&web, asked);
            }
            while env.machine.running_scripts().iter().any(|s| s == "launch") && env.turn() {}
            env.machine.hang.clear();
            env.settle();
            let alive = usize::from(asked == "restart");
            assert_eq!((env.machine.alive.len(), env.machine.doubles), (alive, 0), "{asked}");
            match asked {
                "stop" => assert_eq!(env.state(&web), Some(Lifecycle::Stopped)),
                "restart" => assert_eq!(env.state(&web), Some(Lifecycle::Running)),
                _ => assert_eq!(env.root.entity_count(), 0),
            }
        }
    });
}

#[test]
fn a_machine_that_does_not_answer_keeps_a_start_from_guessing() {
    let (mut env, web, _) = launched_unheard(specs::byon(&["10.0.0.1"]));
    env.machine.unreachable.push("10.0.0.1".to_owned());
    env.settle();
    let start = env.invoke(&web, "start");
    env.settle();
    assert_eq!(env.status(&start), Status::Failed);
    let said = env.task(&start).result.to_string();
    assert!(said.contains("could not be looked for") && said.contains("10.0.0.1"), "{said}");
}

#[test]
fn a_cancel_that_its_master_did_not_get_to_is_carried_out_by_the_next() {
    let mut env = Env::new();
    env.machine.hang.push("launch".to_owned());
    env.deploy(specs::app_at("Shop", specs::localhost(), vec![specs::vanilla("web")]));
    while !env.machine.running_scripts().iter().any(|s| s == "launch") {
        assert!(env.turn());
    }
    let launch = env.root.tasks().find(|t| t.process.is_some()).expect("a script").id.clone();
    env.machine.deaf = true;
    env.command(Command::Cancel { task: launch.clone() });
    assert_eq!(env.machine.running_scripts(), ["launch"]);
    env.machine.deaf = false;
    env.take_over("node2", host("A", "boot1"), "node1 was killed");
    env.settle();
    assert!(env.machine.running_scripts().is_empty());
    assert!(env.task(&launch).process.is_none());
}

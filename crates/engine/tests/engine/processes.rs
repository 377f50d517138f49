//! Processes: started, watched, stopped, restarted; effectors; cancelling.

use base::Span;
use brownstone_engine::effect::{Refusal, Reply};
use brownstone_engine::input::Command;
use brownstone_engine::{Lifecycle, Status};
use serde_json::json;

use crate::env::{Env, refusal, task_of};
use crate::specs;

#[test]
fn a_process_is_installed_customised_launched_and_watched() {
    let mut env = Env::new();
    let (app, task) = env.deploy(specs::app("Shop", vec![specs::vanilla("web"), specs::empty("box")]));
    let web = env.named("web");
    assert_eq!(env.state(&web), Some(Lifecycle::Starting));
    assert_eq!(env.state(&app), Some(Lifecycle::Starting));
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::Running), "{:?}", env.task(&task).result);
    assert_eq!(env.machine.began, ["install", "customize", "launch"]);
    assert_eq!(
        env.outline(&task),
        [
            "start: Completed",
            "  invoking start[locations] on 2 nodes: Completed",
            "    start: Completed",
            "      pre-start: Completed",
            "      install: Completed",
            "      customize: Completed",
            "      launch: Completed",
            "      post-start: Completed",
            "    start: Completed",
            "      pre-start: Completed",
            "      post-start: Completed",
        ]
    );
    let entity = env.entity(&web);
    assert_eq!(entity.sensor("service.isUp"), Some(&json!(true)));
    assert_eq!(entity.sensor("service.process.isRunning"), Some(&json!(true)));
    assert_eq!(entity.sensor("service.notUp.indicators"), Some(&json!({})));
    assert_eq!(entity.sensor("host.address"), Some(&json!("10.0.0.1")));
    let run_dir = format!("/tmp/brooklyn-tester/apps/{app}/entities/VanillaSoftwareProcess_{web}");
    assert_eq!(entity.sensor("run.dir"), Some(&json!(run_dir)));
    assert!(entity.process.is_some());

    let launch = &env.machine.scripts_seen[2];
    let value = |name: &str| launch.env.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    assert_eq!(value("GREETING"), Some("hello"));
    assert_eq!(value("N"), Some("3"));
    assert_eq!(value("DB_PASSWORD"), Some("hunter2"));
    assert_eq!(value("PID_FILE"), Some(format!("{run_dir}/pid.txt").as_str()));
    assert_eq!(launch.cwd, run_dir);
    let task = env.root.tasks().find(|t| t.name == "launch").expect("a launch task");
    let stream = |name: &str| task.streams.get(name).map(|s| s.head.clone()).unwrap_or_default();
    assert!(stream("stdin").contains("sleep 1000"));
    assert_eq!(stream("stdout"), "launch said hello\n");
    assert!(stream("env").contains("GREETING=hello\n"));
    assert!(!stream("env").contains("hunter2"), "no secret is recorded in a stream");
}

#[test]
fn a_failing_launch_leaves_the_entity_on_fire_with_the_reason() {
    let mut env = Env::new();
    env.machine.exits.insert("launch".to_owned(), 3);
    let (app, task) = env.deploy(specs::app("Shop", vec![specs::vanilla("web")]));
    env.settle();
    let web = env.named("web");
    assert_eq!(env.state(&web), Some(Lifecycle::OnFire));
    assert_eq!(env.entity(&web).expected(), Some(Lifecycle::OnFire));
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    assert_eq!(env.entity(&app).expected(), Some(Lifecycle::Running));
    assert_eq!(env.status(&task), Status::Failed);
    let why = env.task(&task).result.as_str().unwrap_or_default().to_owned();
    for part in ["web", "launch.command", "sleep 1000", "exit code 3", "it went wrong"] {
        assert!(why.contains(part), "{part} in {why}");
    }
    // Calling it again works.
    env.machine.exits.clear();
    let again = env.invoke(&web, "start");
    env.settle();
    assert_eq!(env.status(&again), Status::Completed);
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn a_start_without_location_fails_at_once() {
    let mut env = Env::new();
    let mut spec = specs::app("Shop", vec![specs::vanilla("web")]);
    spec.root.locations = None;
    let (_, task) = env.deploy(spec);
    env.settle();
    assert_eq!(env.state(&env.named("web")), Some(Lifecycle::OnFire));
    let why = env.task(&task).result.to_string();
    assert!(why.contains("No locations specified when starting VanillaSoftwareProcessImpl"), "{why}");
    assert!(env.machine.began.is_empty());
}

#[test]
fn a_process_that_never_shows_fails_its_start_at_the_limit() {
    let mut env = Env::new();
    env.machine.stillborn = true;
    let web = specs::with(specs::vanilla("web"), [("start.timeout", json!("20s"))]);
    let before = env.at.now;
    let (_, task) = env.deploy(specs::app("Shop", vec![web]));
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    let why = env.task(&task).result.to_string();
    assert!(why.contains("did not pass is-running check within the required 20s limit"), "{why}");
    let took = env.at.now.since(before);
    assert!(took >= Span::secs(20) && took < Span::secs(21), "{took}");
}

#[test]
fn the_end_of_a_process_is_noticed_at_once_and_its_return_too() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::vanilla("web")]));
    env.settle();
    let web = env.named("web");
    let pid_file = env.entity(&web).place.as_ref().expect("a place").pid_file();
    let process = env.machine.alive[&pid_file].clone();
    env.machine.die(&pid_file);
    assert!(env.turn());
    assert_eq!(env.state(&web), Some(Lifecycle::OnFire));
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    let entity = env.entity(&web);
    assert_eq!(entity.sensor("service.process.isRunning"), Some(&json!(false)));
    assert!(entity.process.is_none());
    let problems = entity.sensor("service.problems").expect("problems").to_string();
    assert!(problems.contains("does not appear to be running: it has ended"), "{problems}");

    // Somebody starts it by hand: the next poll finds it.
    env.machine.alive.insert(pid_file, process);
    env.pass(Span::secs(11));
    assert_eq!(env.state(&web), Some(Lifecycle::Running));
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn polls_of_what_has_not_changed_make_no_record() {
    let mut env = Env::new();
    let check = [("checkRunning.command", json!("curl -f localhost"))];
    env.deploy(specs::app("Shop", vec![specs::with(specs::vanilla("web"), check)]));
    env.settle();
    let records = env.log.len();
    let before = env.machine.began.len();
    env.pass(Span::secs(60));
    assert!(env.machine.began.len() >= before + 10, "{:?}", env.machine.began);
    assert_eq!(env.log.len(), records);
}

#[test]
fn a_check_command_decides() {
    let mut env = Env::new();
    let check = [("checkRunning.command", json!("curl -f localhost"))];
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::with(specs::vanilla("web"), check)]));
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    env.machine.exits.insert("check-running".to_owned(), 7);
    env.pass(Span::secs(6));
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    let problems = env.entity(&env.named("web")).sensor("service.problems").expect("problems").to_string();
    assert!(problems.contains("exit code 7"), "{problems}");
    env.machine.exits.clear();
    env.pass(Span::secs(6));
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn blank_commands_run_at_once() {
    let mut env = Env::new();
    let blank = [
        ("install.command", json!("")),
        ("customize.command", json!("")),
        ("launch.command", json!("")),
        ("checkRunning.command", json!("")),
    ];
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::with(specs::vanilla("web"), blank)]));
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    assert!(env.machine.began.is_empty());
}

#[test]
fn monitoring_that_is_switched_off_leaves_the_process_alone() {
    let mut env = Env::new();
    let off = [("sshMonitoring.enabled", json!(false))];
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::with(specs::vanilla("web"), off)]));
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    let pid_file = env.entity(&env.named("web")).place.as_ref().expect("a place").pid_file();
    env.machine.die(&pid_file);
    env.pass(Span::secs(30));
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn a_stopped_process_is_gone_and_can_be_started_again() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::vanilla("web")]));
    env.settle();
    let web = env.named("web");
    let stop = env.invoke(&web, "stop");
    assert_eq!(env.entity(&web).is_up(), Some(false));
    env.settle();
    assert_eq!(env.status(&stop), Status::Completed, "{:?}", env.task(&stop).result);
    assert_eq!(env.state(&web), Some(Lifecycle::Stopped));
    assert_eq!(env.state(&app), Some(Lifecycle::Running), "a stopped child does not count");
    assert!(env.machine.alive.is_empty());
    assert!(env.entity(&web).sensor("host.address").is_none());
    let start = env.invoke(&web, "start");
    env.settle();
    assert_eq!(env.status(&start), Status::Completed);
    assert_eq!(env.machine.alive.len(), 1);
    // A second start finds it running.
    let start = env.invoke(&web, "start");
    env.settle();
    assert_eq!(env.status(&start), Status::Completed);
    assert_eq!(env.machine.doubles, 0);
    assert_eq!(env.state(&web), Some(Lifecycle::Running));
}

#[test]
fn a_stop_command_is_used_and_its_failure_does_not_keep_the_process() {
    let mut env = Env::new();
    let stop = [("stop.command", json!("./stop.sh"))];
    env.deploy(specs::app("Shop", vec![specs::with(specs::vanilla("web"), stop)]));
    env.settle();
    env.machine.exits.insert("stop".to_owned(), 1);
    let web = env.named("web");
    let stop = env.invoke(&web, "stop");
    env.settle();
    assert_eq!(env.status(&stop), Status::Completed);
    assert!(env.machine.began.contains(&"stop".to_owned()));
    assert!(env.machine.alive.is_empty());
}

#[test]
fn a_restart_launches_anew_without_installing() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app("Shop", vec![specs::vanilla("web")]));
    env.settle();
    let web = env.named("web");
    let first = env.entity(&web).process.clone();
    let restart = env.invoke(&web, "restart");
    env.settle();
    assert_eq!(env.status(&restart), Status::Completed, "{:?}", env.outline(&restart));
    assert_eq!(env.machine.began, ["install", "customize", "launch", "launch"]);
    assert_ne!(env.entity(&web).process, first);
    assert_eq!(env.machine.doubles, 0);
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn stopping_or_deleting_an_application_ends_all_and_removes_its_folders() {
    for delete in [false, true] {
        let mut env = Env::new();
        let (app, _) = env.deploy(specs::app("Shop", vec![specs::vanilla("a"), specs::vanilla("b")]));
        env.settle();
        let task = if delete {
            task_of(env.command(Command::Delete { app: app.clone() })).1
        } else {
            env.invoke(&app, "stop")
        };
        env.settle();
        assert_eq!(env.status(&task), Status::Completed, "{:?}", env.outline(&task));
        assert_eq!(env.root.entity_count(), 0);
        assert!(env.machine.alive.is_empty());
        assert_eq!(env.machine.removed.len(), 2);
    }
}

#[test]
fn an_application_is_deleted_while_it_starts() {
    let mut env = Env::new();
    env.machine.hang.push("install".to_owned());
    let (app, start) = env.deploy(specs::app("Shop", vec![specs::vanilla("web")]));
    for _ in 0..5 {
        env.turn();
    }
    let (_, task) = task_of(env.command(Command::Delete { app: app.clone() }));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed);
    assert_eq!(env.root.entity_count(), 0);
    assert!(env.machine.running_scripts().is_empty());
    assert!(env.root.task(&start).is_none_or(|t| t.status == Status::Cancelled));
}

#[test]
fn a_shell_effector_gets_its_parameters_and_returns_what_it_prints() {
    let mut env = Env::new();
    let web = specs::with_effector(specs::vanilla("web"), "greet", "echo $GREETING $count");
    let plain = specs::with_effector(specs::basic("plain"), "greet", "echo $count");
    env.deploy(specs::app("Shop", vec![web, plain]));
    env.settle();
    let web = env.named("web");
    let names: Vec<String> = env.root.effectors(&web).map(|e| e.name().into_owned()).collect();
    assert_eq!(names[0], "greet");
    assert!(names.contains(&"restart".to_owned()));
    let task = env.invoke_with(&web, "greet", [("GREETING", json!("hi")), ("count", json!("5"))]);
    env.settle();
    assert_eq!(env.task(&task).result, json!("greet said hello\n"));
    let script = env.machine.scripts_seen.last().expect("a script");
    let value = |name: &str| script.env.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    assert_eq!((value("GREETING"), value("count")), (Some("hi"), Some("5")));
    env.machine.exits.insert("greet".to_owned(), 2);
    let task = env.invoke(&env.named("plain"), "greet");
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    assert_eq!(env.state(&web), Some(Lifecycle::Running), "a failed effector sets nothing on fire");

    let command = |effector: &str, value| Command::Invoke {
        entity: web.clone(),
        effector: effector.to_owned(),
        params: [("count".to_owned(), value)].into(),
    };
    let none = refusal(env.command(command("nope", json!(1))));
    assert_eq!(none.to_string(), format!("Entity '{web}' has no effector with name 'nope'"));
    let wrong = refusal(env.command(command("greet", json!("abc"))));
    assert!(matches!(&wrong, Refusal::Invalid(t) if t.contains("Cannot coerce String \"abc\"")), "{wrong}");
}

#[test]
fn a_cancelled_start_ends_its_script_and_leaves_the_entity_on_fire() {
    let mut env = Env::new();
    env.machine.hang.push("install".to_owned());
    let (app, task) = env.deploy(specs::app("Shop", vec![specs::vanilla("web")]));
    while env.machine.running_scripts().is_empty() {
        assert!(env.turn());
    }
    let install = env.root.tasks().find(|t| t.name == "install").expect("an install task");
    assert!(install.process.is_some(), "a script's process is recorded");
    let install = install.id.clone();
    assert_eq!(env.command(Command::Cancel { task: task.clone() }), Reply::Value(json!(true)));
    assert!(env.machine.running_scripts().is_empty());
    assert!(env.task(&install).process.is_some(), "it was told to end, and may not have");
    env.settle();
    for id in [&task, &install] {
        assert_eq!(env.status(id), Status::Cancelled);
        assert!(env.task(id).process.is_none());
    }
    assert_eq!(env.state(&env.named("web")), Some(Lifecycle::OnFire));
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    assert_eq!(env.command(Command::Cancel { task }), Reply::Value(json!(false)));
}

#[test]
fn a_second_start_does_not_disturb_the_first() {
    let mut env = Env::new();
    let (app, task) = env.deploy(specs::app("Shop", vec![specs::vanilla("web")]));
    let web = env.named("web");
    env.turn();
    let second = env.invoke(&web, "start");
    assert_eq!(env.status(&second), Status::Failed);
    assert!(env.task(&second).result.to_string().contains("is busy"));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed);
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn a_stop_during_a_start_cancels_it() {
    let mut env = Env::new();
    env.machine.hang.push("install".to_owned());
    let (_, task) = env.deploy(specs::app("Shop", vec![specs::vanilla("web")]));
    for _ in 0..6 {
        env.turn();
    }
    let web = env.named("web");
    let stop = env.invoke(&web, "stop");
    env.settle();
    assert_eq!(env.status(&stop), Status::Completed, "{:?}", env.outline(&stop));
    assert_eq!(env.status(&task), Status::Failed);
    assert_eq!(env.state(&web), Some(Lifecycle::Stopped));
}

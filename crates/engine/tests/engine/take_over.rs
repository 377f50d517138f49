//! A new master, at every point of what the earlier one was about.

use std::sync::Arc;

use base::{EntityId, Span};
use brownstone_engine::effect::{Outcome, Reply, Work};
use brownstone_engine::input::{Command, Host, Input};
use brownstone_engine::{Lifecycle, Status, Task};
use model::spec::{EffectorBody, ExecutionTarget, LocationSpec, NewChildren};
use serde_json::json;

use crate::env::{Env, host, task_of};
use crate::phases::limit;
use crate::specs;

/// A plane on which an application runs, or is about to.
type Scene = fn(&mut Env);

fn deploys(env: &mut Env) {
    let location = env.location.clone();
    env.machine.texts.insert("http://x/t".to_owned(), "${entity.id}".to_owned());
    let web = specs::with(
        specs::vanilla("web"),
        [
            ("latch.install", limit(1)),
            ("files.runtime", json!({ "http://x/a": "a" })),
            ("templates.runtime", json!({ "http://x/t": "t" })),
        ],
    );
    env.deploy(specs::app_at("Shop", location, vec![web, specs::empty("box")]));
}

fn deploys_on_one_machine(env: &mut Env) {
    let location = env.location.clone();
    let port = |spec| specs::with_port(spec, "http.port", "8080+");
    let both = specs::same_server("both", vec![port(specs::vanilla("web")), port(specs::machine("box"))]);
    env.deploy(specs::app_at("Shop", location, vec![both]));
}

/// Every kind of effector that calls others, down to a command and a request over HTTP.
fn calls_effectors(env: &mut Env) {
    let location = env.location.clone();
    env.web = Some((200, "{}".to_owned()));
    let asks = EffectorBody::Http(Box::new(specs::http("GET", "http://x/")));
    let web = specs::with_effector(specs::with_id(specs::vanilla("web"), "web"), "note", "echo");
    let web = specs::with_body(
        specs::with_body(web, "ask", asks),
        "both",
        specs::composite(&["ask", "note"], false),
    );
    let front =
        specs::with_body(specs::basic("front"), "again", specs::proxy("$brooklyn:entity(\"web\")", "both"));
    let mut app = specs::app_at("Shop", location, vec![web, front]);
    app.root = specs::with_body(app.root, "all", EffectorBody::ChildrenBatch(specs::batch("again", 1)));
    env.deploy(app);
    env.settle();
    env.invoke(&env.named("Shop"), "all");
}

/// A command on the machines of all children.
fn sweeps(env: &mut Env) {
    let location = env.location.clone();
    let mut app = specs::app_at("Shop", location, vec![specs::vanilla("web"), specs::empty("box")]);
    app.root = specs::with_body(app.root, "sweep", specs::command_on(ExecutionTarget::Children, "echo"));
    env.deploy(app);
    env.settle();
    env.invoke(&env.named("Shop"), "sweep");
}

/// Something that may run already, which its own check tells.
fn deploys_unless_running(env: &mut Env) {
    let location = env.location.clone();
    env.machine.exits.insert("check-running".to_owned(), 1);
    env.machine.passes_once_alive = true;
    let web = specs::with(
        specs::vanilla("web"),
        [("skip.start.ifRunning", json!(true)), ("checkRunning.command", json!("ask"))],
    );
    env.deploy(specs::app_at("Shop", location, vec![web]));
}

/// An effector that adds a child and starts it, and children that somebody adds.
fn adds_children(env: &mut Env) {
    let location = env.location.clone();
    let mut app = specs::app_at("Shop", location, vec![specs::vanilla("web")]);
    let wanted = NewChildren { blueprint: specs::A_SERVER.to_owned(), auto_start: true };
    app.root = specs::with_body(app.root, "more", EffectorBody::AddChildren(wanted));
    env.deploy(app);
    env.settle();
    let shop = env.named("Shop");
    env.invoke(&shop, "more");
    let specs = Arc::new(vec![specs::basic("a"), specs::basic("b")]);
    task_of(env.command(Command::AddChildren { parent: shop, specs, source: String::new(), start: true }));
}

fn stops(env: &mut Env) {
    deploys(env);
    env.settle();
    env.invoke(&env.named("web"), "stop");
}

fn restarts(env: &mut Env) {
    deploys(env);
    env.settle();
    env.invoke(&env.named("web"), "restart");
}

fn deletes(env: &mut Env) {
    deploys(env);
    env.settle();
    task_of(env.command(Command::Delete { app: env.named("Shop") }));
}

/// Runs a scene for `n` turns; whether it went on until then.
fn after(scene: Scene, location: &LocationSpec, n: usize) -> (Env, bool) {
    let mut env = Env::new();
    env.location = location.clone();
    scene(&mut env);
    let on = (0..n).all(|_| env.turn());
    (env, on)
}

#[test]
fn at_any_moment_nothing_goes_on_and_nothing_is_started_twice() {
    at_any_moment(&specs::localhost(), &host("A", "boot1"));
}

#[test]
fn at_any_moment_a_machine_behind_an_sshd_is_neither_leaked_nor_given_twice() {
    at_any_moment(&specs::byon(&["10.0.0.1", "10.0.0.2"]), &host("B", "boot9"));
}

/// Takes over after each turn of each scene, on this host.
fn at_any_moment(location: &LocationSpec, next: &Host) {
    for (name, scene) in [
        ("deploy", deploys as Scene),
        ("deploy on one machine", deploys_on_one_machine),
        ("stop", stops),
        ("restart", restarts),
        ("delete", deletes),
        ("effectors that call others", calls_effectors),
        ("a command on each child", sweeps),
        ("deploy what may run already", deploys_unless_running),
        ("children", adds_children),
    ] {
        for (survives, unheard) in [(true, false), (false, true)] {
            let mut n = 0;
            loop {
                let (mut env, on) = after(scene, location, n);
                env.machine.begins_unheard = unheard;
                let going: Vec<_> =
                    env.root.tasks().filter(|t| !t.is_ended()).map(|t| t.id.clone()).collect();
                if survives {
                    env.machine.finish_leftovers();
                } else {
                    env.machine.kill_leftovers();
                }
                env.take_over("node2", next.clone(), "node1 gave no sign of life for 30s");
                let at = format!("{name}, {n} turns, scripts survive: {survives}, unheard: {unheard}");
                for id in &going {
                    let task = env.task(id);
                    assert_eq!(task.status, Status::Failed, "{at}");
                    let said = task.result.as_str().expect("a text");
                    assert!(
                        said.starts_with("interrupted: master node1 ended (node1 gave no sign"),
                        "{said}"
                    );
                    assert!(said.contains("nothing was re-run"), "{said}");
                    assert!(task.interrupted.as_ref().is_some_and(|i| i.master == "node1"), "{at}");
                }
                let began = env.machine.began.len();
                env.settle();
                assert!(env.root.tasks().all(|t| t.process.is_none()), "{at}: the ends of scripts are seen");
                assert_eq!(env.machine.began.len(), began, "{at}: no script is run again");
                for e in env.root.entities() {
                    assert!(
                        !matches!(e.state(), Some(Lifecycle::Starting | Lifecycle::Stopping)),
                        "{at}: {} is left {:?}",
                        e.name,
                        e.state()
                    );
                }
                bring_up(&mut env, &at);
                take_down(&mut env, &at);
                if !on {
                    break;
                }
                n += 1;
            }
            assert!(n > 1, "{name} takes some turns");
        }
    }
}

/// Calling the effectors again works, whatever was left.
fn bring_up(env: &mut Env, at: &str) {
    let Some(app) = env.root.apps().next().map(|a| a.id.clone()) else { return };
    let start = env.invoke(&app, "start");
    env.settle();
    assert_eq!(env.status(&start), Status::Completed, "{at}: {:?}", env.task(&start).result);
    assert_eq!(env.state(&app), Some(Lifecycle::Running), "{at}");
    assert_eq!(env.machine.alive.len(), 1, "{at}");
    assert_eq!(env.machine.doubles, 0, "{at}: started twice");
}

/// Deleting it leaves nothing behind: every machine can be had again.
fn take_down(env: &mut Env, at: &str) {
    let Some(app) = env.root.apps().next().map(|a| a.id.clone()) else { return };
    let dirs: Vec<String> =
        env.root.entities().filter_map(|e| Some(e.place.as_ref()?.run_dir.clone())).collect();
    task_of(env.command(Command::Delete { app }));
    env.settle();
    assert_eq!(env.root.entity_count(), 0, "{at}");
    assert!(env.machine.alive.is_empty(), "{at}: left running");
    assert!(dirs.iter().all(|dir| env.machine.removed.contains(dir)), "{at}: a folder was left");
}

fn running() -> (Env, EntityId, EntityId) {
    let mut env = Env::new();
    deploys(&mut env);
    env.settle();
    let (app, web) = (env.named("Shop"), env.named("web"));
    (env, app, web)
}

#[test]
fn a_running_process_is_attached_again_and_not_started() {
    let (mut env, app, web) = running();
    let process = env.entity(&web).process.clone();
    let began = env.machine.began.len();
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    let asked = env.asked();
    assert!(matches!(&asked[..], [(_, Work::Watch { known, .. })] if *known == process), "{asked:?}");
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    assert_eq!(env.entity(&web).process, process);
    assert_eq!(env.machine.began.len(), began);
    // It is looked after: its end is noticed.
    let pid_file = env.entity(&web).place.as_ref().expect("a place").pid_file();
    env.machine.die(&pid_file);
    env.turn();
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
}

#[test]
fn a_process_that_died_meanwhile_is_found_gone() {
    let (mut env, app, web) = running();
    env.machine.host_restarts();
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.turn();
    assert_eq!(env.state(&web), Some(Lifecycle::OnFire));
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
}

#[test]
fn after_a_restart_of_the_host_its_processes_are_gone_and_said_so() {
    let (mut env, app, web) = running();
    env.machine.host_restarts();
    env.take_over("node1", host("A", "boot2"), "the host was restarted");
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    let problems = env.entity(&web).sensor("service.problems").expect("problems").to_string();
    assert!(problems.contains("host host-A was restarted"), "{problems}");
    env.settle();
    bring_up(&mut env, "after a restart of the host");
}

#[test]
fn on_another_host_the_process_is_out_of_reach_and_not_started_a_second_time() {
    let (mut env, app, web) = running();
    let began = env.machine.began.len();
    env.take_over("node2", host("B", "boot9"), "node1 gave no sign of life for 30s");
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    let text = "runs on host host-A, which this server cannot reach";
    for map in ["service.problems", "service.notUp.indicators"] {
        assert_eq!(env.entity(&web).sensor(map).and_then(|m| m.get("host")), Some(&json!(text)), "{map}");
    }
    for effector in ["start", "restart", "stop"] {
        let task = env.invoke(&web, effector);
        env.settle();
        assert_eq!(env.status(&task), Status::Failed, "{effector}");
        let why = env.task(&task).result.to_string();
        assert!(why.contains(text) && why.contains("not started a second time"), "{effector}: {why}");
    }
    assert_eq!(env.machine.began.len(), began);
    assert_eq!(env.machine.alive.len(), 1);

    // A master on its own host finds it again.
    env.take_over("node1", host("A", "boot1"), "node2 ended its term");
    env.settle();
    assert!(env.entity(&web).sensor("service.problems").is_none_or(|p| p.get("host").is_none()));
    bring_up(&mut env, "back on its host");
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn a_process_out_of_reach_can_be_given_up() {
    let (mut env, app, web) = running();
    env.take_over("node2", host("B", "boot9"), "node1 gave no sign of life for 30s");
    let stop = env.invoke_with(&web, "stop", [("stopProcessMode", json!("NEVER"))]);
    env.settle();
    assert_eq!(env.status(&stop), Status::Completed, "{:?}", env.outline(&stop));
    env.machine.alive.clear();
    for name in ["web", "box"] {
        let id = env.named(name);
        env.invoke_with(&id, "stop", [("stopProcessMode", json!("NEVER"))]);
        env.settle();
        env.invoke(&id, "start");
        env.settle();
        assert_eq!(env.state(&id), Some(Lifecycle::Running), "{name}");
    }
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    assert_eq!(env.entity(&web).place.as_ref().map(|p| p.host.id.as_str()), Some("B"));
}

#[test]
fn a_script_that_still_runs_is_named_and_can_be_cancelled() {
    let mut env = Env::new();
    env.machine.hang.push("install".to_owned());
    deploys(&mut env);
    while env.machine.running_scripts().is_empty() {
        assert!(env.turn());
    }
    let install = env.root.tasks().find(|t| t.name == "install").expect("an install task").id.clone();
    let pgid = env.task(&install).process.as_ref().expect("a process").pgid;
    let top = env.root.top_tasks().next().expect("a task").id.clone();
    env.take_over("node2", host("A", "boot1"), "node1 was killed");
    env.settle();
    let said = env.task(&install).result.as_str().expect("a text").to_owned();
    assert!(said.contains("in step 'install' (2 of 2)"), "{said}");
    assert!(said.contains(&format!("host host-A (process {pgid}, process group {pgid})")), "{said}");
    assert_eq!(env.machine.running_scripts(), ["install"]);

    let web = env.named("web");
    let start = env.invoke(&web, "start");
    env.settle();
    assert_eq!(env.status(&start), Status::Failed, "not beside a script that still runs");
    assert!(env.task(&start).result.to_string().contains(install.as_str()));

    assert_eq!(env.command(Command::Cancel { task: top.clone() }), Reply::Value(json!(true)));
    env.settle();
    assert!(env.machine.running_scripts().is_empty());
    assert!(env.task(&install).process.is_none());
    assert_eq!(env.command(Command::Cancel { task: top }), Reply::Value(json!(false)));
    env.machine.hang.clear();
    bring_up(&mut env, "after the script was cancelled");
}

#[test]
fn an_interrupted_entity_says_what_it_was_about() {
    let mut env = Env::new();
    deploys(&mut env);
    env.turn();
    env.take_over("node2", host("A", "boot1"), "node1 was killed");
    for name in ["web", "Shop"] {
        let indicators = env.entity(&env.named(name)).sensor("service.notUp.indicators").expect("set");
        assert_eq!(
            indicators.get("Task aborted on rebind"),
            Some(&json!(
                "Set to on-fire (from previous expected state starting) because tasks aborted on shutdown"
            ))
        );
        assert_eq!(env.state(&env.named(name)), Some(Lifecycle::OnFire));
    }
}

#[test]
fn a_late_report_of_an_earlier_reign_changes_nothing() {
    let mut env = Env::new();
    deploys(&mut env);
    let (key, _) = env.asked().remove(0);
    env.take_over("node2", host("A", "boot1"), "node1 was killed");
    let hash = env.root.hash();
    env.input(Input::Work { key, outcome: Outcome::Failed("late".to_owned()) });
    assert!(env.last.is_empty());
    assert_eq!(env.root.hash(), hash);
}

#[test]
fn a_large_plane_is_taken_over_in_batches() {
    let mut env = Env::new();
    let children = (0..600).map(|i| specs::vanilla(&format!("p{i}"))).collect();
    let (app, _) = env.deploy(specs::app("Large", children));
    for _ in 0..900 {
        env.turn();
    }
    let going = env.root.tasks().filter(|t| !t.is_ended()).count();
    assert!(going > 1000, "{going}");
    env.machine.kill_leftovers();
    env.take_over("node2", host("A", "boot1"), "node1 was killed");
    assert!(env.root.tasks().any(|t| !t.is_ended()), "not all in one step");
    env.settle();
    assert!(env.root.tasks().all(Task::is_ended));
    let counts = env.root.counts(&app);
    assert_eq!(counts.of(Lifecycle::Starting), 0);
    assert!(counts.of(Lifecycle::OnFire) > 500);
    assert_eq!(counts.of(Lifecycle::Running), env.machine.alive.len() as u32);
}

#[test]
fn nobody_concludes_a_death_from_a_watch_that_failed() {
    let (mut env, app, web) = running();
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    let (key, _) = env.asked().remove(0);
    env.machine.cancel(&key);
    let outcome = Outcome::Failed("the lease is not valid".to_owned());
    env.input(Input::Work { key, outcome });
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    assert!(env.entity(&web).process.is_some());
    assert!(env.entity(&web).sensor("service.notUp.diagnostics").is_some(), "it is said");
    env.pass(Span::secs(6));
    assert!(env.entity(&web).sensor("service.notUp.diagnostics").is_none(), "it was asked again");
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

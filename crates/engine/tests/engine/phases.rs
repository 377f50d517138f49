//! Phases beside their commands: latches, files, archives, children, restarts.

use brownstone_engine::input::Command;
use brownstone_engine::{Lifecycle, Status, Task};
use model::spec::EntitySpec;
use serde_json::{Value, json};

use crate::env::{Env, host};
use crate::specs;

/// The value of a latch that lets so many through at a time.
pub(crate) fn limit(most: u64) -> Value {
    json!({ "type": "org.apache.brooklyn.core.sensor.ReleaseableLatch", "maxConcurrency": most })
}

fn web(config: &[(&str, Value)]) -> EntitySpec {
    let mut spec = specs::vanilla("web");
    spec.config
        .extend(config.iter().map(|(k, v)| ((*k).to_owned(), model::spec::ConfigValue::new(v.clone()))));
    spec
}

/// Deploys it and says why its start failed.
fn failure(config: &[(&str, Value)]) -> String {
    let mut env = Env::new();
    let (_, task) = env.deploy(specs::app("Shop", vec![web(config)]));
    env.settle();
    assert_eq!(env.status(&task), Status::Failed, "{config:?}");
    assert_eq!(env.state(&env.named("web")), Some(Lifecycle::OnFire));
    env.task(&task).result.as_str().unwrap_or_default().to_owned()
}

#[test]
fn files_and_templates_are_copied_before_their_phase() {
    let mut env = Env::new();
    let text = "${config['shop.name']} ${entity.displayName} ${driver.runDir} ${extra.one} ${attribute['host.name']}";
    env.machine.texts.insert("http://x/t.conf".to_owned(), text.to_owned());
    let web = web(&[
        ("files.preinstall", json!({ "http://x/a": "a" })),
        ("files.install", json!({ "http://x/b": "sub/b" })),
        ("files.customize", json!({ "http://x/c": "/etc/c" })),
        ("files.runtime", json!({ "file:///x/d": "d" })),
        ("templates.runtime", json!({ "http://x/t.conf": "t.conf" })),
        ("template.substitutions", json!({ "extra": { "one": 1 } })),
        ("shop.name", json!("Corner")),
    ]);
    let (_, task) = env.deploy(specs::app("Shop", vec![web]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let place = env.entity(&env.named("web")).place.clone().expect("a place");
    let (install, run) = (&place.install_dir, &place.run_dir);
    for (path, content) in [
        (format!("{install}/a"), "from http://x/a".to_owned()),
        (format!("{install}/sub/b"), "from http://x/b".to_owned()),
        ("/etc/c".to_owned(), "from http://x/c".to_owned()),
        (format!("{run}/d"), "from file:///x/d".to_owned()),
        (format!("{run}/t.conf"), format!("Corner web {run} 1 host-A")),
    ] {
        assert_eq!(env.machine.files.get(&path), Some(&content), "{path}");
    }
    let phases: Vec<String> = env.outline(&task).into_iter().filter(|l| l.starts_with("      ")).collect();
    assert_eq!(
        phases,
        [
            "      pre-start: Completed",
            "      copy-pre-install-resources: Completed",
            "      copy-install-resources: Completed",
            "      install: Completed",
            "      copy-customize-resources: Completed",
            "      customize: Completed",
            "      copy-runtime-resources: Completed",
            "      launch: Completed",
            "      post-start: Completed",
        ]
    );
}

#[test]
fn a_file_that_cannot_be_copied_says_which_and_why() {
    for (config, said) in [
        (("files.runtime", json!({ "classpath://a.sh": "a" })), "is a file of a catalog bundle, and"),
        (
            ("files.runtime", json!({ "ftp://x/a": "a" })),
            "is no address of a file; use http:, https:, file: or classpath:",
        ),
        (("files.runtime", json!({ "http://x/a": "../a" })), "is no path that a file can be copied to"),
        (("templates.runtime", json!({ "http://x/none": "a" })), "http://x/none is not there"),
    ] {
        let why = failure(&[config]);
        assert!(why.contains(said), "{said} in {why}");
    }
    let mut env = Env::new();
    env.machine.texts.insert("http://x/t".to_owned(), "one\n${nobody.knows}".to_owned());
    let (_, task) =
        env.deploy(specs::app("Shop", vec![web(&[("templates.install", json!({ "http://x/t": "t" }))])]));
    env.settle();
    let why = env.task(&task).result.to_string();
    assert!(why.contains("template 'http://x/t': line 2"), "{why}");
}

#[test]
fn an_archive_is_fetched_once_and_unpacked_into_the_run_directory() {
    let mut env = Env::new();
    let web = web(&[
        ("download.url", json!("https://x/app-${version}.tar.gz?a=1")),
        ("install.version", json!("1.2")),
        ("install.command", json!("./configure")),
    ]);
    env.deploy(specs::app("Shop", vec![web]));
    env.settle();
    let text = |n: usize| env.machine.scripts_seen[n].text.clone();
    assert!(text(0).contains("-o 'app-1.2.tar.gz.part' 'https://x/app-1.2.tar.gz?a=1'"), "{}", text(0));
    assert!(text(0).contains("./configure"));
    assert!(text(1).contains("tar -xf \"$INSTALL_DIR\"/'app-1.2.tar.gz'"), "{}", text(1));
    let why = failure(&[("download.url", json!("https://x/${driver.os}/a.zip"))]);
    assert!(why.contains("only ${version} is filled in"), "{why}");
}

#[test]
fn a_latch_lets_so_many_through_at_a_time_and_forgets_none() {
    let mut env = Env::new();
    let one = |name: &str| specs::with(specs::vanilla(name), [("latch.launch", limit(1))]);
    let (app, task) = env.deploy(specs::app("Shop", ["a", "b", "c"].map(one).to_vec()));
    env.machine.hang.push("launch".to_owned());
    while env.turn() {
        assert!(env.machine.running_scripts().iter().filter(|s| *s == "launch").count() <= 1);
        if env.root.tasks().filter(|t| t.blocked_on.is_some()).count() == 2 {
            break;
        }
    }
    let blocked = env.root.tasks().find_map(|t| t.blocked_on.clone()).expect("two wait");
    assert!(blocked.contains("waiting for one of 1 to be done"), "{blocked}");

    // Whoever holds the place is cancelled: the next has it.
    let holder = env.root.tasks().find(|t| t.permit.is_some()).expect("one holds it");
    let (holder, entity) = (holder.id.clone(), holder.entity.clone());
    env.command(Command::Cancel { task: holder });
    env.machine.hang.clear();
    env.settle();
    assert_eq!(env.status(&task), Status::Failed, "one was cancelled");
    for e in env.root.children(&app) {
        let cancelled = Some(&e.id) == entity.as_ref();
        let state = if cancelled { Lifecycle::OnFire } else { Lifecycle::Running };
        assert_eq!(e.state(), Some(state), "{}", e.name);
    }
    assert!(env.root.tasks().all(Task::is_ended));
}

#[test]
fn a_latch_that_says_which_it_is_counts_for_all_applications() {
    let mut env = Env::new();
    env.machine.hang.push("launch".to_owned());
    let mut latch = limit(1);
    latch["id"] = json!("db/latch");
    for app in ["One", "Two"] {
        let web = specs::with(specs::vanilla("web"), [("latch.launch", latch.clone())]);
        env.deploy(specs::app(app, vec![web]));
    }
    while env.turn() && env.root.tasks().all(|t| t.blocked_on.is_none()) {}
    assert_eq!(env.machine.running_scripts().iter().filter(|s| *s == "launch").count(), 1);
    env.machine.hang.clear();
    env.settle();
    assert!(env.root.apps().all(|a| a.state() == Some(Lifecycle::Running)));
}

#[test]
fn a_place_in_a_latch_is_free_again_after_a_take_over() {
    let mut env = Env::new();
    env.machine.hang.push("install".to_owned());
    let one = |name: &str| specs::with(specs::vanilla(name), [("latch.start", limit(1))]);
    env.deploy(specs::app("Shop", ["a", "b"].map(one).to_vec()));
    while env.machine.running_scripts().is_empty() {
        assert!(env.turn());
    }
    env.machine.kill_leftovers();
    env.take_over("node2", host("A", "boot1"), "node1 was killed");
    env.machine.hang.clear();
    env.settle();
    for name in ["a", "b"] {
        let start = env.invoke(&env.named(name), "start");
        env.settle();
        assert_eq!(env.status(&start), Status::Completed, "{name}: {:?}", env.task(&start).result);
    }
}

#[test]
fn a_latch_that_has_a_value_holds_nothing_up_and_one_that_is_no_flag_fails() {
    let mut env = Env::new();
    let web_spec = web(&[("latch.start", json!(false)), ("latch.setup", json!("true"))]);
    let mut app = specs::app("Shop", vec![web_spec]);
    app.root.config.insert("latch.start".to_owned(), model::spec::ConfigValue::new(true));
    let (_, task) = env.deploy(app);
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let why = failure(&[("latch.install", json!("perhaps"))]);
    assert!(why.contains("perhaps"), "{why}");
}

#[test]
fn children_in_the_background_are_started_and_not_waited_for() {
    let mut env = Env::new();
    let mut web = web(&[("children.startable.mode", json!("background"))]);
    let mut child = specs::vanilla("child");
    child.config.insert("latch.start".to_owned(), model::spec::ConfigValue::new(limit(0)));
    web.children.push(child);
    let (_, task) = env.deploy(specs::app("Shop", vec![web]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    assert_eq!(env.state(&env.named("web")), Some(Lifecycle::Running));
    assert_eq!(env.state(&env.named("child")), Some(Lifecycle::Starting), "its latch lets nobody through");
    let stop = env.invoke(&env.named("web"), "stop");
    env.settle();
    assert_eq!(env.status(&stop), Status::Completed);
    assert!(env.root.tasks().all(Task::is_ended), "the start of the child was given up");
}

#[test]
fn a_restart_installs_again_only_on_a_new_machine() {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", vec![specs::vanilla("web")]));
    env.settle();
    let web = env.named("web");
    for (params, began) in [
        (vec![], vec!["launch"]),
        (vec![("restartMachine", json!("auto"))], vec!["launch"]),
        (vec![("restartMachine", json!(true))], vec!["install", "customize", "launch"]),
    ] {
        let before = env.machine.began.len();
        let params = params.into_iter().map(|(k, v): (&str, Value)| (k.to_owned(), v)).collect();
        let command = Command::Invoke { entity: web.clone(), effector: "restart".to_owned(), params };
        env.command(command);
        env.settle();
        assert_eq!(env.machine.began[before..], began);
        assert_eq!(env.state(&web), Some(Lifecycle::Running));
    }
    env.invoke(&web, "stop");
    env.settle();
    let before = env.machine.began.len();
    env.invoke(&web, "restart");
    env.settle();
    assert_eq!(env.machine.began[before..], ["install", "customize", "launch"], "its machine was given back");
    assert_eq!(env.machine.doubles, 0);
}

#[test]
fn diagnostics_say_what_is_known_of_why_it_is_not_up() {
    let mut env = Env::new();
    env.deploy(specs::app_at("Shop", specs::byon(&["10.0.0.1"]), vec![specs::vanilla("web")]));
    env.settle();
    let web = env.named("web");
    let diagnose = |env: &mut Env| {
        let task = env.invoke(&web, "populateServiceNotUpDiagnostics");
        env.settle();
        assert_eq!(env.status(&task), Status::Completed);
        env.entity(&web).sensor("service.notUp.diagnostics").cloned()
    };
    assert_eq!(diagnose(&mut env), Some(json!({})));
    env.machine.unreachable.push("10.0.0.1".to_owned());
    let said = diagnose(&mut env).expect("set").to_string();
    assert!(said.contains("does not appear to be sshable: 10.0.0.1 does not answer"), "{said}");
    env.machine.unreachable.clear();
    env.invoke(&web, "stop");
    env.settle();
    assert_eq!(diagnose(&mut env), Some(json!({ "driver": "No driver" })));
}

#[test]
fn folders_may_be_given_as_templates() {
    let mut env = Env::new();
    let web = web(&[
        ("run.dir", json!("${config['onbox.base.dir']}/mine/${entity.id}")),
        ("install.dir", json!("/opt/${config['install.version']}")),
        ("install.version", json!("1.2")),
    ]);
    let (_, task) = env.deploy(specs::app("Shop", vec![web]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let web = env.named("web");
    let place = env.entity(&web).place.clone().expect("a place");
    assert_eq!(place.run_dir, format!("/tmp/brooklyn-tester/mine/{web}"));
    assert_eq!(place.install_dir, "/opt/1.2");
    let why = failure(&[("run.dir", json!("/opt/${nobody.knows}"))]);
    assert!(why.contains("run.dir: line 1, column"), "{why}");
}

#[test]
fn a_start_launches_nothing_where_its_own_check_finds_that_it_runs() {
    let launches = ["check-running", "install", "customize", "launch", "check-running"];
    for (if_running, skip, runs, began) in [
        (true, false, true, vec!["check-running", "check-running"]),
        (true, true, true, vec!["check-running", "check-running"]),
        (true, false, false, launches.to_vec()),
        (true, true, false, launches.to_vec()),
        (false, false, true, launches[1..].to_vec()),
    ] {
        let mut env = Env::new();
        env.machine.exits.insert("check-running".to_owned(), i32::from(!runs));
        env.machine.passes_once_alive = true;
        let web = web(&[
            ("skip.start.ifRunning", json!(if_running)),
            ("skip.start", json!(skip)),
            ("checkRunning.command", json!("ask it")),
        ]);
        let (_, task) = env.deploy(specs::app("Shop", vec![web]));
        env.settle();
        let at = format!("{if_running} {skip} {runs}");
        assert_eq!(env.status(&task), Status::Completed, "{at}: {:?}", env.task(&task).result);
        assert_eq!(env.state(&env.named("web")), Some(Lifecycle::Running), "{at}");
        assert_eq!(env.machine.began, began, "{at}");
        let check = &env.machine.scripts_seen[0];
        assert!(!if_running || check.make_dirs == [check.cwd.clone()], "{at}: its folder is not there yet");
    }
}

#[test]
fn without_a_check_the_pid_file_tells_whether_it_runs_and_a_blank_check_that_it_does() {
    for (config, began) in [
        (vec![], vec!["install", "customize", "launch"]),
        (vec![("checkRunning.command", json!(""))], vec![]),
    ] {
        let mut env = Env::new();
        let config: Vec<(&str, Value)> =
            config.into_iter().chain([("skip.start.ifRunning", json!(true))]).collect();
        let (_, task) = env.deploy(specs::app("Shop", vec![web(&config)]));
        env.settle();
        assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
        assert_eq!(env.machine.began, began as Vec<&str>);
    }
}

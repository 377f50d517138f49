//! Machines beyond this host: which one an entity gets, how it is reached, giving it back.

use std::collections::BTreeMap;

use base::{Secret, Span};
use brownstone_engine::effect::{HostKeys, Reply, SshLogin};
use brownstone_engine::input::Command;
use brownstone_engine::{Externals, Lifecycle, Reach, Status};
use model::spec::{ConfigValue, LocationKind, LocationSpec};
use serde_json::json;

use crate::env::{Env, host};
use crate::specs;

fn address(env: &Env, name: &str) -> Option<String> {
    match &env.entity(&env.named(name)).machine.as_ref()?.reach {
        Reach::Ssh { address, .. } => Some(address.clone()),
        Reach::Local => Some("localhost".to_owned()),
    }
}

#[test]
fn machines_are_given_in_order_until_none_is_left_and_again_once_given_back() {
    let mut env = Env::new();
    let byon = specs::byon(&["10.0.0.1", "10.0.0.2"]);
    let children = ["a", "b", "c"].map(specs::vanilla).to_vec();
    let (_, task) = env.deploy(specs::app_at("Shop", byon, children));
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    let why = env.task(&task).result.to_string();
    assert!(why.contains("No machines available in byon"), "{why}");
    assert_eq!(address(&env, "a").as_deref(), Some("10.0.0.1"));
    assert_eq!(address(&env, "b").as_deref(), Some("10.0.0.2"));
    assert_eq!(env.state(&env.named("c")), Some(Lifecycle::OnFire));

    let a = env.named("a");
    env.invoke(&a, "stop");
    env.settle();
    assert_eq!(env.state(&a), Some(Lifecycle::Stopped), "{:?}", env.entity(&a).sensors);
    assert_eq!(address(&env, "a"), None);
    assert!(env.entity(&a).sensor("host.sshAddress").is_none());
    let again = env.invoke(&env.named("c"), "start");
    env.settle();
    assert_eq!(env.status(&again), Status::Completed, "{:?}", env.task(&again).result);
    assert_eq!(address(&env, "c").as_deref(), Some("10.0.0.1"));
}

#[test]
fn no_machine_is_given_while_that_is_forbidden_under_the_next_master_too_and_what_has_one_keeps_it() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app_at("Shop", specs::byon(&["10.0.0.1"]), vec![specs::vanilla("web")]));
    env.settle();
    let allow = |allowed| Command::AllowProvisioning { allowed };
    assert_eq!(env.command(allow(false)), Reply::Done);
    env.take_over("node2", host("B", "boot9"), "node1 gave no sign of life for 30s");
    env.settle();
    assert!(!env.root.may_provision());
    let (_, task) =
        env.deploy(specs::app_at("Late", specs::byon(&["10.0.0.2"]), vec![specs::vanilla("late")]));
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    let why = env.task(&task).result.to_string();
    assert!(
        why.contains("Access controller forbids provisioning in byon: location provisioning disabled"),
        "{why}"
    );
    assert_eq!(address(&env, "late"), None);
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    let web = env.named("web");
    let again = env.invoke(&web, "restart");
    env.settle();
    assert_eq!(env.status(&again), Status::Completed, "{:?}", env.task(&again).result);

    assert_eq!(env.command(allow(true)), Reply::Done);
    let again = env.invoke(&env.named("late"), "start");
    env.settle();
    assert_eq!(env.status(&again), Status::Completed, "{:?}", env.task(&again).result);
    env.command(allow(false));
    env.command(Command::Reset);
    assert!(env.root.may_provision(), "an empty plane forbids nothing");
}

#[test]
fn a_process_behind_an_sshd_has_its_folders_and_sensors_from_there_and_no_secret_is_recorded() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app_at("Shop", specs::byon(&["10.0.0.1"]), vec![specs::vanilla("web")]));
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    let web = env.named("web");
    let base = "/home/deploy/brooklyn-managed-processes";
    let entity = env.entity(&web);
    for (sensor, value) in [
        ("host.address", "10.0.0.1".to_owned()),
        ("host.sshAddress", "deploy@10.0.0.1:22".to_owned()),
        ("softwareservice.provisioningLocation", "byon".to_owned()),
        ("run.dir", format!("{base}/apps/{app}/entities/VanillaSoftwareProcess_{web}")),
    ] {
        assert_eq!(entity.sensor(sensor), Some(&json!(value)), "{sensor}");
    }
    let target = &env.machine.logins["10.0.0.1"];
    assert_eq!((target.user.as_deref(), target.port, target.tries), (Some("deploy"), 22, 4));
    assert_eq!(target.host_keys, HostKeys::Any);
    assert!(matches!(&target.logins[..], [SshLogin::Password(p)] if p.reveal() == "s3cret"));
    for line in env.log.iter().filter(|l| !l.starts_with(b"{\"entity_added\"")) {
        assert!(!String::from_utf8_lossy(line).contains("s3cret"), "only the blueprint holds the secret");
    }
}

#[test]
fn a_process_behind_an_sshd_goes_on_under_a_master_on_any_host() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app_at("Shop", specs::byon(&["10.0.0.1"]), vec![specs::vanilla("web")]));
    env.settle();
    let began = env.machine.began.len();
    env.take_over("node2", host("B", "boot9"), "node1 gave no sign of life for 30s");
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    assert_eq!(env.machine.began.len(), began);
    let web = env.named("web");
    let pid_file = env.entity(&web).place.as_ref().expect("a place").pid_file();
    env.machine.die(&pid_file);
    env.turn();
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire), "it is looked after");
    let restart = env.invoke(&web, "restart");
    env.settle();
    assert_eq!(env.status(&restart), Status::Completed, "{:?}", env.task(&restart).result);
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn a_machine_that_does_not_answer_is_a_problem_and_no_death() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app_at("Shop", specs::byon(&["10.0.0.1"]), vec![specs::vanilla("web")]));
    env.settle();
    let web = env.named("web");
    env.machine.unreachable.push("10.0.0.1".to_owned());
    env.take_over("node2", host("B", "boot9"), "node1 ended its term");
    env.turn();
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    let problems = env.entity(&web).sensor("service.problems").expect("problems");
    assert_eq!(
        problems.get("host"),
        Some(&json!("machine deploy@10.0.0.1:22 could not be reached: 10.0.0.1 does not answer"))
    );
    assert!(env.entity(&web).process.is_some(), "nothing is concluded from it");
    let stop = env.invoke(&web, "stop");
    env.settle();
    assert_eq!(env.status(&stop), Status::Failed, "a process that cannot be ended keeps its machine");
    assert_eq!(address(&env, "web").as_deref(), Some("10.0.0.1"));

    env.machine.unreachable.clear();
    let start = env.invoke(&web, "start");
    env.settle();
    assert_eq!(env.status(&start), Status::Completed, "{:?}", env.task(&start).result);
    assert_eq!(env.machine.doubles, 0);
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn a_pid_file_of_an_earlier_running_of_a_machine_is_not_believed() {
    let mut env = Env::new();
    let (_, _) = env.deploy(specs::app_at("Shop", specs::byon(&["10.0.0.1"]), vec![specs::vanilla("web")]));
    env.settle();
    let web = env.named("web");
    let pid_file = env.entity(&web).place.as_ref().expect("a place").pid_file();
    let mut other = env.machine.alive[&pid_file].clone();
    env.machine.restart_machine("10.0.0.1");
    other.host.boot = "boot1".to_owned();
    // Something else has the number that the file still names.
    env.machine.alive.insert(pid_file.clone(), other);
    env.take_over("node2", host("B", "boot9"), "node1 ended its term");
    env.settle();
    env.pass(Span::secs(6));
    assert_eq!(env.state(&web), Some(Lifecycle::OnFire));
    assert!(env.entity(&web).process.is_none());
    env.machine.alive.clear();
    let restart = env.invoke(&web, "restart");
    env.settle();
    assert_eq!(env.status(&restart), Status::Completed);
    assert_eq!(env.entity(&web).process.as_ref().map(|p| p.host.boot.as_str()), Some("boot1"));
}

#[test]
fn several_locations_are_tried_in_order() {
    let mut env = Env::new();
    let single = LocationSpec {
        kind: LocationKind::Single(Box::new(specs::byon(&["10.0.0.1"]))),
        spec: "single".to_owned(),
        flags: [("port".to_owned(), ConfigValue::new(2222))].into(),
    };
    let multi = LocationSpec {
        kind: LocationKind::Multi(vec![single, specs::byon(&["10.0.1.1"])]),
        spec: "multi".to_owned(),
        flags: [].into(),
    };
    let children = ["a", "b", "c"].map(specs::empty).to_vec();
    let (_, task) = env.deploy(specs::app_at("Shop", multi, children));
    env.settle();
    assert_eq!(address(&env, "a").as_deref(), Some("10.0.0.1"));
    assert_eq!(env.machine.logins["10.0.0.1"].port, 2222, "the flags of the whole count for its parts");
    assert_eq!(address(&env, "b").as_deref(), Some("10.0.1.1"));
    let why = env.task(&task).result.to_string();
    assert!(why.contains("No machines available in any of the 2 location(s) configured here"), "{why}");
}

#[test]
fn localhost_may_have_a_number_of_machines_or_be_reached_over_ssh() {
    let mut env = Env::new();
    let mut local = specs::localhost();
    local.flags.insert("count".to_owned(), ConfigValue::new(1));
    env.deploy(specs::app_at("One", local.clone(), vec![specs::empty("a"), specs::empty("b")]));
    env.settle();
    assert_eq!(env.state(&env.named("a")), Some(Lifecycle::Running));
    assert_eq!(env.state(&env.named("b")), Some(Lifecycle::OnFire));
    local.flags = [("brownstone.localhost.ssh".to_owned(), ConfigValue::new(true))].into();
    env.deploy(specs::app_at("Two", local, vec![specs::empty("c")]));
    env.settle();
    assert_eq!(address(&env, "c").as_deref(), Some("127.0.0.1"));
    assert!(matches!(&env.machine.logins["127.0.0.1"].logins[..], [SshLogin::KeyFile { .. }, ..]));
}

#[test]
fn a_start_may_name_one_of_the_locations_that_are_known_here() {
    let mut env = Env::new();
    let mut spec = specs::app_at("Shop", specs::byon(&["10.0.0.1"]), vec![specs::empty("box")]);
    spec.root.locations.as_mut().expect("set").push(specs::localhost());
    let (_, task) = env.deploy(spec);
    env.settle();
    let why = env.task(&task).result.to_string();
    assert!(why.contains("Ambiguous locations detected when starting EmptySoftwareProcessImpl"), "{why}");
    let the_box = env.named("box");
    for (named, outcome) in [("prod", None), ("byon", Some("10.0.0.1")), ("localhost", Some("localhost"))] {
        let start = env.invoke_with(&the_box, "start", [("locations", json!([named]))]);
        env.settle();
        assert_eq!(address(&env, "box").as_deref(), outcome, "{named}: {:?}", env.task(&start).result);
        env.invoke(&the_box, "stop");
        env.settle();
    }
}

#[test]
fn one_machine_is_shared_by_all_that_stands_below_a_same_server_entity() {
    let mut env = Env::new();
    let both = specs::same_server("both", vec![specs::vanilla("a"), specs::vanilla("b")]);
    let byon = specs::byon(&["10.0.0.1", "10.0.0.2"]);
    let (app, task) = env.deploy(specs::app_at("Shop", byon, vec![both, specs::empty("other")]));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    for (name, on) in [("both", "10.0.0.1"), ("a", "10.0.0.1"), ("b", "10.0.0.1"), ("other", "10.0.0.2")] {
        assert_eq!(address(&env, name).as_deref(), Some(on), "{name}");
    }
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    let restart = env.invoke(&env.named("both"), "restart");
    env.settle();
    assert_eq!(env.status(&restart), Status::Completed, "{:?}", env.task(&restart).result);
    assert_eq!((env.machine.alive.len(), env.machine.doubles), (2, 0));

    env.invoke(&env.named("both"), "stop");
    env.settle();
    assert!(["both", "a", "b"].iter().all(|name| address(&env, name).is_none()));
    let alone = env.invoke(&env.named("a"), "start");
    env.settle();
    let why = env.task(&alone).result.to_string();
    assert!(why.contains("runs on the machine of SameServerEntityImpl"), "{why}");
}

#[test]
fn an_empty_process_behind_an_sshd_is_up_while_its_machine_answers() {
    let mut env = Env::new();
    let (app, _) = env.deploy(specs::app_at("Shop", specs::byon(&["10.0.0.1"]), vec![specs::empty("box")]));
    env.settle();
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
    env.take_over("node2", host("B", "boot9"), "node1 ended its term");
    env.settle();
    env.machine.unreachable.push("10.0.0.1".to_owned());
    env.pass(Span::secs(6));
    assert_eq!(env.state(&app), Some(Lifecycle::OnFire));
    env.machine.unreachable.clear();
    env.pass(Span::secs(6));
    assert_eq!(env.state(&app), Some(Lifecycle::Running));
}

#[test]
fn a_machine_entity_says_what_its_machine_is_doing_and_runs_commands() {
    let mut env = Env::new();
    let said = "uptime=3661.5\nload=0.25\ncpu=0.5000\ntotal=1000\nfree=400\nused=600\nrubbish\n";
    env.machine.said.insert("check-running".to_owned(), said.to_owned());
    env.deploy(specs::app("Shop", vec![specs::machine("m")]));
    env.settle();
    let m = env.named("m");
    assert_eq!(env.state(&m), Some(Lifecycle::Running));
    for (sensor, value) in [
        ("machine.uptime", json!("1h 1m 1s")),
        ("machine.loadAverage", json!(0.25)),
        ("machine.cpu", json!(0.5)),
        ("machine.memory.used", json!(600)),
    ] {
        assert_eq!(env.entity(&m).sensor(sensor), Some(&value), "{sensor}");
    }
    env.machine.said.insert("execCommandTimeout".to_owned(), "Linux\n".to_owned());
    let params = [("command", json!("uname")), ("timeout", json!("10s"))];
    let task = env.invoke_with(&m, "execCommandTimeout", params);
    env.settle();
    assert_eq!(env.task(&task).result, json!("Linux\n"));
    let script = env.machine.scripts_seen.last().expect("a script");
    assert_eq!(script.timeout, Some(Span::secs(10)));
    assert!(script.text.contains("uname"));
}

#[test]
fn no_two_entities_on_a_host_have_the_same_port_until_one_gives_it_back() {
    let mut env = Env::new();
    env.machine.listening.push(8081);
    let one = |name: &str| specs::with_port(specs::vanilla(name), "http.port", "8080-8083");
    let (_, task) = env.deploy(specs::app("Shop", ["a", "b", "c"].map(one).to_vec()));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    let port = |env: &Env, name: &str| env.entity(&env.named(name)).sensor("http.port").cloned();
    let mut given = ["a", "b", "c"].map(|n| port(&env, n).and_then(|p| p.as_u64()));
    given.sort_unstable();
    assert_eq!(given, [Some(8080), Some(8082), Some(8083)]);

    // A restart keeps the port, also under the next master.
    let (a, before) = (env.named("a"), port(&env, "a"));
    env.take_over("node2", host("A", "boot1"), "node1 ended its term");
    env.settle();
    env.invoke(&a, "restart");
    env.settle();
    assert_eq!(port(&env, "a"), before);

    let (_, more) = env.deploy(specs::app("More", vec![one("d")]));
    env.settle();
    let why = env.task(&more).result.to_string();
    assert!(why.contains("no port is free"), "8081 is in use by something else: {why}");
    env.invoke(&a, "stop");
    env.settle();
    let again = env.invoke(&env.named("d"), "start");
    env.settle();
    assert_eq!(env.status(&again), Status::Completed, "{:?}", env.task(&again).result);
    assert_eq!(port(&env, "d"), before);
    let start = env.invoke(&a, "start");
    env.settle();
    assert_eq!(env.status(&start), Status::Failed, "its port is another's now");
}

#[test]
fn a_single_port_that_another_entity_has_is_refused_at_once() {
    let mut env = Env::new();
    let one = |name: &str| specs::with_port(specs::empty(name), "http.port", "8080");
    env.deploy(specs::app("One", vec![one("a")]));
    env.settle();
    let (_, task) = env.deploy(specs::app("Two", vec![one("b")]));
    env.settle();
    let why = env.task(&task).result.to_string();
    assert!(
        why.contains("no port for 'http.port' on host-A: all of 8080 are in use by other entities"),
        "{why}"
    );
}

#[test]
fn a_location_says_where_folders_lie_which_host_keys_count_and_what_the_neighbours_call_a_machine() {
    let mut env = Env::new();
    let mut byon = specs::byon(&["10.0.0.1"]);
    for (flag, value) in [
        ("onbox.base.dir", json!("/srv/managed")),
        ("strictHostKeyChecking", json!("accept-new")),
        ("knownHosts", json!("/etc/known")),
        ("privateAddresses", json!(["192.168.0.1"])),
    ] {
        byon.flags.insert(flag.to_owned(), ConfigValue::new(value));
    }
    env.deploy(specs::app_at("Shop", byon, vec![specs::vanilla("web")]));
    env.settle();
    let web = env.entity(&env.named("web"));
    assert!(web.place.as_ref().is_some_and(|p| p.run_dir.starts_with("/srv/managed/apps/")));
    assert_eq!(web.sensor("host.subnet.address"), Some(&json!("192.168.0.1")));
    let known = HostKeys::Known { file: "/etc/known".to_owned(), add: true };
    assert_eq!(env.machine.logins["10.0.0.1"].host_keys, known);
}

#[test]
fn hosts_that_come_late_are_read_when_a_machine_is_wanted() {
    let mut env = Env::new();
    let mut byon = specs::byon(&[]);
    let hosts = ConfigValue::new(json!("10.0.0.{1-2}, deploy@10.0.0.9:2222"));
    byon.kind = LocationKind::Byon { machines: Vec::new(), deferred: Some(hosts) };
    let children = ["a", "b", "c"].map(specs::empty).to_vec();
    let (_, task) = env.deploy(specs::app_at("Shop", byon, children));
    env.settle();
    assert_eq!(env.status(&task), Status::Completed, "{:?}", env.task(&task).result);
    assert_eq!(address(&env, "b").as_deref(), Some("10.0.0.2"));
    assert_eq!(address(&env, "c").as_deref(), Some("10.0.0.9"));
    assert_eq!(env.machine.logins["10.0.0.9"].port, 2222);
}

#[test]
fn a_location_s_flags_may_be_expressions_and_its_password_stays_in_the_server_s_own_configuration() {
    let mut location = specs::byon(&["10.0.0.1"]);
    location.flags.insert("port".to_owned(), ConfigValue::new("$brooklyn:config(\"ssh.port\")"));
    let reference = json!({ "$brownstone:locationProperty": "named.prod.password" });
    location.flags.insert("password".to_owned(), ConfigValue::new(reference));
    let mut env = Env::new();
    let mut app = specs::app_at("Shop", location, vec![specs::vanilla("web")]);
    app.root.config.insert("ssh.port".to_owned(), ConfigValue::new(2222));

    let (_, task) = env.deploy(app.clone());
    env.settle();
    assert_eq!(env.status(&task), Status::Failed);
    let why = env.task(&task).result.to_string();
    assert!(why.contains("brooklyn.location.named.prod.password"), "what to add, and where: {why}");

    let secrets = BTreeMap::from([("named.prod.password".to_owned(), Secret::new("open sesame"))]);
    env.root = env.root.clone().with_externals(Externals::default().with_locations(secrets));
    let again = env.invoke(&env.named("web"), "start");
    env.settle();
    assert_eq!(env.status(&again), Status::Completed, "{:?}", env.task(&again).result);
    let target = &env.machine.logins["10.0.0.1"];
    assert_eq!(target.port, 2222);
    assert!(matches!(&target.logins[..], [SshLogin::Password(p)] if p.reveal() == "open sesame"));
    let parts: Vec<u8> = env.root.checkpoint_parts().flatten().collect();
    assert!(!String::from_utf8_lossy(&parts).contains("open sesame"));
}

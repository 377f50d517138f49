//! What is managed goes on while servers come and go; what was being done is shown as interrupted.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::client::Client;
use crate::support::release::{Release, signal};
use crate::support::site::{Site, until, within};
use crate::support::sshd::Sshd;

pub(crate) const VANILLA: &str = "type: org.apache.brooklyn.entity.software.base.VanillaSoftwareProcess";
const LAUNCH: &str =
    "launch.command: |\n      nohup sleep 1000 > /dev/null 2>&1 &\n      echo $! > $PID_FILE\n";

fn blueprint(install: &str) -> String {
    format!(
        "name: managed\nlocation: localhost\nservices:\n- {VANILLA}\n  name: sleeper\n  brooklyn.config:\n    \
         {install}{LAUNCH}"
    )
}

pub(crate) fn sensor(client: &Client, server: &Release, entity: &str, name: &str) -> String {
    let reply = client.get(&server.uri(), &format!("{entity}/sensors/{name}?raw=true"));
    reply.map(|r| r.body.trim_matches('"').to_owned()).unwrap_or_default()
}

pub(crate) fn pid_of(client: &Client, server: &Release, entity: &str) -> u32 {
    let dir = sensor(client, server, entity, "run.dir");
    std::fs::read_to_string(Path::new(&dir).join("pid.txt")).unwrap().trim().parse().unwrap()
}

pub(crate) fn lives(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|text| !text.rsplit(") ").next().unwrap().starts_with('Z'))
}

#[test]
fn a_process_outlives_its_server_is_attached_again_and_its_death_is_noticed() {
    let site = Site::new();
    let (first, second, client) = site.pair("");
    let (app, id) = client.deploy(&first, &blueprint(""));
    let entity = format!("/v1/applications/{app}/entities/{id}");
    let state = |server: &Release| sensor(&client, server, &entity, "service.state");
    until("it runs", || state(&first) == "RUNNING");
    let pid = pid_of(&client, &first, &entity);
    assert!(lives(pid));

    first.kill_9();
    until("the second is master", || second.state(&client) == "MASTER");
    assert!(lives(pid), "it was not restarted");
    assert_eq!(pid_of(&client, &second, &entity), pid);
    until("it is up for the new master", || sensor(&client, &second, &entity, "service.isUp") == "true");
    assert_eq!(state(&second), "RUNNING");

    signal(pid, Signal::SIGKILL);
    within(Duration::from_secs(15), "its death is noticed", || state(&second) == "ON_FIRE");
    let problems = second.json(&client, &format!("{entity}/sensors/service.problems?raw=true"));
    assert!(!problems.as_object().unwrap().is_empty(), "{problems}");
    let text = problems.to_string();
    assert!(text.contains(&pid.to_string()), "the reason does not name the process: {text}");
    assert_eq!(pid_of(&client, &second, &entity), pid, "nothing was started");
}

#[test]
fn the_end_of_a_process_is_seen_at_once_here_and_over_ssh_also_after_a_take_over() {
    let site = Site::new();
    let sshd = Sshd::of(&site, 1);
    let (first, second, client) = site.pair("");
    let remote = blueprint("").replacen("location: localhost\n", &sshd.location(), 1);
    let entities: Vec<String> = [blueprint(""), remote]
        .iter()
        .map(|yaml| {
            let (app, id) = client.deploy(&first, yaml);
            format!("/v1/applications/{app}/entities/{id}")
        })
        .collect();
    let state = |server: &Release, entity: &str| sensor(&client, server, entity, "service.state");
    let dies = |server: &Release, entity: &str| {
        until("it runs", || state(server, entity) == "RUNNING");
        signal(pid_of(&client, server, entity), Signal::SIGKILL);
        // Sooner than anything is asked again: the period is 5 s.
        within(Duration::from_secs(3), "its end is seen", || state(server, entity) == "ON_FIRE");
    };
    for entity in &entities {
        dies(&first, entity);
        let path = format!("{entity}/effectors/restart?timeout=20s");
        assert_eq!(client.post(&first.uri(), &path, "{}").unwrap().status, 202);
    }
    first.kill_9();
    until("the second is master", || second.state(&client) == "MASTER");
    for entity in &entities {
        until("it is watched again", || sensor(&client, &second, entity, "service.isUp") == "true");
        dies(&second, entity);
    }
}

#[test]
fn a_start_that_was_cut_off_is_shown_can_be_cancelled_and_called_again() {
    let site = Site::new();
    let (first, second, client) = site.pair("");
    let marker = site.path().join("installed-once");
    let install = format!(
        "install.command: |\n      [ ! -e {0} ] || exit 0\n      touch {0}\n      sleep 60\n    ",
        marker.display()
    );
    let (app, id) = client.deploy(&first, &blueprint(&install));
    let entity = format!("/v1/applications/{app}/entities/{id}");
    until("the installation runs", || marker.exists());
    let master = first.node_id(&client);

    first.kill_9();
    until("the second is master", || second.state(&client) == "MASTER");
    until("it is on fire", || sensor(&client, &second, &entity, "service.state") == "ON_FIRE");
    let all = second.json(&client, &format!("{entity}/activities?recurse=true"));
    let ids: Vec<String> =
        all.as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect();
    let tasks: Vec<Value> =
        ids.iter().map(|id| second.json(&client, &format!("/v1/activities/{id}"))).collect();
    let script = tasks
        .iter()
        .find(|t| t["result"].to_string().contains("process group"))
        .unwrap_or_else(|| panic!("no task names its script: {tasks:#?}"));
    let why = script["result"].to_string();
    assert_eq!((&script["currentStatus"], &script["isError"]), (&"Failed".into(), &true.into()));
    for part in ["interrupted", &master, "in step", "nothing was re-run"] {
        assert!(why.contains(part), "{part}: {why}");
    }
    let tag = script["tags"].as_array().unwrap().iter().find_map(|t| t.get("interrupted")).unwrap();
    assert_eq!(tag["master"], *master);
    assert!(tag["at"].as_u64().is_some() && !tag["why"].as_str().unwrap().is_empty(), "{tag}");
    let group: u32 = number_after(&why, "process group ");
    let script_pid: u32 = number_after(&why, "(process ");
    assert!(lives(script_pid), "process {script_pid} of group {group}");

    let cancel = format!("/v1/activities/{}/cancel", script["id"].as_str().unwrap());
    assert_eq!(client.post(&second.uri(), &cancel, "").unwrap().status, 200);
    until("the script has ended", || !lives(script_pid));
    let again = || {
        let path = format!("{entity}/effectors/start?timeout=20s");
        client.send(reqwest::Method::POST, &second.uri(), &path, "{}", Duration::from_secs(30)).unwrap()
    };
    let mut said = again();
    // The end of the script is noticed a moment after it.
    until("start can be called again", || {
        if said.status != 202 {
            said = again();
        }
        said.status == 202
    });
    until("it runs", || sensor(&client, &second, &entity, "service.state") == "RUNNING");
    assert!(lives(pid_of(&client, &second, &entity)));
}

fn number_after(text: &str, words: &str) -> u32 {
    let rest = text.split(words).nth(1).unwrap_or_else(|| panic!("{words:?} is not in {text}"));
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

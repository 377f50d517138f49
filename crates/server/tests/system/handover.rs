//! The master's chair moved by hand on real processes: switchover now and planned, step-down, pause and resume, the
//! history, priorities that are kept, and a drill.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::{Client, Reply};
use crate::support::release::{PASSWORD, Ran, Release, USER};
use crate::support::site::{Site, TIMEOUT_2S, until};

/// A hand-over is answered when the new master is seen.
const PATIENCE: Duration = Duration::from_secs(40);

fn order(client: &Client, server: &Release, method: Method, what: &str, body: &str) -> Reply {
    client.send(method, &server.uri(), &format!("/ha/{what}"), body, PATIENCE).unwrap()
}

fn post(client: &Client, server: &Release, what: &str, body: &str) -> (u16, Value) {
    let reply = order(client, server, Method::POST, what, body);
    (reply.status, serde_json::from_str(&reply.body).unwrap_or_else(|_| json!(reply.body)))
}

pub(crate) fn is(server: &Release, client: &Client, word: &str) {
    until(word, || server.state(client) == word);
}

fn cluster(server: &Release, client: &Client) -> Value {
    server.json(client, "/ha/cluster")
}

/// One server as another shows it; null where it does not know it.
fn shown(server: &Release, client: &Client, id: &str) -> Value {
    let nodes = cluster(server, client)["nodes"].clone();
    nodes.as_array().unwrap().iter().find(|n| n["id"] == id).cloned().unwrap_or_default()
}

fn file_of(site: &Site, id: &str) -> PathBuf {
    site.shared().join(format!("nodes/{id}.json"))
}

/// Whether one server knows that another stands by.
pub(crate) fn sees(server: &Release, client: &Client, id: &str) -> bool {
    shown(server, client, id)["role"].as_str().is_some_and(|role| role.ends_with("STANDBY"))
}

/// `brownstone ha ...`, against these servers.
pub(crate) fn ha(servers: &[&Release], arguments: &[&str]) -> Ran {
    let mut command = std::process::Command::new(crate::support::release::PROGRAM);
    command.arg("ha").args(arguments).env("BROWNSTONE_PASSWORD", PASSWORD);
    for server in servers {
        command.args(["--server", &server.uri()]);
    }
    let authority = servers[0].home().join("data/ca.pem");
    command.args(["--user", USER, "--ca-file"]).arg(authority);
    Ran::of(command.output().unwrap())
}

#[test]
fn a_switchover_goes_to_whom_it_names_and_the_history_says_who_asked() {
    let site = Site::new();
    let (first, second, client) = site.pair("");
    let third = site.release("third", "HOT_BACKUP", "");
    third.start();
    is(&third, &client, "HOT_BACKUP");
    let sensors = client.deploy_sensors(&first);
    assert!(client.writes(&first, &format!("{sensors}/n"), 1));
    let (backup, id) = (third.node_id(&client), second.node_id(&client));
    until("the backup is seen", || shown(&first, &client, &backup)["role"] == "HOT_BACKUP");
    until("the standby is seen", || sees(&first, &client, &id));

    let (status, said) = post(&client, &first, "switchover", &format!(r#"{{"to":"{backup}"}}"#));
    assert_eq!(status, 412, "{said}");
    assert!(said["message"].as_str().unwrap().contains("never elected"), "{said}");
    let (status, said) = post(&client, &first, "switchover", r#"{"to":"nobody"}"#);
    assert_eq!((status, first.state(&client).as_str()), (412, "MASTER"), "{said}");
    let refused = order(&client, &second, Method::POST, "switchover", "{}");
    assert_eq!(refused.status, 403, "a standby names the master: {refused:?}");
    assert!(refused.header("x-ha-master").starts_with(&first.uri()), "{refused:?}");

    let (status, said) = post(&client, &first, "switchover", &format!(r#"{{"to":"{id}"}}"#));
    assert_eq!((status, &said["master"]), (200, &json!(id)), "{said}");
    is(&second, &client, "MASTER");
    is(&first, &client, "HOT_STANDBY");
    assert_eq!(client.get(&second.uri(), &format!("{sensors}/n")).unwrap().body, "1");
    assert!(client.writes(&second, &format!("{sensors}/n"), 2));

    // And back, by the one who may: the backup stays what it is.
    let (status, said) = post(&client, &second, "step-down", "");
    assert_eq!((status, &said["master"]), (200, &json!(first.node_id(&client))), "{said}");
    is(&third, &client, "HOT_BACKUP");
    let read = || third.json(&client, "/ha/history");
    until("the end of the second term is there", || {
        let said = read();
        said["terms"][0]["term"] == 3 && !said["terms"][1]["end"].is_null()
    });
    let history = read();
    let terms = history["terms"].as_array().unwrap();
    assert_eq!(terms.len(), 3, "{history}");
    let end = &terms[1]["end"];
    assert_eq!((&end["why"], &end["orderedBy"]), (&json!("step-down"), &json!(USER)), "{history}");
    assert!(terms[0]["why"].as_str().unwrap().contains("handed over to"), "{history}");
    assert!(terms[0]["gapMs"].is_u64(), "{history}");
}

#[test]
fn a_server_that_has_only_just_started_can_be_given_the_chair() {
    let site = Site::new();
    let (first, second, client) = site.pair("");
    // The pair's second server is a hot standby by its own word; that is all anybody has waited for.
    let (status, said) = post(&client, &first, "switchover", "");
    assert_eq!((status, &said["master"]), (200, &json!(second.node_id(&client))), "{said}");
    assert_eq!(first.script("stop").code, Some(0));
    first.start();
    is(&first, &client, "HOT_STANDBY");
    let id = first.node_id(&client);
    let (status, said) = post(&client, &second, "switchover", &format!(r#"{{"to":"{id}"}}"#));
    assert_eq!((status, &said["master"]), (200, &json!(id)), "{said}");
}

#[test]
fn a_planned_switchover_outlives_its_master_and_is_done_by_whoever_is_master_then() {
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    let at = |ahead: u64| {
        let at =
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + Duration::from_secs(ahead);
        jiff::Timestamp::from_second(at.as_secs() as i64).unwrap().to_string()
    };
    let plan = |ahead| format!(r#"{{"at":"{}"}}"#, at(ahead));
    let (status, said) = post(&client, &first, "switchover", &plan(3600));
    assert_eq!(status, 202, "{said}");
    until("the standby shows it", || cluster(&second, &client)["switchover"]["by"] == USER);
    assert_eq!(order(&client, &first, Method::DELETE, "switchover", "").status, 204);
    until("and that it is gone", || cluster(&second, &client)["switchover"].is_null());

    assert_eq!(post(&client, &first, "switchover", &plan(20)).0, 202);
    until("the standby knows", || !cluster(&second, &client)["switchover"].is_null());
    first.kill_9();
    is(&second, &client, "MASTER");
    first.start();
    until("the plan is carried out", || first.state(&client) == "MASTER");
    assert!(cluster(&first, &client)["switchover"].is_null());
    is(&second, &client, "HOT_STANDBY");
}

#[test]
fn in_a_pause_nobody_takes_over_by_itself_until_it_is_lifted() {
    const COLD: &str = "brooklyn.experimental.feature.defaultStandbyIsHot=false\n";
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    let third = site.release("third", "AUTO", &format!("{TIMEOUT_2S}{COLD}"));
    third.start();
    is(&third, &client, "STANDBY");
    let (status, said) = post(&client, &first, "pause", r#"{"why":"work on the switch"}"#);
    assert_eq!((status, &said["paused"]["by"]), (200, &json!(USER)), "{said}");
    for server in [&first, &second, &third] {
        until("it knows of the pause", || cluster(server, &client)["paused"]["why"] == "work on the switch");
    }
    let checked = ha(&[&first, &second], &["check"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert!(checked.out.contains("automatic fail-over is paused by myusername"), "{checked:?}");

    // By hand the chair still moves.
    let id = second.node_id(&client);
    until("the master sees it", || sees(&first, &client, &id));
    let (status, said) = post(&client, &first, "switchover", &format!(r#"{{"to":"{id}"}}"#));
    assert_eq!(status, 200, "{said}");
    is(&second, &client, "MASTER");
    is(&first, &client, "HOT_STANDBY");

    second.kill_9();
    until("it is seen to be gone", || cluster(&first, &client)["master"].is_null());
    // As long as a fail-over without a pause would take at the very most.
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(6) {
        assert_eq!(
            (first.state(&client).as_str(), third.state(&client).as_str()),
            ("HOT_STANDBY", "STANDBY")
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    // A cold standby that is started in the pause knows of it as well.
    assert_eq!(third.script("stop").code, Some(0));
    third.start();
    is(&third, &client, "STANDBY");
    assert_eq!(cluster(&third, &client)["paused"]["by"], USER);

    let lifted = ha(&[&first], &["resume", "--at", &first.uri()]);
    assert_eq!(lifted.code, Some(0), "{lifted:?}");
    is(&first, &client, "MASTER");
    until("it is recorded", || cluster(&third, &client)["paused"].is_null());
    second.start();
    is(&second, &client, "HOT_STANDBY");
    assert!(cluster(&second, &client)["paused"].is_null());
}

#[test]
fn a_master_that_comes_back_in_a_pause_goes_on() {
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    assert_eq!(post(&client, &first, "pause", "").0, 200);
    until("the standby knows", || !cluster(&second, &client)["paused"].is_null());
    assert_eq!(first.script("stop").code, Some(0));
    until("it is seen to be gone", || cluster(&second, &client)["master"].is_null());
    first.start();
    is(&first, &client, "MASTER");
    is(&second, &client, "HOT_STANDBY");
    assert!(!cluster(&second, &client)["history"].to_string().contains("MASTER"));
}

#[test]
fn a_priority_that_was_set_is_kept_over_restarts_and_wins_over_the_file() {
    let site = Site::new();
    let (first, second, client) = site.pair(&format!("{TIMEOUT_2S}brownstone.ha.priority=3\n"));
    let third = site.release("third", "AUTO", &format!("{TIMEOUT_2S}brownstone.ha.priority=5\n"));
    third.start();
    is(&third, &client, "HOT_STANDBY");
    let set = ha(&[&second], &["priority", "9", "--node", &second.uri()]);
    assert_eq!(set.code, Some(0), "{set:?}");
    assert_eq!(second.script("stop").code, Some(0));
    second.start();
    is(&second, &client, "HOT_STANDBY");
    let priority = || client.get(&second.uri(), "/v1/server/ha/priority").unwrap().body;
    assert_eq!(priority(), "9", "kept, and above the file's 3");
    let id = second.node_id(&client);
    until("the others see it", || [&first, &third].iter().all(|s| sees(s, &client, &id)));
    let seen = shown(&third, &client, &id);
    assert_eq!(seen["priority"], 9, "{seen}");
    assert_eq!(first.script("stop").code, Some(0));
    is(&second, &client, "MASTER");
    assert_eq!(third.state(&client), "HOT_STANDBY");
}

#[test]
fn servers_that_are_gone_are_forgotten_and_those_that_live_keep_their_files() {
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    let third = site.release("third", "AUTO", TIMEOUT_2S);
    third.start();
    is(&third, &client, "HOT_STANDBY");
    let ids = [&first, &second, &third].map(|server| server.node_id(&client));
    let seen = |id: &str| cluster(&first, &client)["nodes"].to_string().contains(id);
    until("all are seen", || ids.iter().all(|id| seen(id)));
    assert_eq!(third.script("stop").code, Some(0));
    until("TERMINATED", || {
        first.json(&client, "/v1/server/ha/states")["nodes"][&ids[2]]["status"] == "TERMINATED"
    });
    let cleared = ha(&[&first], &["clear"]);
    assert_eq!(cleared.code, Some(0), "{cleared:?}");
    until("the one that is gone is forgotten", || !seen(&ids[2]));
    assert!(seen(&ids[0]) && first.state(&client) == "MASTER");
    // One that lives is spared, also by its name: its file was not away for a moment.
    let named = ha(&[&first], &["clear", &ids[1]]);
    assert_eq!(named.code, Some(0), "{named:?}");
    for _ in 0..10 {
        assert!(seen(&ids[1]) && file_of(&site, &ids[1]).exists(), "the one that lives was forgotten");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(!file_of(&site, &ids[2]).exists());
    // Another server in its place, under an id of its own.
    let fourth = site.release("fourth", "AUTO", TIMEOUT_2S);
    fourth.start();
    is(&fourth, &client, "HOT_STANDBY");
    assert_ne!(fourth.node_id(&client), ids[2]);
    // And the old one again, under its own.
    third.start();
    is(&third, &client, "HOT_STANDBY");
    assert_eq!(third.node_id(&client), ids[2]);
    until("all four are seen", || seen(&ids[2]) && seen(&fourth.node_id(&client)));
}

#[test]
fn a_drill_measures_hand_overs_and_a_kill_and_changes_no_application() {
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    client.deploy_sensors(&first);
    let id = second.node_id(&client);
    until("the master sees the standby", || sees(&first, &client, &id));
    let before = client.get(&first.uri(), "/v1/applications").unwrap().body;
    let ran = ha(&[&first, &second], &["drill", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    let steps = said["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 2, "{said}");
    assert_eq!(steps[0]["from"], steps[1]["to"]);
    assert_eq!(steps[0]["to"], json!(second.node_id(&client)));
    assert!(steps.iter().all(|s| s["gapMs"].as_u64().unwrap() > 0), "{said}");
    let nobody_to_ask = ha(&[&first, &second], &["drill", "--kill"]);
    assert_eq!(nobody_to_ask.code, Some(2), "{nobody_to_ask:?}");
    assert_eq!(first.state(&client), "MASTER");

    let ran = ha(&[&first, &second], &["drill", "--kill", "--yes"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("kill -9"), "{ran:?}");
    is(&second, &client, "MASTER");
    assert_eq!(first.role(), "", "it stays down");
    assert_eq!(client.get(&second.uri(), "/v1/applications").unwrap().body, before);
    // A plane of one server is not drilled.
    let ran = ha(&[&second], &["drill"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("not fit for a drill"), "{ran:?}");
}

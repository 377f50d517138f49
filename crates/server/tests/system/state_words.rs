//! Each of the seven words of `ha/state`, when the contract says so, and what a server in that state does.

use std::fs;

use nix::sys::signal::Signal;

use crate::support::client::Client;
use crate::support::release::{Release, signal};
use crate::support::site::{Site, TIMEOUT_2S, until};

const COLD: &str = "brooklyn.experimental.feature.defaultStandbyIsHot=false\n";

/// A master, and a standby that holds no state.
fn pair(site: &Site) -> (Release, Release, Client) {
    let first = site.release("first", "MASTER", TIMEOUT_2S);
    let second = site.release("second", "AUTO", &format!("{TIMEOUT_2S}{COLD}"));
    first.start();
    let client = Client::trusting(&first);
    until("MASTER", || first.state(&client) == "MASTER");
    second.start();
    until("STANDBY", || second.state(&client) == "STANDBY");
    (first, second, client)
}

fn reads(client: &Client, server: &Release) -> u16 {
    client.get(&server.uri(), "/v1/applications").unwrap().status
}

fn is_healthy(client: &Client, server: &Release) -> bool {
    server.json(client, "/v1/server/up/extended")["healthy"] == true
}

#[test]
fn a_server_says_the_word_of_what_it_does() {
    let site = Site::new();
    let (first, second, client) = pair(&site);
    assert_eq!(
        (reads(&client, &first), reads(&client, &second)),
        (200, 403),
        "a cold standby holds no state"
    );
    assert!(is_healthy(&client, &first) && is_healthy(&client, &second));

    client.set_mode(&second, "HOT_STANDBY");
    until("HOT_STANDBY", || second.state(&client) == "HOT_STANDBY");
    assert_eq!(reads(&client, &second), 200, "it follows the log");

    client.set_mode(&second, "HOT_BACKUP");
    until("HOT_BACKUP", || second.state(&client) == "HOT_BACKUP");
    assert_eq!(reads(&client, &second), 200);
    first.kill_9();
    until("the master is seen to be gone", || second.json(&client, "/ha/cluster")["master"].is_null());
    first.start();
    until("the first is master again", || first.state(&client) == "MASTER");
    let cluster = second.json(&client, "/ha/cluster");
    assert_eq!(cluster["role"], "HOT_BACKUP");
    assert!(!cluster["history"].to_string().contains("MASTER"), "it was elected: {cluster}");

    client.set_mode(&second, "DISABLED");
    until("FAILED", || second.state(&client) == "FAILED");
    let cluster = second.json(&client, "/ha/cluster");
    assert!(cluster["why"].as_str().unwrap().to_lowercase().contains("disabled"), "{cluster}");
    assert!(!is_healthy(&client, &second));
    client.set_mode(&second, "AUTO");
    until("STANDBY", || second.state(&client) == "STANDBY");

    let (here, away) = (site.shared(), site.path().join("away"));
    fs::rename(&here, &away).unwrap();
    until("INITIALIZING", || first.state(&client) == "INITIALIZING");
    assert_eq!(first.role(), "SUSPENDED");
    assert!(!is_healthy(&client, &first));
    fs::rename(&away, &here).unwrap();
    until("a master serves again", || [&first, &second].iter().any(|s| s.state(&client) == "MASTER"));
}

#[test]
fn a_server_that_is_silent_is_failed_and_one_that_was_stopped_is_terminated() {
    let site = Site::new();
    let (first, second, client) = pair(&site);
    let id = second.node_id(&client);
    let seen = || first.json(&client, "/v1/server/ha/states")["nodes"][&id]["status"].clone();
    until("it is seen", || seen() == "STANDBY");
    let (parent, server) = (second.parent(), second.pid());
    signal(parent, Signal::SIGKILL);
    signal(server, Signal::SIGKILL);
    until("FAILED", || seen() == "FAILED");
    second.start();
    until("STANDBY", || seen() == "STANDBY");
    assert_eq!(second.script("stop").code, Some(0));
    until("TERMINATED", || seen() == "TERMINATED");
}

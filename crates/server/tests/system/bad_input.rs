//! What people get wrong: modes that the plane refuses, passwords, blueprints.

use std::time::Duration;

use reqwest::Method;

use crate::support::client::Client;
use crate::support::release::{PASSWORD, Ran, USER};
use crate::support::site::Site;

/// `bin/start` itself knows only 0 and 1.
fn refused_with_2(ran: &Ran) -> bool {
    ran.code == Some(1) && ran.err.contains("the server ended with exit code 2 (bad configuration)")
}

#[test]
fn rebind_without_state_and_clean_beside_a_living_server_are_refused() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.set("persistMode", "REBIND");
    let ran = only.script("start");
    assert!(refused_with_2(&ran), "{ran:?}");
    assert!(ran.err.contains("REBIND") && ran.err.contains("AUTO"), "{ran:?}");

    let (first, second, client) = site.pair("");
    let sensors = client.deploy_sensors(&first);
    assert!(client.writes(&first, &format!("{sensors}/n"), 1));
    assert_eq!(second.script("stop").code, Some(0));
    second.set("persistMode", "CLEAN");
    let ran = second.script("start");
    assert!(refused_with_2(&ran), "{ran:?}");
    assert!(ran.err.contains("CLEAN"), "{ran:?}");
    assert_eq!(client.get(&first.uri(), &format!("{sensors}/n")).unwrap().body, "1");
}

#[test]
fn a_folder_for_its_own_files_that_is_none_is_named_with_what_to_do() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    std::fs::write(only.home().join("data"), "").unwrap();
    let ran = only.script("start");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("/data") && ran.err.contains("can write to"), "{ran:?}");
}

#[test]
fn a_wrong_password_is_slowed_down_logged_once_and_never_shown() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.start();
    let client = Client::trusting(&only);
    let wrong = "my-secret-mistake";
    let path = "/v1/server/ha/state";
    let tries: Vec<u16> = (0..10)
        .map(|_| {
            let patience = Duration::from_secs(10);
            client.send_as(USER, wrong, Method::GET, &only.uri(), path, "", patience).unwrap().status
        })
        .collect();
    assert_eq!((tries[0], tries[9]), (401, 429), "{tries:?}");
    let log = only.log();
    assert!(!log.contains(wrong));
    assert_eq!(log.lines().filter(|l| l.contains(USER) && l.contains("WARN")).count(), 1, "{log}");
}

#[test]
fn a_malformed_blueprint_is_told_its_place_and_leaves_nothing() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.start();
    let client = Client::trusting(&only);
    let said = client.post(&only.uri(), "/v1/applications", "name: bad\nservices: [\n").unwrap();
    assert_eq!(said.status, 400, "{said:?}");
    assert!(said.body.contains("line ") && said.body.contains("column "), "{said:?}");
    assert_eq!(client.get(&only.uri(), "/v1/applications").unwrap().body, "[]");
}

#[test]
fn a_refusal_of_what_came_with_a_body_is_told_to_curl_on_every_protocol() {
    let site = Site::new();
    let (_first, second, _client) = site.pair("");
    let long = site.path().join("long");
    std::fs::write(&long, vec![b'x'; 5_000_000]).unwrap();
    let sent = |protocol: &str, user: &str, body: &str| {
        let ran = second.shell(&format!(
            "curl -s -S -k {protocol} -u {user} -X POST -H 'Content-Type: application/json' --data-binary {body} \
             -o /dev/null -w '%{{http_code}} %{{http_version}}' {}/v1/applications",
            second.uri()
        ));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    };
    let owner = format!("{USER}:{PASSWORD}");
    let long = format!("@{}", long.display());
    // Refused by the head: a standby, a wrong password. The answer must not overtake the request.
    for _ in 0..12 {
        assert_eq!(sent("--http2", &owner, "'{}'"), "403 2");
        assert_eq!(sent("--http1.1", &owner, "'{}'"), "403 1.1");
    }
    for (protocol, version) in [("--http2", "2"), ("--http1.1", "1.1"), ("--http1.1 -H Expect:", "1.1")] {
        assert_eq!(sent(protocol, &owner, &long), format!("403 {version}"));
        assert_eq!(sent(protocol, &format!("{USER}:wrong"), &long), format!("401 {version}"));
    }
}

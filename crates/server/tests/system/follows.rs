//! The client that follows the master: somebody who writes through it does not notice a fail-over, and nothing is
//! done twice.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base::Secret;
use client::{Client, Login, Options, Patience, Reason, Request, ServerUrl, Trust};
use serde_json::Value;

use crate::support::release::{PASSWORD, Release, USER, WEB};
use crate::support::site::{Site, until};
use crate::writers::StopAtEnd;

fn client(given: &[&Release]) -> Client {
    client_with(given, PASSWORD, Trust::Authorities(fs::read(given[0].home().join("data/ca.pem")).unwrap()))
}

fn client_with(given: &[&Release], password: &str, trust: Trust) -> Client {
    let login = Login::Basic { user: USER.to_owned(), password: Secret::new(password) };
    let servers = given.iter().map(|server| server.uri().parse::<ServerUrl>().unwrap()).collect();
    Client::new(servers, Options { login, trust, patience: Patience::default() }).unwrap()
}

/// The test's servers take any free port; a user's come back where they were.
fn stays_at_its_port(server: &Release) {
    let port = server.uri().rsplit(':').next().unwrap().to_owned();
    server.add(WEB, &format!("org.osgi.service.http.port.secure={port}\n"));
}

fn deploy(name: &str) -> Request {
    let yaml = format!("name: {name}\nservices:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n");
    Request::post("/v1/applications", "application/x-yaml", yaml)
}

/// How many applications there are of each name.
fn names(client: &mut Client) -> BTreeMap<String, usize> {
    let answer = client.send(&Request::get("/v1/applications")).unwrap();
    let all: Value = serde_json::from_slice(&answer.body).unwrap();
    let mut names = BTreeMap::new();
    for app in all.as_array().unwrap() {
        *names.entry(app["spec"]["name"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    names
}

#[test]
fn through_two_kills_of_the_master_a_writer_meets_no_error_and_each_write_is_there_once() {
    let site = Site::new();
    let (first, second, watcher) = site.pair("");
    for server in [&first, &second] {
        stays_at_its_port(server);
    }
    // It is given the standby alone, and learns of the master from it.
    let mut writer = client(&[&second]);
    let (stop, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    let acknowledged = std::thread::scope(|scope| {
        let _stop = StopAtEnd(&stop);
        let (stop, written) = (&stop, &written);
        let thread = scope.spawn(move || {
            let mut acknowledged = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let name = format!("app-{}", acknowledged.len());
                let answer =
                    writer.send(&deploy(&name)).unwrap_or_else(|gave_up| panic!("{name}: {gave_up}"));
                assert_eq!(answer.status, 201, "{name}: {answer:?}");
                acknowledged.push(name);
                written.store(acknowledged.len(), Ordering::Relaxed);
            }
            acknowledged
        });
        let more = |n: usize| {
            let goal = written.load(Ordering::Relaxed) + n;
            until("the writer gets on", || written.load(Ordering::Relaxed) >= goal || thread.is_finished());
        };
        for [master, standby] in [[&first, &second], [&second, &first]] {
            more(20);
            master.kill_9();
            until("the other is master", || standby.state(&watcher) == "MASTER");
            more(20);
            master.start();
            until("the killed one stands by", || master.state(&watcher) == "HOT_STANDBY");
        }
        stop.store(true, Ordering::Relaxed);
        thread.join().unwrap()
    });
    assert!(acknowledged.len() >= 80, "{}", acknowledged.len());
    let expected: BTreeMap<String, usize> = acknowledged.into_iter().map(|name| (name, 1)).collect();
    assert_eq!(names(&mut client(&[&first])), expected);
}

#[test]
fn what_cannot_be_reached_is_given_up_with_an_account_of_each_server() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.start();
    let mut trusting_nobody = client_with(&[&only], PASSWORD, Trust::System);
    let gave_up = trusting_nobody.send(&Request::get("/v1/applications")).unwrap_err();
    assert_eq!(gave_up.reason, Reason::NoServer);
    let said = gave_up.to_string();
    assert!(said.contains(&only.uri()) && said.contains("UnknownIssuer"), "{said}");

    let mut stranger = client_with(&[&only], "wrong", Trust::Anything);
    assert_eq!(stranger.send(&Request::get("/v1/applications")).unwrap().status, 401);

    let mut knows = client(&[&only]);
    assert_eq!(knows.send(&Request::get("/v1/applications/nope")).unwrap().status, 404);
    only.kill_9();
    let gave_up = knows.send(&Request::get("/v1/applications")).unwrap_err();
    assert_eq!(gave_up.reason, Reason::NoServer);
    let said = gave_up.to_string();
    assert!(said.contains(&only.uri()) && said.contains("refused") && said.contains("times"), "{said}");
}

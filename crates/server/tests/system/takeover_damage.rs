//! A takeover that meets what it cannot read: damage costs what was damaged and nothing else; a newer format stops it.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;

use crate::damage::{add_newer_record, names_it, records};
use crate::processes::sensor;
use crate::support::client::Client;
use crate::support::release::{Release, signal};
use crate::support::site::{Site, TIMEOUT_2S, until};

/// As long as a value may be.
const VALUE_BYTES: usize = 65_000;
/// So many of them make a checkpoint due.
const VALUES: usize = 64 * 1024 * 1024 / VALUE_BYTES + 1;
const WRITERS: usize = 4;

/// Has the master write a checkpoint: by writing much, over and over the same.
fn make_a_checkpoint(site: &Site, client: &Client, master: &Release, sensors: &str) {
    let value = format!("\"{}\"", "x".repeat(VALUE_BYTES));
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (client, value) = (client.another(), &value);
            let path = format!("{sensors}/large{writer}");
            scope.spawn(move || {
                for _ in 0..VALUES.div_ceil(WRITERS) {
                    let reply = client.post(&master.uri(), &path, value).unwrap();
                    assert_eq!(reply.status, 204, "{reply:?}");
                }
            });
        }
    });
    until("a checkpoint stands", || !files(&site.shared().join("ckpt"), ".ok").is_empty());
}

fn files(dir: &Path, end: &str) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path if path.to_string_lossy().ends_with(end) => found.push(path),
                _ => {}
            }
        }
    }
    found
}

/// Breaks the line that tells of an entity; the part's file, and where in it the line begins.
fn damage_entity(shared: &Path, id: &str) -> (PathBuf, usize) {
    let line = format!("{{\"entity\":{{\"id\":\"{id}\"");
    for path in files(&shared.join("ckpt"), ".json") {
        let mut bytes = fs::read(&path).unwrap();
        if let Some(at) = bytes.windows(line.len()).position(|part| part == line.as_bytes()) {
            let length = bytes[at..].iter().position(|b| *b == b'\n').unwrap();
            bytes[at + length - 3] = 0;
            fs::write(&path, bytes).unwrap();
            return (path, at);
        }
    }
    panic!("no part of a checkpoint tells of {id}");
}

#[test]
fn a_damaged_checkpoint_part_costs_the_entities_in_it_and_no_takeover() {
    let site = Site::new();
    let first = site.release("first", "MASTER", "");
    // One that holds no state has to load it when it takes over.
    let cold = "brooklyn.experimental.feature.defaultStandbyIsHot=false\n";
    let second = site.release("second", "AUTO", cold);
    first.start();
    let client = Client::trusting(&first);
    until("the first is master", || first.state(&client) == "MASTER");
    let service = "- type: org.apache.brooklyn.entity.stock.BasicEntity\n";
    let (app, _) = client.deploy(&first, &format!("name: two\nservices:\n{}", service.repeat(2)));
    let all = first.json(&client, &format!("/v1/applications/{app}/entities"));
    let [lost, kept] = [0, 1].map(|i| all[i]["id"].as_str().unwrap().to_owned());
    let entity = |id: &str| format!("/v1/applications/{app}/entities/{id}");
    assert!(client.writes(&first, &format!("{}/sensors/before", entity(&kept)), 7));
    second.start();
    until("the second stands by cold", || second.state(&client) == "STANDBY");
    make_a_checkpoint(&site, &client, &first, &format!("{}/sensors", entity(&kept)));
    let (part, at) = damage_entity(&site.shared(), &lost);

    first.kill_9();
    let after = format!("{}/sensors/after", entity(&kept));
    until("the second takes a write", || client.writes(&second, &after, 8));
    assert_eq!(sensor(&client, &second, &entity(&kept), "before"), "7", "what can be read is served");
    until("what is lost is shown", || sensor(&client, &second, &entity(&lost), "service.state") == "ON_FIRE");
    let problems = sensor(&client, &second, &entity(&lost), "service.problems");
    assert!(problems.contains("damaged"), "{problems}");
    names_it(&second, &client, part.file_name().unwrap().to_str().unwrap());
    let place = format!("(byte {at})");
    for said in [second.json(&client, "/ha/cluster")["damage"].to_string(), second.log()] {
        assert!(said.contains(&place), "the place is not named: {said}");
    }
}

#[test]
fn a_record_of_a_newer_format_stops_a_takeover_and_is_left_as_it_is() {
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    let sensors = client.deploy_sensors(&first);
    assert!(client.writes(&first, &format!("{sensors}/n"), 1));
    until("the second has it", || {
        client.get(&second.uri(), &format!("{sensors}/n")).is_ok_and(|r| r.body == "1")
    });
    let (parent, server) = (first.parent(), first.pid());
    signal(parent, Signal::SIGKILL);
    signal(server, Signal::SIGKILL);
    let (number, newer) = add_newer_record(&site.shared());
    let log = || records(&site.shared()).into_iter().map(|path| (fs::read(&path).unwrap(), path));
    let before: Vec<_> = log().collect();

    until("the second says that it cannot", || second.state(&client) == "FAILED");
    for path in ["/ha/cluster", "/readyz"] {
        let said = second.json(&client, path).to_string();
        assert!(said.contains(&format!("record {number}")) && said.contains("format"), "{path}: {said}");
    }
    assert!(second.log().contains(&format!("record {number}")));
    assert_eq!(client.get(&second.uri(), "/readyz").unwrap().status, 503);
    let refused = client.post(&second.uri(), &format!("{sensors}/n"), "2").unwrap();
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(log().eq(before), "the log is not what it was");

    // Without it the plane goes on where it was: nothing was half-done.
    fs::remove_file(newer).unwrap();
    first.start();
    until("the first is master", || first.state(&client) == "MASTER");
    assert_eq!(client.get(&first.uri(), &format!("{sensors}/n")).unwrap().body, "1");
    assert!(client.writes(&first, &format!("{sensors}/n"), 2));
}

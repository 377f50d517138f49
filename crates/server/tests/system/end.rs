//! How a server ends: asked, killed, orphaned.

use std::fs;
use std::process::Stdio;

use nix::sys::signal::Signal;

use crate::support::release::{PROPERTIES, Release, json, signal};
use crate::support::site::until;

#[test]
fn stop_waits_for_the_end_and_status_tells_it() {
    let server = Release::new();
    assert_eq!(server.run(&["server", "status"]).code, Some(3));
    server.start();
    let pid = server.running().pid;
    let status = server.run(&["server", "status"]);
    assert_eq!(status.code, Some(0));
    assert!(status.out.starts_with(&format!("running (pid {pid}), https://127.0.0.1:")), "{status:?}");
    assert!(status.out.trim_end().ends_with("MASTER"), "{status:?}");
    let status = server.run(&["server", "status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
    assert_eq!(
        (&status["running"], &status["pid"], &status["state"]),
        (&true.into(), &pid.into(), &"MASTER".into())
    );

    let stopped = server.run(&["server", "stop"]);
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert!(!server.launch_dir().join("pid.txt").exists() && !server.home().join("pid_java").exists());
    let file = server.node_file();
    assert_eq!((&file["ended"], &file["role"]), (&true.into(), &"TERMINATED".into()));
    assert_eq!(json(&server.plane().join("terms/00000000000000000001.end"))["why"], "exit");
    let status = server.run(&["server", "status"]);
    assert_eq!((status.code, status.out.trim()), (Some(3), "not running"));
    assert_eq!(server.run(&["server", "stop"]).code, Some(0));
}

#[test]
fn a_killed_server_s_term_is_ended_by_its_parent_and_it_is_not_started_again() {
    let server = Release::new();
    server.start();
    let running = server.running();
    let before = server.node_file();
    signal(running.pid, Signal::SIGKILL);
    until("the parent has ended", || !parent_lives(running.parent));
    let end = json(&server.plane().join("terms/00000000000000000001.end"));
    assert_eq!(end["why"], "host-proof");
    assert_eq!((&end["node"], &end["incarnation"]), (&before["node"], &before["incarnation"]));
    let file = server.node_file();
    assert_eq!(file["ended"], true);
    assert_eq!(file["beat"], end["beat"], "the last beat is named");
    for kept in ["plane", "incarnation", "uid", "uri", "home", "term"] {
        assert_eq!(file[kept], before[kept], "{kept}");
    }
    assert_eq!(server.run(&["server", "status"]).code, Some(3));

    assert!(server.start().out.contains("is MASTER"), "it serves again at once");
    let again = server.node_file();
    assert_eq!(again["node"], before["node"]);
    assert!(again["incarnation"].as_u64() > before["incarnation"].as_u64());
    assert_eq!(fs::read_dir(server.plane().join("nodes")).unwrap().count(), 1);
}

#[test]
fn a_start_right_after_a_kill_waits_for_the_proof_and_serves_at_once() {
    let server = Release::new();
    server.start();
    for _ in 0..3 {
        signal(server.running().pid, Signal::SIGKILL);
        assert!(server.start().out.contains("is MASTER"));
    }
}

#[test]
fn proof_of_death_can_be_switched_off() {
    let server = Release::new();
    server.write(PROPERTIES, "brownstone.ha.proofOfDeath=false\n");
    server.start();
    let running = server.running();
    signal(running.pid, Signal::SIGKILL);
    until("the parent has ended", || !parent_lives(running.parent));
    assert!(!server.plane().join("terms/00000000000000000001.end").exists());
    assert_eq!(server.node_file()["ended"], false);
}

#[test]
fn a_server_outlives_its_parent_and_can_be_stopped_then() {
    let server = Release::new();
    server.start();
    let running = server.running();
    signal(running.parent, Signal::SIGKILL);
    until("the parent has ended", || !parent_lives(running.parent));
    assert_eq!(server.role(), "MASTER");
    assert_eq!(server.run(&["server", "start"]).code, Some(1), "its folder is still locked");
    assert_eq!(server.run(&["server", "status"]).code, Some(0));
    assert_eq!(server.run(&["server", "stop"]).code, Some(0));
    assert!(!server.launch_dir().join("pid.txt").exists());
}

#[test]
fn a_server_in_the_foreground_ends_gracefully_when_asked() {
    let server = Release::new();
    let mut parent = server
        .command(&["server", "run"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("it answers", || {
        server.home().join("data/server.json").exists() && !server.running().local.is_empty()
    });
    signal(parent.id(), Signal::SIGTERM);
    assert_eq!(parent.wait().unwrap().code(), Some(0));
    assert_eq!(json(&server.plane().join("terms/00000000000000000001.end"))["why"], "exit");
}

fn parent_lives(pid: u32) -> bool {
    brownstone_server::process::pids::began(pid).is_some()
}

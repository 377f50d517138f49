//! Two servers over one folder: what the parent's proof and the nudge are for.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::release::{PROPERTIES, Release, signal};
use crate::support::site::until;

fn pair() -> (Release, Release) {
    let first = Release::new();
    let second = Release::beside(&first);
    assert!(first.start().out.contains("is MASTER"));
    let ran = second.start();
    assert!(ran.out.contains("STANDBY"), "{ran:?}");
    assert!(!ran.out.contains("login:"), "the plane has its login already");
    until("the second stands by hot", || second.role() == "HOT_STANDBY");
    (first, second)
}

#[test]
fn a_killed_master_is_followed_long_before_its_timeout() {
    let (first, second) = pair();
    signal(first.running().pid, Signal::SIGKILL);
    let took = until("the second is master", || second.role() == "MASTER");
    assert!(took < Duration::from_secs(5), "{took:?} with a timeout of 30 s");
    assert!(first.start().out.contains("STANDBY"), "it comes back behind the new master");
}

#[test]
fn a_stopped_master_is_followed_at_once() {
    let (first, second) = pair();
    assert_eq!(first.run(&["server", "stop"]).code, Some(0));
    let took = until("the second is master", || second.role() == "MASTER");
    assert!(took < Duration::from_secs(5), "{took:?} with a timeout of 30 s");
}

#[test]
fn both_servers_of_a_plane_trust_one_authority() {
    let (first, second) = pair();
    let authority = |server: &Release| std::fs::read(server.home().join("data/ca.pem")).unwrap();
    assert_eq!(authority(&first), authority(&second));
}

#[test]
fn a_second_live_server_with_the_same_id_is_refused() {
    let first = Release::new();
    let second = Release::beside(&first);
    for server in [&first, &second] {
        server.write(PROPERTIES, "brownstone.ha.nodeId=SameName\nbrooklyn.ha.heartbeatTimeout=2s\n");
    }
    first.start();
    let ran = second.run(&["server", "run"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("brownstone.ha.nodeId"), "{ran:?}");
    assert_eq!(first.role(), "MASTER");
}

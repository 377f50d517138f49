//! kill -9: of the whole host's worth of processes, and of a server that is alone.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::support::client::Client;
use crate::support::release::signal;
use crate::support::site::{Site, TIMEOUT_2S, until, within};

#[test]
fn with_its_parent_killed_too_a_master_is_followed_after_the_timeout() {
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    let sensors = client.deploy_sensors(&first);
    assert!(client.writes(&first, &format!("{sensors}/n"), 1));
    let (parent, child) = (first.parent(), first.pid());
    signal(parent, Signal::SIGKILL);
    signal(child, Signal::SIGKILL);
    let took = within(Duration::from_secs(20), "the second takes a write", || {
        client.writes(&second, &format!("{sensors}/m"), 2)
    });
    assert!(took < Duration::from_secs(4), "{took:?} with a timeout of 2 s");
    assert_eq!(client.get(&second.uri(), &format!("{sensors}/n")).unwrap().body, "1");
}

#[test]
fn a_lone_server_that_was_killed_serves_again_at_once() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.start();
    let client = Client::trusting(&only);
    until("it is master", || only.state(&client) == "MASTER");
    let sensors = client.deploy_sensors(&only);
    let id = only.node_id(&client);
    for round in 0..3 {
        assert!(client.writes(&only, &format!("{sensors}/n"), round));
        // The second time its parent is gone as well, as when the host was restarted.
        if round == 1 {
            signal(only.parent(), Signal::SIGKILL);
        }
        only.kill_9();
        let begun = Instant::now();
        only.start();
        within(Duration::from_secs(10), "a write is taken", || {
            client.writes(&only, &format!("{sensors}/m"), round)
        });
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?} in round {round}", begun.elapsed());
        assert_eq!(client.get(&only.uri(), &format!("{sensors}/n")).unwrap().body, round.to_string());
    }
    let states = only.json(&client, "/v1/server/ha/states");
    assert_eq!(states["nodes"].as_object().unwrap().len(), 1, "{states}");
    assert_eq!(only.node_id(&client), id);
}

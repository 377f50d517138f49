//! The example page, line by line, and a graceful end.

use std::time::Duration;

use serde_json::Value;

use crate::support::client::Client;
use crate::support::release::{PASSWORD, Release, USER};
use crate::support::site::{Site, until, within};

/// The page's own command.
fn curl(server: &Release, path: &str) -> String {
    let ran = server.shell(&format!("curl -s -k -u {USER}:{PASSWORD} {}{path}", server.uri()));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.out
}

#[test]
fn the_page_as_typed() {
    let site = Site::new();
    let first = site.release("first", "MASTER", "");
    let second = site.release("second", "AUTO", "");

    first.start();
    assert!(first.launch_dir().join("pid.txt").exists());
    until("the quoted word, and nothing else", || curl(&first, "/v1/server/ha/state") == "\"MASTER\"");
    second.start();
    until("the other stands by", || curl(&second, "/v1/server/ha/state") == "\"HOT_STANDBY\"");

    let client = Client::trusting(&first);
    let sensors = client.deploy_sensors(&first);
    assert!(client.writes(&first, &format!("{sensors}/n"), 1));
    let (one, two) = (first.node_id(&client), second.node_id(&client));
    for server in [&first, &second] {
        until("each names both", || {
            let states: Value = serde_json::from_str(&curl(server, "/v1/server/ha/states")).unwrap();
            states["nodes"].as_object().unwrap().len() == 2
                && states["nodes"][&two]["status"] == "HOT_STANDBY"
        });
        let states: Value = serde_json::from_str(&curl(server, "/v1/server/ha/states")).unwrap();
        assert_eq!(states["ownId"], *server.node_id(&client));
        assert_eq!(states["masterId"], *one);
        assert_eq!(states["links"], Value::Object(serde_json::Map::new()));
        for (id, uri, status) in [(&one, first.uri(), "MASTER"), (&two, second.uri(), "HOT_STANDBY")] {
            let node = &states["nodes"][id];
            assert_eq!((&node["nodeId"], &node["status"]), (&id.as_str().into(), &status.into()));
            assert_eq!(node["nodeUri"].as_str().unwrap().trim_end_matches('/'), uri);
            for stamp in ["localTimestamp", "remoteTimestamp"] {
                assert!(node[stamp].as_u64().unwrap() > 1_700_000_000_000, "{node}");
            }
        }
    }

    first.kill_9();
    let took = until("the other is master", || curl(&second, "/v1/server/ha/state") == "\"MASTER\"");
    assert!(took < Duration::from_secs(10), "{took:?} with a timeout of 30 s");
    let kept = client.get(&second.uri(), &format!("{sensors}/n")).unwrap();
    assert_eq!((kept.status, kept.body.as_str()), (200, "1"));
    assert!(client.writes(&second, &format!("{sensors}/n"), 2));

    first.start();
    until("the first comes back as a standby", || first.state(&client) == "HOT_STANDBY");
    assert_eq!(second.state(&client), "MASTER", "a living master is not displaced");
    let said = first.log().lines().any(|l| l.contains("WARN") && l.contains("configured as MASTER"));
    assert!(said, "{}", first.log());
    assert_eq!(first.node_id(&client), one, "it is the same node");
    assert_eq!(second.json(&client, "/v1/server/ha/states")["nodes"].as_object().unwrap().len(), 2);
    let refused = client.post(&first.uri(), &format!("{sensors}/n"), "3").unwrap();
    assert_eq!(refused.status, 403, "{refused:?}");
    until("what was written meanwhile is there", || {
        client.get(&first.uri(), &format!("{sensors}/n")).is_ok_and(|r| r.body == "2")
    });
}

#[test]
fn a_master_that_is_stopped_gracefully_is_followed_at_once() {
    let site = Site::new();
    let (first, second, client) = site.pair("");
    let sensors = client.deploy_sensors(&first);
    let id = first.node_id(&client);
    let took = std::thread::scope(|scope| {
        let stop = scope.spawn(|| first.script("stop"));
        let took = within(Duration::from_secs(10), "the second takes a write", || {
            client.writes(&second, &format!("{sensors}/n"), 7)
        });
        assert_eq!(stop.join().unwrap().code, Some(0));
        took
    });
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(!first.launch_dir().join("pid.txt").exists());
    until("it is known to have been stopped", || {
        second.json(&client, "/v1/server/ha/states")["nodes"][&id]["status"] == "TERMINATED"
    });
}

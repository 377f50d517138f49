//! `ha/metrics` counts what a server really did.

use std::fs;

use crate::support::site::{Site, until};

#[test]
fn metrics_count_loads_records_beats_and_failures() {
    let site = Site::new();
    let (first, second, client) = site.pair("");
    let sensors = client.deploy_sensors(&first);
    let number = |server: &crate::support::release::Release, at: &str| {
        server.json(&client, "/v1/server/ha/metrics").pointer(at).unwrap().as_u64().unwrap_or_default()
    };
    for server in [&first, &second] {
        assert_eq!(number(server, "/rebind/count"), 1, "each has loaded the state once");
        assert!(number(server, "/rebind/lastSuccessTimeUtc") > 1_700_000_000_000);
    }
    assert_eq!(number(&first, "/firstRebindCounts/entities"), 0, "its plane was empty then");

    let before = number(&first, "/persist/count");
    for n in 0..5 {
        assert!(client.writes(&first, &format!("{sensors}/n"), n));
    }
    assert!(number(&first, "/persist/count") >= before + 5);
    assert!(number(&first, "/persist/lastSuccessTimeMillisSince") < 10_000);
    assert_eq!(number(&second, "/persist/count"), 0, "only a master writes the log");
    let beats = number(&second, "/managementStatePersistence/write/count");
    until("it beats", || number(&second, "/managementStatePersistence/write/count") > beats);

    let (here, away) = (site.shared(), site.path().join("away"));
    fs::rename(&here, &away).unwrap();
    // It looks before it writes, so it is the look that fails.
    let failures = "/managementStatePersistence/read/failureCount";
    until("a failure is counted", || number(&second, failures) > 0);
    let said = second.json(&client, "/v1/server/ha/metrics");
    let errors = said.pointer("/managementStatePersistence/read/errorMessages").unwrap();
    assert!(!errors[0]["error"].as_str().unwrap().is_empty(), "{errors}");
    fs::rename(&away, &here).unwrap();
}

/// The value of one series; nothing where it is not told.
fn series(page: &str, name: &str) -> Option<f64> {
    page.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' ')).map(|v| v.parse().unwrap())
}

#[test]
fn a_real_failover_is_told_to_monitoring() {
    let site = Site::new();
    let (first, second, client) = site.pair("");
    let sensors = client.deploy_sensors(&first);
    let page = |server: &crate::support::release::Release| {
        let reply = client.get(&server.uri(), "/metrics").unwrap();
        assert!(reply.header("content-type").starts_with("application/openmetrics-text"), "{reply:?}");
        reply.body
    };
    let before = page(&second);
    assert_eq!(series(&before, "ha_claims_total{result=\"won\"}"), Some(0.0));
    assert_eq!(
        series(&page(&first), "ha_failover_seconds_count"),
        Some(0.0),
        "the first start of a plane is none"
    );
    first.kill_9();
    until("the second takes a write", || client.writes(&second, &format!("{sensors}/n"), 1));
    let after = page(&second);
    assert_eq!(series(&after, "ha_claims_total{result=\"won\"}"), Some(1.0), "{after}");
    assert_eq!(series(&after, "ha_failover_seconds_count"), Some(1.0));
    let took = series(&after, "ha_failover_seconds_sum").unwrap();
    assert!(took > 0.0 && took < 60.0, "{took}");
    assert_eq!(series(&after, "ha_is_master"), Some(1.0));
    for op in ["create", "read", "put_own", "list"] {
        let name = format!("ha_store_op_seconds_count{{op=\"{op}\"}}");
        assert!(series(&after, &name).unwrap() > 0.0, "{name}: {after}");
    }
    let skew = format!("ha_clock_skew_seconds{{node=\"{}\"}}", first.node_file()["node"].as_str().unwrap());
    assert!(series(&after, &skew).unwrap().abs() < 30.0, "{after}");
    let post = "brownstone_http_responses_total{method=\"POST\",\
                route=\"/v1/applications/{app}/entities/{ent}/sensors/{sensor}\",status=\"2xx\"}";
    assert_eq!(series(&after, post), Some(1.0), "{after}");

    let (here, away) = (site.shared(), site.path().join("away"));
    fs::rename(&here, &away).unwrap();
    until("errors of the store are told", || {
        page(&second).lines().any(|l| l.starts_with("ha_store_errors_total{op=") && !l.ends_with(" 0"))
    });
    fs::rename(&away, &here).unwrap();
}

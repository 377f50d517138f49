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

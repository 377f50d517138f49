//! Children come while their application runs: from an effector's blueprint, which the server that rules compiles.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use crate::processes::{VANILLA, sensor};
use crate::support::client::Client;
use crate::support::release::Release;
use crate::support::site::{Site, until};

const BLUEPRINT: &str = "name: grows\nlocation: localhost\nservices:\n- type: BasicStartable\n  name: pool\n  \
                         brooklyn.initializers:\n  - type: add-children-effector\n    name: more\n    parameters: \
                         {word: {type: string}}\n    blueprint_yaml: |\n      ";

fn child_of(client: &Client, server: &Release, entity: &str, name: &str) -> Option<String> {
    let children = server.json(client, &format!("{entity}/children"));
    let found = children.as_array()?.iter().find(|c| c["name"] == name)?;
    Some(found["links"]["self"].as_str()?.to_owned())
}

#[test]
fn an_effector_adds_a_process_that_runs_also_under_the_master_that_takes_over() {
    let site = Site::new();
    let (first, second, client) = site.pair("");
    let launch = "launch.command: 'nohup sleep 1000 >/dev/null 2>&1 & echo $! > $PID_FILE'";
    let child = format!("{VANILLA}\n      name: added ${{word}}\n      brooklyn.config: {{{launch}}}\n");
    let (app, pool) = client.deploy(&first, &format!("{BLUEPRINT}{child}"));
    let entity = format!("/v1/applications/{app}/entities/{pool}");
    let call = |server: &Release, word: &str| {
        let body = format!("{{\"word\": \"{word}\"}}");
        client.post(&server.uri(), &format!("{entity}/effectors/more"), &body).unwrap()
    };
    let got = call(&first, "one");
    assert_eq!(got.status, 202, "{}", got.body);
    let ids: Value = serde_json::from_str(&got.body).unwrap();
    let one = child_of(&client, &first, &entity, "added one").expect("the child");
    assert!(one.ends_with(ids[0].as_str().unwrap()), "the result is its id: {ids} {one}");
    assert_eq!(sensor(&client, &first, &one, "service.state"), "RUNNING");

    // What is wrong with a blueprint is told with its place.
    let wrong =
        client.post(&first.uri(), &format!("{entity}/children"), "{\"type\": \"BasicEntiti\"}").unwrap();
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("did you mean 'BasicEntity'?"), "{}", wrong.body);

    first.kill_9();
    until("the second is master", || second.state(&client) == "MASTER");
    let got = call(&second, "two");
    assert_eq!(got.status, 202, "{}", got.body);
    let two = child_of(&client, &second, &entity, "added two").expect("the second child");
    assert_eq!(sensor(&client, &second, &two, "service.state"), "RUNNING");
    until("the first child is looked after", || sensor(&client, &second, &one, "service.isUp") == "true");
    let gone = client.send(
        Method::DELETE,
        &second.uri(),
        &format!("/v1/applications/{app}"),
        "",
        Duration::from_secs(10),
    );
    assert!(gone.is_ok_and(|r| r.status == 202));
    until("all of it is gone", || {
        second.json(&client, "/v1/applications").as_array().is_some_and(Vec::is_empty)
    });
}

//! `POST /v1/locations/{id}/test` against a real sshd: what is good, what is bad, and that secrets stay out of it.

use serde_json::Value;

use crate::support::client::Client;
use crate::support::release::Release;
use crate::support::site::{Site, until};
use crate::support::sshd::Sshd;

fn tested(client: &Client, server: &Release, location: &str) -> Value {
    let reply = client.post(&server.uri(), &format!("/v1/locations/{location}/test"), "").unwrap();
    assert_eq!(reply.status, 200, "{location}: {reply:?}");
    serde_json::from_str(&reply.body).unwrap()
}

/// Name and result of each look at a machine.
fn looks(of: &Value) -> Vec<(&str, &str)> {
    let checks = of["checks"].as_array().unwrap();
    checks.iter().map(|c| (c["name"].as_str().unwrap(), c["result"].as_str().unwrap())).collect()
}

#[test]
fn each_machine_of_a_location_is_looked_at_before_anything_runs_there() {
    let site = Site::new();
    let sshd = Sshd::of(&site, 1);
    let (there, key) = (sshd.addresses()[0].clone(), sshd.key_file());
    let port = there.rsplit(':').next().unwrap();
    let secret = "my-hidden-word";
    let config = format!(
        "brooklyn.location.named.farm=byon(hosts=\"{there},127.0.0.99:{port}\")\n\
         brooklyn.location.named.farm.privateKeyFile={}\n\
         brooklyn.location.named.shut=byon(hosts=\"{there}\")\n\
         brooklyn.location.named.shut.password={secret}\n",
        key.display()
    );
    let only = site.release("only", "AUTO", &config);
    only.start();
    let client = Client::trusting(&only);
    until("it is master", || only.state(&client) == "MASTER");

    let farm = tested(&client, &only, "farm");
    assert_eq!(farm["good"], false, "{farm}");
    let (first, second) = (&farm["machines"][0], &farm["machines"][1]);
    assert!(first["machine"].as_str().unwrap().ends_with(&there), "{farm}");
    assert_eq!(first["good"], true, "{farm}");
    let names: Vec<&str> = looks(first).iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["tcp", "ssh", "sudo", "disk", "tools"]);
    assert!(looks(first).iter().all(|(name, result)| *name == "sudo" || *result == "good"), "{farm}");
    assert_eq!(second["good"], false);
    let skipped = ["ssh", "sudo", "disk", "tools"].map(|name| (name, "skipped"));
    assert_eq!(looks(second), [[("tcp", "bad")].as_slice(), &skipped].concat(), "{farm}");

    let shut = tested(&client, &only, "shut");
    let machine = &shut["machines"][0];
    assert_eq!(looks(machine)[..2], [("tcp", "good"), ("ssh", "bad")], "{shut}");
    assert!(machine["checks"][1]["says"].as_str().unwrap().contains("cannot be logged in"), "{shut}");
    assert!(!shut.to_string().contains(secret) && !only.log().contains(secret));

    let here = tested(&client, &only, "localhost");
    assert_eq!(
        (here["good"].as_bool(), here["machines"][0]["machine"].as_str()),
        (Some(true), Some("localhost"))
    );

    let services = "services:\n- type: org.apache.brooklyn.entity.stock.BasicEntity\n";
    let (app, _) = client.deploy(&only, &format!("name: there\n{}{services}", sshd.location()));
    let own = tested(&client, &only, &format!("{app}-0"));
    assert_eq!((own["good"].as_bool(), own["machines"].as_array().unwrap().len()), (Some(true), 1), "{own}");

    let unknown = client.post(&only.uri(), "/v1/locations/nowhere/test", "").unwrap();
    assert_eq!(unknown.status, 404, "{unknown:?}");
}

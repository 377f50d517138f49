//! The catalog on real servers: what a plane begins with, and a zip whose files reach machines under any master.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::processes::sensor;
use crate::support::client::Client;
use crate::support::release::Release;
use crate::support::site::{Site, TIMEOUT_2S, until};

pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/catalog-bundle")
}

/// Everything in a folder, packed.
pub(crate) fn zip_of(folder: &Path) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap().flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
                continue;
            }
            let name = entry.path().strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&fs::read(entry.path()).unwrap()).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// Deploys the example's application, waits until it runs and says where.
fn deploy(client: &Client, server: &Release) -> PathBuf {
    let (app, entity) = client.deploy(server, &fs::read_to_string(example().join("app.yaml")).unwrap());
    let path = |id: &str| format!("/v1/applications/{app}/entities/{id}");
    until("the application runs", || {
        let state = sensor(client, server, &path(&app), "service.state");
        let tasks = || client.get(&server.uri(), &format!("{}/activities", path(&app))).map(|r| r.body);
        assert!(state != "ON_FIRE", "it burns: {:?}", tasks());
        state == "RUNNING"
    });
    assert_eq!(server.json(client, &path(&entity))["catalogItemId"], "greeter:1.0.0");
    PathBuf::from(sensor(client, server, &path(&entity), "run.dir"))
}

fn greets(run_dir: &Path) {
    let script = fs::read(example().join("bundle/files/greet.sh")).unwrap();
    assert_eq!(fs::read(run_dir.join("greet.sh")).unwrap(), script, "the file is the bundle's");
    until("it has greeted", || {
        fs::read_to_string(run_dir.join("greeted")).unwrap_or_default() == "Good evening from greeter\n"
    });
}

#[test]
fn a_bundles_files_reach_machines_under_the_master_that_took_it_and_under_the_next() {
    let site = Site::new();
    let (first, second, client) = site.pair(TIMEOUT_2S);
    let added = client.add_zip(&first, zip_of(&example().join("bundle")));
    assert_eq!(added.status, 201, "{added:?}");
    greets(&deploy(&client, &first));
    first.kill_9();
    until("the second is master", || second.state(&client) == "MASTER");
    let bundles = second.json(&client, "/v1/catalog/bundles?detail=true");
    let names: Vec<&str> =
        bundles.as_array().unwrap().iter().filter_map(|b| b["symbolicName"].as_str()).collect();
    assert_eq!(names, ["default-catalog", "greeter"]);
    let icon = client.get(&second.uri(), "/v1/catalog/icon/greeter/1.0.0").unwrap();
    assert_eq!(icon.header("content-type"), "image/svg+xml", "{icon:?}");
    greets(&deploy(&client, &second));
}

#[test]
fn a_plane_begins_with_the_catalog_of_its_first_master_and_reads_it_once() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.start();
    let client = Client::trusting(&only);
    let templates = || only.json(&client, "/v1/catalog/applications");
    let ids = |list: Value| {
        let ids = list.as_array().unwrap().iter().map(|t| t["symbolicName"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(templates()), ["counter-template", "counters-template"]);
    let (app, _) = client.deploy(&only, "location: localhost\nservices:\n- type: counter-template\n");
    until("what was started from a template runs", || {
        let path = format!("/v1/applications/{app}/entities/{app}");
        sensor(&client, &only, &path, "service.state") == "RUNNING"
    });
    let gone = client
        .send(
            reqwest::Method::DELETE,
            &only.uri(),
            "/v1/catalog/bundles/default-catalog/1.0.0",
            "",
            std::time::Duration::from_secs(10),
        )
        .unwrap();
    assert_eq!(gone.status, 200, "{gone:?}");
    only.kill_9();
    only.start();
    until("it is master again", || only.state(&client) == "MASTER");
    assert_eq!(templates(), json!([]), "what was removed stays away");
}

#[test]
fn what_is_wrong_with_the_first_catalog_is_said_at_the_start_and_stops_nothing() {
    let only = Release::new();
    only.write(
        "etc/default.catalog.bom",
        "brooklyn.catalog:\n  version: 1.0.0\n  items:\n  - id: bad\n    itemType: entity\n    item: {type: NoSuchType}\n",
    );
    let ran = only.start();
    let said = format!("{}{}", ran.out, ran.err);
    assert!(ran.out.contains("is MASTER"), "{ran:?}");
    assert!(
        said.contains("bad") && said.contains("NoSuchType") && said.contains("default.catalog.bom"),
        "{ran:?}"
    );
    assert!(only.log().contains("NoSuchType"));
}

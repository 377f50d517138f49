//! A whole plane is checked, copied and brought back by the commands, beside servers that live.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use reqwest::Method;
use serde_json::Value;

use crate::support::client::Client;
use crate::support::release::{PROGRAM, Ran, Release};
use crate::support::site::{Site, TIMEOUT_2S, until};

pub(crate) fn store(arguments: &[&str]) -> Ran {
    Ran::of(Command::new(PROGRAM).arg("store").args(arguments).output().unwrap())
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn sensor(server: &Release, client: &Client, path: &str) -> String {
    client.get(&server.uri(), path).unwrap().body
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => all.extend(files(&entry.path())),
            _ => all.push(entry.path()),
        }
    }
    all
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_plane_is_copied_while_it_is_written_and_comes_back_as_it_was() {
    let site = Site::new();
    let (one, two, client) = site.pair(TIMEOUT_2S);
    let sensors = client.deploy_sensors(&one);
    assert!(client.writes(&one, &format!("{sensors}/kept"), 1));
    let (backups, plane) = (site.path().join("backups"), site.shared());
    let ran = store(&["backup", text(&plane), text(&backups), "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let made: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(client.writes(&one, &format!("{sensors}/later"), 2));
    // It is whole, its files are its owner's alone, and it says so.
    let sound = store(&["verify", text(&plane)]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    let copied = backups.join("backups").join(made["name"].as_str().unwrap());
    let sound = store(&["verify", text(&copied)]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
    let open =
        files(&backups).into_iter().find(|f| fs::metadata(f).unwrap().permissions().mode() & 0o077 != 0);
    assert_eq!(open, None);
    let second = store(&["backup", text(&plane), text(&backups), "--keep", "2"]);
    assert!(second.out.contains("It holds the plane's keys"), "{second:?}");
    let inside = store(&["backup", text(&plane), text(&plane)]);
    assert!(inside.code == Some(1) && inside.err.contains("is a plane"), "{inside:?}");
    // Not into a plane that lives, and not beside one.
    let refused = store(&["restore", text(&backups), text(&plane)]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("servers are alive"), "{refused:?}");
    let refused = store(&["repair", text(&plane), "--yes"]);
    assert!(refused.code == Some(1) && refused.err.contains("are alive"), "{refused:?}");
    assert_eq!(sensor(&one, &client, &format!("{sensors}/later")), "2", "nothing has happened to it");
    for server in [&two, &one] {
        assert_eq!(server.script("stop").code, Some(0));
    }
    // Each of the three moments comes back: the first copy, the second, and one of the plane's own past.
    let at = made["lsn"].to_string();
    for (n, (from, at, later)) in
        [(&backups, Some(&at), false), (&backups, None, true), (&plane, Some(&at), false)]
            .into_iter()
            .enumerate()
    {
        let back = site.path().join(format!("back{n}"));
        let mut arguments = vec!["restore", text(from), text(&back)];
        arguments.extend(at.iter().flat_map(|at| ["--at", at.as_str()]));
        let ran = store(&arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(store(&["verify", text(&back)]).code, Some(0));
        let server = site.release(&format!("restored{n}"), "AUTO", TIMEOUT_2S);
        server.set("persistenceDir", text(&back));
        server.start();
        let client = Client::trusting(&server);
        until("it is master", || server.state(&client) == "MASTER");
        assert_eq!(sensor(&server, &client, &format!("{sensors}/kept")), "1");
        let found = client.get(&server.uri(), &format!("{sensors}/later")).unwrap();
        assert_eq!(found.body == "2", later, "{n}: {found:?}");
        assert!(client.writes(&server, &format!("{sensors}/new"), 3), "it goes on");
        assert_eq!(server.script("stop").code, Some(0));
        assert_eq!(store(&["verify", text(&back)]).code, Some(0));
    }
}

#[test]
fn what_an_unfinished_restore_and_a_back_up_are_no_server_serves() {
    let site = Site::new();
    let only = site.release("only", "AUTO", TIMEOUT_2S);
    only.start();
    assert_eq!(only.script("stop").code, Some(0));
    let backups = site.path().join("backups");
    let ran = store(&["backup", text(&site.shared()), text(&backups), "--json"]);
    let made: Value = serde_json::from_str(&ran.out).unwrap();
    let copied = backups.join("backups").join(made["name"].as_str().unwrap());
    only.set("persistenceDir", text(&copied));
    let [run, _] = only.refuses(3, "the store is unfit");
    assert!(run.err.contains("it is a back-up"), "{run:?}");
    let unfinished = site.path().join("unfinished");
    fs::create_dir(&unfinished).unwrap();
    fs::write(unfinished.join("plane.json"), r#"{"plane":"p","era":2,"layout":4294967295}"#).unwrap();
    only.set("persistenceDir", text(&unfinished));
    let [run, _] = only.refuses(3, "the store is unfit");
    assert!(run.err.contains("has not finished"), "{run:?}");
}

#[test]
fn a_plane_of_the_first_record_format_is_served_as_it_was_left() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../archive/tests/planes/format-1");
    let site = Site::new();
    copy(&recorded, &site.shared());
    let server = site.release("only", "AUTO", TIMEOUT_2S);
    server.start();
    let client = Client::trusting(&server);
    until("it is master", || server.state(&client) == "MASTER");
    let holder = "/v1/applications/yohg84zz36/entities/lgss5o3zgj/sensors";
    for (name, value) in [("first", "two"), ("second", "2"), ("after3", "3"), ("last", "done")] {
        assert_eq!(sensor(&server, &client, &format!("{holder}/{name}")).trim_matches('"'), value, "{name}");
    }
    let bundles = server.json(&client, "/v1/catalog/bundles");
    assert!(bundles.to_string().contains("greeter"), "{bundles}");
    // It goes on in it, and what it adds is of today.
    assert!(client.writes(&server, &format!("{holder}/today"), 1));
    assert_eq!(server.script("stop").code, Some(0));
    let sound = store(&["verify", text(&site.shared())]);
    assert_eq!(sound.code, Some(0), "{sound:?}");
}

#[test]
fn a_flipped_bit_is_found_with_its_cost_and_a_hint_is_mended() {
    let site = Site::new();
    let only = site.release("only", "AUTO", TIMEOUT_2S);
    only.start();
    let client = Client::trusting(&only);
    let sensors = client.deploy_sensors(&only);
    assert!(client.writes(&only, &format!("{sensors}/port"), 77));
    assert_eq!(only.script("stop").code, Some(0));
    let plane = site.shared();
    fs::write(plane.join("leader.json"), "{ cut").unwrap();
    let found = store(&["verify", text(&plane)]);
    assert!(found.code == Some(1) && found.out.contains("leader.json"), "{found:?}");
    let mended = store(&["repair", text(&plane), "--yes"]);
    assert_eq!(mended.code, Some(0), "{mended:?}");
    assert_eq!(store(&["verify", text(&plane)]).code, Some(0));
    let record = crate::damage::records(&plane)
        .into_iter()
        .rfind(|r| fs::read_to_string(r).unwrap().contains("\"port\""));
    let record = record.unwrap();
    let mut bytes = fs::read(&record).unwrap();
    let at = bytes.windows(2).rposition(|w| w == b"77").unwrap();
    bytes[at] ^= 1;
    fs::write(&record, bytes).unwrap();
    let found = store(&["verify", text(&plane)]);
    assert_eq!(found.code, Some(1), "{found:?}");
    assert!(found.out.contains("sensor port of entity") && found.out.contains("is DAMAGED"), "{found:?}");
    // More than one answer, or none: it is left as it is.
    let left = store(&["repair", text(&plane), "--yes"]);
    assert!(left.code == Some(1) && left.out.contains("not mended"), "{left:?}");
    // Secrets are not shown, and what is not there is told.
    assert!(client_free_dump(&plane).contains("\"plane\""));
    let none = store(&["verify", "/nowhere/at/all"]);
    assert!(none.code == Some(1) && none.err.contains("/nowhere/at/all"), "{none:?}");
}

fn client_free_dump(plane: &Path) -> String {
    let ran = store(&["dump", text(plane), "--records", "all"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let explained = store(&["explain", text(plane), "1"]);
    assert!(explained.out.contains("begins a term"), "{explained:?}");
    ran.out
}

#[test]
fn a_state_is_exported_and_merged_into_another_plane() {
    let site = Site::new();
    let (one, two, client) = site.pair(TIMEOUT_2S);
    let sensors = client.deploy_sensors(&one);
    assert!(client.writes(&one, &format!("{sensors}/kept"), 1));
    // From the master, from a standby, and from the store.
    for (server, origin) in [(&one, "local"), (&two, "AUTO"), (&two, "REMOTE")] {
        let path = format!("/v1/server/ha/persist/export?origin={origin}");
        let reply = client.get_bytes(&server.uri(), &path, "application/zip");
        assert_eq!(reply.0, 200, "{origin}");
        assert!(reply.1.starts_with(b"PK"), "{origin}");
        fs::write(site.path().join(format!("{origin}.zip")), reply.1).unwrap();
    }
    let path = "/v1/server/ha/persist/export";
    assert_eq!(client.get_bytes(&one.uri(), path, "application/json").0, 406);
    assert_eq!(client.get(&one.uri(), &format!("{path}?origin=HERE")).unwrap().status, 400);
    let other = Site::new();
    let own = other.release("own", "AUTO", TIMEOUT_2S);
    own.start();
    let there = Client::trusting(&own);
    until("it is master", || own.state(&there) == "MASTER");
    let import = |bytes: Vec<u8>| there.post_bytes(&own.uri(), "/v1/server/ha/persist/import", bytes);
    assert!(import(Vec::new()).1.contains("zip file is empty"));
    assert!(import(b"garbage".to_vec()).1.contains("zip END header not found"));
    for zip in ["REMOTE", "local"] {
        let (status, body) = import(fs::read(site.path().join(format!("{zip}.zip"))).unwrap());
        assert_eq!((status, body.as_str()), (200, ""), "{zip}");
        assert_eq!(sensor(&own, &there, &format!("{sensors}/kept")), "1");
    }
    // It is a record like any other: it is there after a kill.
    own.kill_9();
    own.start();
    until("it is master again", || own.state(&there) == "MASTER");
    assert_eq!(sensor(&own, &there, &format!("{sensors}/kept")), "1");
    let gone =
        there.send(Method::GET, &own.uri(), "/v1/applications", "", std::time::Duration::from_secs(10));
    assert!(gone.unwrap().body.contains("sensors"));
}

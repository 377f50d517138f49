//! Files of the plane that are damaged, or of a later release, while servers take over.

use std::fs;
use std::path::{Path, PathBuf};

use base::Lsn;
use ha::record::{Header, decode, encode};

use crate::support::client::Client;
use crate::support::release::Release;
use crate::support::site::{Site, until};

/// All records, oldest first.
pub(crate) fn records(shared: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(shared.join("log")).unwrap().flatten();
    let mut all: Vec<PathBuf> =
        folders.flat_map(|f| fs::read_dir(f.path()).unwrap().flatten().map(|e| e.path())).collect();
    all.sort();
    all
}

/// Adds a record as a later release would write it; its number and its file.
pub(crate) fn add_newer_record(shared: &Path) -> (u64, PathBuf) {
    let last = records(shared).pop().unwrap();
    let number: u64 = last.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    let header = decode(Lsn(number), &fs::read(&last).unwrap()).unwrap().header.unwrap();
    let newer = Header { format: header.format + 1, lsn: Lsn(number + 1), ops: 0, ..header };
    let name = last.with_file_name(format!("{:020}.json", number + 1));
    fs::write(&name, encode(&newer, &[] as &[&str])).unwrap();
    (number + 1, name)
}

fn flip_a_bit(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// The file must be named where people look.
pub(crate) fn names_it(server: &Release, client: &Client, file: &str) {
    for path in ["/ha/cluster", "/readyz"] {
        let said = server.json(client, path)["damage"].to_string();
        assert!(said.contains(file), "{path} does not name {file}: {said}");
    }
    assert!(server.log().contains(file));
}

#[test]
fn damaged_records_never_keep_a_server_from_serving_and_are_named() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.start();
    let client = Client::trusting(&only);
    let sensors = client.deploy_sensors(&only);
    for n in 0..6 {
        assert!(client.writes(&only, &format!("{sensors}/s{n}"), n));
    }
    only.kill_9();
    let all = records(&site.shared());
    let (flipped, cut) = (&all[all.len() - 3], &all[all.len() - 2]);
    flip_a_bit(flipped, fs::metadata(flipped).unwrap().len() as usize - 5);
    let bytes = fs::read(cut).unwrap();
    fs::write(cut, &bytes[..bytes.len() - 7]).unwrap();
    fs::write(site.shared().join("nodes/strange1.json"), "{ no json").unwrap();
    only.start();
    until("it serves", || client.writes(&only, &format!("{sensors}/after"), 9));
    assert_eq!(client.get(&only.uri(), &format!("{sensors}/s0")).unwrap().body, "0");
    for file in [flipped, cut] {
        names_it(&only, &client, file.file_name().unwrap().to_str().unwrap());
    }
}

#[test]
fn a_record_of_a_newer_format_stops_a_server_with_the_reason() {
    let site = Site::new();
    let only = site.release("only", "AUTO", "");
    only.start();
    let client = Client::trusting(&only);
    client.deploy_sensors(&only);
    assert_eq!(only.script("stop").code, Some(0));
    let (number, name) = add_newer_record(&site.shared());
    only.start();
    until("it says that it cannot", || only.state(&client) == "FAILED");
    let why = only.json(&client, "/ha/cluster")["why"].to_string();
    assert!(why.contains(&format!("record {number}")) && why.contains("format"), "{why}");
    assert!(name.exists());
}

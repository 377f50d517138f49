//! Stores that go away, turn read-only, fill up or hang, and come back: nothing is lost, and no term is spent.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::client::Client;
use crate::support::release::Release;
use crate::support::site::{Site, TIMEOUT_2S, until};
use crate::support::volume::Volume;

/// A file system cannot be mounted here: said, not hidden.
fn mounted(kind: fn(&Path, &Path) -> Result<Volume, String>) -> Option<Site> {
    Site::mounted(kind).map_err(|why| println!("skipped: {why}")).ok()
}

fn lone(site: &Site) -> (Release, Client, String) {
    let only = site.release("only", "AUTO", TIMEOUT_2S);
    only.start();
    let client = Client::trusting(&only);
    until("it is master", || only.state(&client) == "MASTER");
    let sensors = client.deploy_sensors(&only);
    (only, client, sensors)
}

/// Breaks the store, sees what is promised meanwhile, mends it and sees that nothing has changed.
fn survives(site: &Site, break_it: impl Fn(), mend_it: impl Fn()) {
    let (only, client, sensors) = lone(site);
    let path = format!("{sensors}/n");
    assert!(client.writes(&only, &path, 1));
    let term = client.get(&only.uri(), "/livez").unwrap().header("x-ha-term");
    break_it();
    until("it says that it is suspended", || only.role() == "SUSPENDED");
    assert_eq!(only.state(&client), "INITIALIZING");
    let refused = client.post(&only.uri(), &path, "2").unwrap();
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(!refused.header("retry-after").is_empty());
    let read = client.get(&only.uri(), &path).unwrap();
    assert_eq!((read.status, read.body.as_str()), (200, "1"));
    assert_eq!(client.get(&only.uri(), "/ha/master").unwrap().status, 503);
    assert_eq!(client.get(&only.uri(), "/readyz").unwrap().status, 503);
    mend_it();
    until("it is master again", || only.state(&client) == "MASTER");
    let after = client.get(&only.uri(), &path).unwrap();
    assert_eq!((after.status, after.body.as_str()), (200, "1"));
    assert_eq!(after.header("x-ha-term"), term, "a term was spent");
    assert!(client.writes(&only, &path, 3));
    only.kill_9();
    only.start();
    until("it has kept it", || client.get(&only.uri(), &path).is_ok_and(|r| r.body == "3"));
}

#[test]
fn a_folder_that_is_moved_away_suspends_until_it_is_back() {
    let site = Site::new();
    let (here, away) = (site.shared(), site.path().join("away"));
    survives(&site, || fs::rename(&here, &away).unwrap(), || fs::rename(&away, &here).unwrap());
}

#[test]
fn a_folder_that_turns_read_only_suspends_until_it_is_writable() {
    let Some(site) = mounted(Volume::small) else { return };
    let turn = |read_only| until("it is remounted", || site.volume().read_only(read_only));
    survives(&site, || _ = turn(true), || _ = turn(false));
}

/// What is left is taken in ever smaller pieces.
fn fill(filler: &Path) {
    let mut text = Vec::new();
    for size in [1 << 20, 1 << 12] {
        while {
            text.resize(text.len() + size, b'x');
            fs::write(filler, &text).is_ok()
        } {}
    }
}

#[test]
fn a_full_folder_suspends_until_there_is_room() {
    let Some(site) = mounted(Volume::small) else { return };
    let filler = site.shared().join("filler");
    survives(&site, || fill(&filler), || fs::remove_file(&filler).unwrap());
}

#[test]
fn a_server_on_a_full_disk_says_so_in_its_beat_and_ends_its_term_well() {
    let Some(site) = mounted(Volume::small) else { return };
    let (only, client, sensors) = lone(&site);
    let path = format!("{sensors}/n");
    assert!(client.writes(&only, &path, 1));
    let id = only.node_id(&client);
    let beat = site.shared().join(format!("nodes/{id}.json"));
    let filler = site.shared().join("filler");
    fill(&filler);
    // In the room that it has kept for this day.
    until("its beat says that it is full", || {
        let text = fs::read_to_string(&beat).unwrap_or_default();
        text.contains("\"SUSPENDED\"") && text.contains("store=full")
    });
    let refused = client.post(&only.uri(), &path, "2").unwrap();
    assert_eq!(refused.status, 503, "{refused:?}");
    let ready = client.get(&only.uri(), "/readyz").unwrap();
    assert!(ready.status == 503 && ready.body.contains("store=full"), "{ready:?}");
    assert!(only.json(&client, "/ha/cluster")["why"].as_str().unwrap().contains("store=full"));
    let beats = || fs::read_to_string(&beat).unwrap_or_default();
    let before = beats();
    until("it goes on beating", || beats() != before);
    assert_eq!(only.script("stop").code, Some(0));
    assert!(site.shared().join("terms/00000000000000000001.end").exists());
    assert!(beats().contains("\"ended\":true"), "{}", beats());
    fs::remove_file(&filler).unwrap();
    only.start();
    until("it is master again", || only.state(&client) == "MASTER");
    let after = client.get(&only.uri(), &path).unwrap();
    assert_eq!((after.status, after.body.as_str()), (200, "1"));
    assert!(client.writes(&only, &path, 3));
}

#[test]
fn a_store_that_hangs_holds_up_no_question_about_the_state() {
    let Some(site) = mounted(Volume::on_loop_device) else { return };
    let (only, client, sensors) = lone(&site);
    let path = format!("{sensors}/n");
    assert!(client.writes(&only, &path, 1));
    let term = client.get(&only.uri(), "/livez").unwrap().header("x-ha-term");
    site.volume().freeze();
    let (mut took, mut words) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    while words.last().is_none_or(|w| w != "INITIALIZING") {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is not suspended: {words:?}");
        let asked = Instant::now();
        words.push(only.state(&client));
        took.push(asked.elapsed());
        std::thread::sleep(Duration::from_millis(10));
    }
    took.sort_unstable();
    let (middle, worst) = (took[took.len() / 2], took[took.len() - 1]);
    println!("ha/state of {} while the store hangs: p50 {middle:?}, max {worst:?}", took.len());
    // Other tests run beside this one; a question that waited for the store would take seconds.
    assert!(middle < Duration::from_millis(50) && worst < Duration::from_secs(1), "{middle:?} {worst:?}");
    let refused = client.post(&only.uri(), &path, "2").unwrap();
    assert_eq!(refused.status, 503, "{refused:?}");
    site.volume().thaw();
    until("it is master again", || only.state(&client) == "MASTER");
    assert_eq!(client.get(&only.uri(), &path).unwrap().header("x-ha-term"), term);
    assert!(client.writes(&only, &path, 3));
}

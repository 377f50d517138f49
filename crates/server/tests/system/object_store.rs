//! A plane in a bucket of a real S3 server: what a pair promises on a folder it promises there too; and what is wrong
//! with a bucket is said at start, with what to do.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::s3::{self, Kind, S3};
use crate::support::client::Client;
use crate::support::release::{LAUNCHER, Release, signal};
use crate::support::site::{Site, start_pair, until, within};
use crate::writers;

/// `brooklyn.cfg`, as `docs/object-store.md` has it.
pub(crate) fn location(endpoint: &str) -> String {
    let named = "brooklyn.location.named.planes";
    format!(
        "brooklyn.ha.heartbeatTimeout=5s\n{named}=s3:{endpoint}\n{named}.identity={}\n{named}.credential={}\n",
        s3::IDENTITY,
        s3::CREDENTIAL
    )
}

pub(crate) fn in_bucket(release: Release) -> Release {
    release.set("persistenceLocation", "planes");
    release.set("persistenceDir", &format!("{}/one", s3::BUCKET));
    release
}

pub(crate) fn pair(site: &Site, endpoint: &str) -> (Release, Release, Client) {
    let brooklyn = location(endpoint);
    let first = in_bucket(site.release("first", "MASTER", &brooklyn));
    let second = in_bucket(site.release("second", "AUTO", &brooklyn));
    let client = start_pair(&first, &second);
    (first, second, client)
}

#[test]
fn eight_writers_lose_no_acknowledged_number_over_kills_in_a_bucket() {
    let Some(server) = S3::start(Kind::Gofakes3) else { return };
    let site = Site::new();
    let (first, second, client) = pair(&site, &server.endpoint());
    writers::over_kills([&first, &second], &client, 3);
}

#[test]
fn a_pair_in_a_bucket_of_gofakes3_follows_a_lost_host_and_hands_over_gracefully() {
    a_pair_follows_a_lost_host_and_hands_over(Kind::Gofakes3);
}

#[test]
fn a_pair_in_a_bucket_of_ceph_follows_a_lost_host_and_hands_over_gracefully() {
    a_pair_follows_a_lost_host_and_hands_over(Kind::Ceph);
}

fn a_pair_follows_a_lost_host_and_hands_over(kind: Kind) {
    let Some(server) = S3::start(kind) else { return };
    let site = Site::new();
    let (first, second, client) = pair(&site, &server.endpoint());
    let sensors = client.deploy_sensors(&first);
    assert!(client.writes(&first, &format!("{sensors}/n"), 1));
    let (parent, child) = (first.parent(), first.pid());
    let begun = Instant::now();
    signal(parent, Signal::SIGKILL);
    signal(child, Signal::SIGKILL);
    within(Duration::from_secs(40), "the second takes a write", || {
        client.writes(&second, &format!("{sensors}/m"), 2)
    });
    println!("a lost host was followed after {:?}", begun.elapsed());
    assert!(begun.elapsed() > Duration::from_secs(4), "before its lease was over");
    assert_eq!(client.get(&second.uri(), &format!("{sensors}/n")).unwrap().body, "1");

    first.start();
    until("the first stands by", || first.state(&client) == "HOT_STANDBY");
    assert!(client.writes(&second, &format!("{sensors}/k"), 3));
    let begun = Instant::now();
    assert_eq!(second.script("stop").code, Some(0));
    until("the first is master again", || client.writes(&first, &format!("{sensors}/l"), 4));
    println!("a graceful stop was followed after {:?}", begun.elapsed());
    for (name, value) in [("n", "1"), ("m", "2"), ("k", "3")] {
        assert_eq!(client.get(&first.uri(), &format!("{sensors}/{name}")).unwrap().body, value);
    }
}

/// Counted on the wire, where the bill is made: what `store cost` says, and no more than 3.5 a second.
#[test]
fn an_idle_pair_asks_a_bucket_little() {
    let Some(server) = S3::start(Kind::Gofakes3) else { return };
    let counted = s3::Counted::start(server.port());
    let site = Site::new();
    let (first, second, client) = pair(&site, &counted.endpoint());
    client.deploy_sensors(&first);
    // Until what the start and the deployment left to do is done: no record for a while.
    let head = || first.json(&client, "/ha/cluster")["log"]["head"].clone();
    let mut last = (head(), Instant::now());
    until("the plane has nothing to do", || {
        std::thread::sleep(Duration::from_millis(500));
        let head = head();
        if head != last.0 {
            last = (head, Instant::now());
        }
        last.1.elapsed() > Duration::from_secs(5)
    });
    let (before, begun) = (counted.counts(), Instant::now());
    std::thread::sleep(Duration::from_secs(30));
    let (asked, secs) = (counted.counts().since(before), begun.elapsed().as_secs_f64());
    let rate = asked.total() as f64 / secs;
    println!("an idle pair asks {rate:.2} times a second: {asked:?} in {secs:.1} s");
    assert!(rate <= 3.5, "{rate:.2} a second: {asked:?} in {secs:.1} s");
    assert!(asked.put > 10 && asked.get > 10, "nothing passed the proxy: {asked:?}");
    assert_eq!(
        (first.state(&client), second.state(&client)),
        ("MASTER".to_owned(), "HOT_STANDBY".to_owned())
    );
}

pub(crate) fn refused(brooklyn: &str, dir: &str, parts: &[&str]) {
    let server = Release::new();
    server.add("etc/brooklyn.cfg", brooklyn);
    server.add(LAUNCHER, &format!("persistenceLocation=planes\npersistenceDir={dir}\n"));
    let [run, start] = server.refuses(3, "the store is unfit");
    assert!(parts.iter().all(|part| run.err.contains(part)), "{}", run.err);
    assert!(!run.err.contains(s3::CREDENTIAL) && !start.err.contains(s3::CREDENTIAL), "{start:?}");
}

#[test]
fn what_is_wrong_with_a_bucket_is_said_at_start() {
    let Some(server) = S3::start(Kind::Versitygw) else { return };
    let right = location(&server.endpoint());
    refused(&right, "nowhere/one", &["s3://nowhere", "NoSuchBucket", "create the bucket"]);
    refused(
        &right.replace(s3::CREDENTIAL, "wrong"),
        "planes/one",
        &["SignatureDoesNotMatch", "does not belong"],
    );
    refused(&location("http://127.0.0.1:1"), "planes/one", &["could not", "check the endpoint's address"]);
}

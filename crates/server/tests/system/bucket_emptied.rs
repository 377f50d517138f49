//! Somebody empties a plane's bucket under its servers, or takes the log away; or something else lies in the bucket
//! that a server is pointed at. Servers say so, begin no plane over it, and lose no acknowledged write.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ::store::Store;
use ::store::place::{Bucket, Place};
use base::Secret;
use ha::verbs::{Answer, Name, Verb};

use crate::object_store::{location, pair, refused};
use crate::s3::{self, Kind, S3};
use crate::support::client::Client;
use crate::support::release::Release;
use crate::support::site::{Site, until, within};

/// What lies in a plane.
const FOLDERS: [&str; 7] = ["terms", "nodes", "log", "ckpt", "hist", "keys", "blobs"];

/// The hand on the bucket.
struct Hand(Arc<dyn Store>);

impl Hand {
    fn on(server: &S3) -> Hand {
        let bucket = Bucket {
            endpoint: Some(server.endpoint()),
            identity: Some(s3::IDENTITY.to_owned()),
            credential: Some(Secret::new(s3::CREDENTIAL)),
            patience: Some(Duration::from_secs(30)),
            ..Bucket::parse(&format!("{}/one", s3::BUCKET)).unwrap()
        };
        Hand(Place::Bucket(bucket).open().unwrap())
    }

    fn read(&self, name: &Name) -> Option<Arc<[u8]>> {
        match self.0.run(&Verb::Read { name: name.clone() }) {
            Answer::Content(found) => found,
            other => panic!("{name}: {other:?}"),
        }
    }

    fn names_below(&self, folder: &str) -> Vec<Name> {
        let list = Verb::List { prefix: Name::parse(folder).unwrap(), after: None, max: 1000 };
        match self.0.run(&list) {
            Answer::Page { names, more: false } => names,
            other => panic!("{folder}: {other:?}"),
        }
    }

    /// Takes these away; what they were.
    fn take(&self, names: Vec<Name>) -> Vec<(Name, Arc<[u8]>)> {
        let all: Vec<_> =
            names.into_iter().filter_map(|name| Some((name.clone(), self.read(&name)?))).collect();
        for (name, _) in &all {
            assert_eq!(self.0.run(&Verb::Delete { name: name.clone() }), Answer::Done, "{name}");
        }
        all
    }

    fn take_all(&self) -> Vec<(Name, Arc<[u8]>)> {
        let files = ["plane.json", "leader.json"].map(|name| Name::parse(name).unwrap());
        self.take(files.into_iter().chain(FOLDERS.iter().flat_map(|f| self.names_below(f))).collect())
    }

    /// Brings back what was taken; what was written there meanwhile stays.
    fn bring_back(&self, taken: Vec<(Name, Arc<[u8]>)>) {
        for (name, bytes) in taken {
            let answer = self.0.run(&Verb::Create { name: name.clone(), bytes });
            assert!(matches!(answer, Answer::Created | Answer::Exists), "{name}: {answer:?}");
        }
    }
}

fn says(server: &Release, client: &Client, words: &str) -> bool {
    let cluster = server.json(client, "/ha/cluster").to_string();
    let ready = client.get(&server.uri(), "/readyz");
    cluster.contains(words) && ready.is_ok_and(|r| r.status == 503 && r.body.contains(words))
}

#[test]
fn servers_of_a_bucket_that_is_emptied_say_so_and_go_on_when_all_is_back() {
    let Some(server) = S3::start(Kind::Gofakes3) else { return };
    let site = Site::new();
    let (first, second, client) = pair(&site, &server.endpoint());
    let path = format!("{}/n", client.deploy_sensors(&first));
    assert!(client.writes(&first, &path, 1));
    let hand = Hand::on(&server);
    let taken = hand.take_all();
    assert!(taken.len() > 5, "there was hardly anything");
    within(Duration::from_secs(140), "the master says so", || says(&first, &client, "plane.json is gone"));
    within(Duration::from_secs(100), "the standby says so", || says(&second, &client, "plane.json is gone"));
    assert!(says(&first, &client, "brownstone store restore"));
    assert_eq!((first.role().as_str(), second.role().as_str()), ("SUSPENDED", "FAILED"));
    assert_eq!(client.post(&first.uri(), &path, "2").unwrap().status, 503);
    assert_eq!(client.get(&first.uri(), &path).unwrap().body, "1", "its memory is kept");
    // One that is started now does not begin another plane.
    second.kill_9();
    let said = second.script("start");
    assert!(
        said.code == Some(1) && said.err.contains("holds no plane, and this server was part of one"),
        "{said:?}"
    );
    // Longer than the timeout: nobody has taken over, or begun anything.
    thread::sleep(Duration::from_secs(7));
    assert_eq!(hand.read(&Name::parse("plane.json").unwrap()), None);
    assert_eq!(hand.names_below("terms"), Vec::<Name>::new());
    hand.bring_back(taken);
    until("the master goes on", || first.state(&client) == "MASTER");
    assert!(client.writes(&first, &path, 3));
    second.start();
    until("the second stands by", || second.state(&client) == "HOT_STANDBY");
    assert_eq!(first.script("stop").code, Some(0));
    until("the second is master", || second.state(&client) == "MASTER");
    assert_eq!(client.get(&second.uri(), &path).unwrap().body, "3");
}

/// As a rule does that expires objects below a prefix.
#[test]
fn a_master_whose_log_expires_finds_out_though_nobody_writes() {
    let Some(server) = S3::start(Kind::Gofakes3) else { return };
    let site = Site::new();
    let (first, _second, client) = pair(&site, &server.endpoint());
    let path = format!("{}/n", client.deploy_sensors(&first));
    assert!(client.writes(&first, &path, 1));
    let hand = Hand::on(&server);
    let taken = hand.take(hand.names_below("log"));
    // It looks every 100 seconds.
    within(Duration::from_secs(140), "it says so", || says(&first, &client, "the log was emptied"));
    assert_eq!(first.role(), "SUSPENDED");
    hand.bring_back(taken);
    until("it goes on", || first.state(&client) == "MASTER");
    assert!(client.writes(&first, &path, 2));
}

#[test]
fn a_bucket_with_something_else_in_it_is_left_as_it_is() {
    let Some(server) = S3::start(Kind::Gofakes3) else { return };
    server.ask("PUT", &format!("{}/albums/2019/sea.jpg", s3::BUCKET), "a picture");
    refused(
        &location(&server.endpoint()),
        "planes/albums",
        &["something else (2019, ...)", "Name another path"],
    );
    server.ask("PUT", &format!("{}/old/planeId", s3::BUCKET), "id");
    refused(&location(&server.endpoint()), "planes/old", &["an Apache Brooklyn server (planeId, ...)"]);
    let listed = server.ask("GET", &format!("{}?list-type=2", s3::BUCKET), "");
    assert_eq!(listed.matches("<Key>").count(), 2, "something was written: {listed}");
}

//! What can be wrong with a bucket, and with what stands before it: each is named with what to do, at start and at run
//! time, and costs no acknowledged write.

use std::thread;
use std::time::Duration;

use crate::object_store::{in_bucket, location, refused};
use crate::s3::{Fault, Faulty, Kind, S3};
use crate::support::client::Client;
use crate::support::release::Release;
use crate::support::site::{Site, until, within};

/// What is answered, and what a person then reads.
const TROUBLES: [(Fault, &[&str]); 11] = [
    (Fault::Refuses(403, "InvalidAccessKeyId"), &["InvalidAccessKeyId", "does not know this identity"]),
    (
        Fault::Refuses(403, "SignatureDoesNotMatch"),
        &["SignatureDoesNotMatch", "does not belong to the identity"],
    ),
    (Fault::Refuses(400, "ExpiredToken"), &["ExpiredToken", "give fresh credentials"]),
    (Fault::Refuses(403, "RequestTimeTooSkewed"), &["RequestTimeTooSkewed", "set this machine's clock"]),
    (Fault::Refuses(400, "AuthorizationHeaderMalformed"), &["name the region that the bucket is in"]),
    (Fault::Refuses(403, "AccessDenied"), &["AccessDenied", "the key needs s3:GetObject, s3:PutObject"]),
    (
        Fault::RefusesWrites(403, "AccessDenied"),
        &["AccessDenied", "the key needs s3:GetObject, s3:PutObject"],
    ),
    (Fault::Refuses(404, "NoSuchBucket"), &["NoSuchBucket", "create the bucket"]),
    (Fault::Page(200), &["no answer as S3 gives it", "is there a proxy in between"]),
    (Fault::Page(403), &["status 403, and no answer as S3 gives it", "is there a proxy in between"]),
    (Fault::Page(502), &["status 502, and no answer as S3 gives it"]),
];

fn says(text: &str, words: &[&str]) -> bool {
    words.iter().all(|word| text.contains(word))
}

#[test]
fn what_a_bucket_or_a_proxy_refuses_with_is_named_at_start() {
    let Some(server) = S3::start(Kind::Gofakes3) else { return };
    let faulty = Faulty::start(server.port());
    for (fault, words) in TROUBLES {
        println!("{fault:?}");
        faulty.set(Some(fault));
        refused(&location(&faulty.endpoint()), "planes/one", words);
    }
}

#[test]
fn what_a_bucket_or_a_proxy_refuses_with_is_named_at_run_time_and_costs_no_write() {
    let Some(server) = S3::start(Kind::Gofakes3) else { return };
    let faulty = Faulty::start(server.port());
    let site = Site::new();
    let only = in_bucket(site.release("only", "AUTO", &location(&faulty.endpoint())));
    only.start();
    let client = Client::trusting(&only);
    until("it is master", || only.state(&client) == "MASTER");
    let path = format!("{}/n", client.deploy_sensors(&only));
    let term = client.get(&only.uri(), "/livez").unwrap().header("x-ha-term");
    let mut next = 1;
    for (fault, words) in TROUBLES {
        println!("{fault:?}");
        let acknowledged = writes_until_it_breaks(&only, &client, &path, &faulty, fault, next);
        until("it says that it is suspended", || only.role() == "SUSPENDED");
        until("and why", || {
            says(&only.json(&client, "/ha/cluster")["storeTrouble"].to_string(), words)
                && client.get(&only.uri(), "/readyz").is_ok_and(|r| r.status == 503 && says(&r.body, words))
        });
        assert_eq!(client.post(&only.uri(), &path, "0").unwrap().status, 503);
        faulty.set(None);
        until("it is master again", || only.state(&client) == "MASTER");
        // The one that was under way may have come to be.
        let found: u64 = client.get(&only.uri(), &path).unwrap().body.parse().unwrap();
        assert!(found == acknowledged || found == acknowledged + 1, "{found}, not {acknowledged}");
        next = found + 1;
        until("nothing is wrong any more", || {
            client.get(&only.uri(), "/readyz").is_ok_and(|r| r.status == 200)
        });
    }
    assert_eq!(client.get(&only.uri(), "/livez").unwrap().header("x-ha-term"), term, "a term was spent");
    assert!(client.writes(&only, &path, next));
    only.kill_9();
    only.start();
    let kept = next.to_string();
    until("it has kept it", || client.get(&only.uri(), &path).is_ok_and(|r| r.body == kept));
}

/// Writes numbers from `first` on while the fault sets in; the last that was acknowledged.
fn writes_until_it_breaks(
    server: &Release,
    client: &Client,
    path: &str,
    faulty: &Faulty,
    fault: Fault,
    first: u64,
) -> u64 {
    assert!(client.writes(server, path, first));
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            faulty.set(Some(fault));
        });
        let mut last = first;
        while client.writes(server, path, last + 1) {
            last += 1;
        }
        last
    })
}

/// A server looks every 100 seconds, and once a second while something is wrong.
#[test]
fn settings_of_the_bucket_that_take_a_promise_away_suspend_a_master_until_they_are_mended() {
    let Some(server) = S3::start(Kind::Ceph) else { return };
    let site = Site::new();
    let only = in_bucket(site.release("only", "AUTO", &location(&server.endpoint())));
    only.start();
    let client = Client::trusting(&only);
    until("it is master", || only.state(&client) == "MASTER");
    let path = format!("{}/n", client.deploy_sensors(&only));
    assert!(client.writes(&only, &path, 1));
    let trouble = || only.json(&client, "/ha/cluster")["storeTrouble"].to_string();
    server.expire("one/log/");
    within(Duration::from_secs(130), "the rule is found", || trouble().contains("the lifecycle rule"));
    until("it is suspended", || only.role() == "SUSPENDED");
    server.keep_versions(true);
    server.expire_nothing();
    until("the versions are found", || trouble().contains("both succeeded"));
    assert_eq!(client.post(&only.uri(), &path, "2").unwrap().status, 503);
    server.keep_versions(false);
    until("it is master again", || only.state(&client) == "MASTER");
    assert_eq!(client.get(&only.uri(), &path).unwrap().body, "1");
    assert!(client.writes(&only, &path, 3));
}

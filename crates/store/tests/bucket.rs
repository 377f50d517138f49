//! The bucket on real S3 servers: the suite from one process and from eight, and each way in which a bucket can be
//! wrong, in words.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod s3;

use std::env;
use std::process::{Command, exit};
use std::sync::Arc;
use std::time::Duration;

use base::Secret;
use brownstone_store::Store;
use brownstone_store::bucket::BucketStore;
use brownstone_store::gate;
use brownstone_store::place::{Bucket, Place};
use brownstone_store::suite::{self, CheckResult, Verdict, processes};
use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};
use s3::{Fault as Refusal, Faulty, Kind, S3};

/// Tells [`child_entry`] that it is a child, and of which place: its arguments, a line each.
const CHILD: &str = "BROWNSTONE_BUCKET_CHECK_CHILD";

/// Not a test: where the children of the multi-process check begin, since they run this same binary.
#[test]
fn child_entry() {
    if let Ok(arguments) = env::var(CHILD) {
        exit(processes::child(&arguments.lines().map(str::to_owned).collect::<Vec<_>>()));
    }
}

fn respawn(args: &[String]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "child_entry", "--nocapture"])
        .env(CHILD, args.join("\n"))
        .env("AWS_ACCESS_KEY_ID", s3::IDENTITY)
        .env("AWS_SECRET_ACCESS_KEY", s3::CREDENTIAL);
    command
}

fn bucket(server: &S3) -> Bucket {
    Bucket {
        endpoint: Some(server.endpoint()),
        identity: Some(s3::IDENTITY.to_owned()),
        credential: Some(Secret::new(s3::CREDENTIAL)),
        // The servers are as slow as this machine is busy.
        patience: Some(Duration::from_secs(30)),
        ..Bucket::parse(&format!("{}/plane", s3::BUCKET)).unwrap()
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn assert_all_passed(results: &[CheckResult]) {
    for result in results {
        println!("{result}");
    }
    assert!(results.iter().all(|result| result.verdict == Verdict::Passed), "{results:#?}");
}

fn keeps_every_promise_to_eight_clients(kind: Kind) {
    let Some(server) = S3::start(kind) else { return };
    let at = bucket(&server);
    let open = |_| Arc::new(BucketStore::open(&at).unwrap()) as Arc<dyn Store>;
    assert_all_passed(&suite::run(&open, &name("scratch")));
}

#[test]
fn gofakes3_keeps_every_promise_to_eight_clients_of_one_process() {
    keeps_every_promise_to_eight_clients(Kind::Gofakes3);
}

#[test]
fn ceph_keeps_every_promise_to_eight_clients_of_one_process() {
    keeps_every_promise_to_eight_clients(Kind::Ceph);
}

fn keeps_every_promise_to_eight_processes(kind: Kind) {
    let Some(server) = S3::start(kind) else { return };
    assert_all_passed(&processes::run(&Place::Bucket(bucket(&server)), &respawn));
    let whole = Bucket { path: String::new(), ..bucket(&server) };
    let list = Verb::List { prefix: name("plane"), after: None, max: 10 };
    let left = BucketStore::open(&whole).unwrap().run(&list);
    assert_eq!(left, Answer::Page { names: Vec::new(), more: false });
}

#[test]
fn gofakes3_keeps_every_promise_to_eight_processes_and_is_left_as_it_was() {
    keeps_every_promise_to_eight_processes(Kind::Gofakes3);
}

#[test]
fn ceph_keeps_every_promise_to_eight_processes_and_is_left_as_it_was() {
    keeps_every_promise_to_eight_processes(Kind::Ceph);
}

#[test]
fn gofakes3_passes_the_gate_and_its_lists_go_on_from_page_to_page() {
    passes_the_gate_and_its_lists_go_on(Kind::Gofakes3);
}

#[test]
fn ceph_passes_the_gate_and_its_lists_go_on_from_page_to_page() {
    passes_the_gate_and_its_lists_go_on(Kind::Ceph);
}

fn passes_the_gate_and_its_lists_go_on(kind: Kind) {
    let Some(server) = S3::start(kind) else { return };
    let store: Arc<dyn Store> = Arc::new(BucketStore::open(&bucket(&server)).unwrap());
    gate::check(&store, "abc", Duration::from_mins(1)).unwrap();
    // A key that no server of ours would write is passed over.
    server.ask("PUT", &format!("{}/plane/log/0/not%20ours.txt", s3::BUCKET), "");
    for i in 0..25 {
        let create =
            Verb::Create { name: name(&format!("log/0/{i:020}.json")), bytes: Arc::from(&b"{}"[..]) };
        assert_eq!(store.run(&create), Answer::Created);
    }
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let Answer::Page { names, more } = store.run(&Verb::List { prefix: name("log"), after, max: 10 })
        else {
            panic!("no page")
        };
        after = names.last().cloned();
        all.extend(names);
        if !more {
            break;
        }
    }
    assert_eq!(all.len(), 25);
    assert!(all.is_sorted());
}

/// versitygw looks whether there is an object and writes then: two who race both win, sooner or later.
#[test]
fn a_service_that_looks_and_then_writes_is_found_out() {
    let Some(server) = S3::start(Kind::Versitygw) else { return };
    let place = Place::Bucket(bucket(&server));
    // The race has to happen. On eight processes and 300 names it does, as a rule; a quiet minute is possible.
    for _ in 0..20 {
        let results = processes::run(&place, &respawn);
        let race = results.iter().find(|r| r.name.contains("racing")).unwrap();
        if let Verdict::Failed { what, todo } = &race.verdict {
            assert!(what.contains("winners") && todo.contains("If-None-Match"), "{race}");
            return;
        }
    }
    panic!("20 checks have not found out that versitygw's PUT with If-None-Match is not sound");
}

/// What is wrong is said with its kind, and with what to do.
fn refused(at: &Bucket, kind: FaultKind, parts: &[&str]) {
    let store = BucketStore::open(at).unwrap();
    for verb in [
        Verb::Read { name: name("plane.json") },
        Verb::Create { name: name("plane.json"), bytes: Arc::from(&b"{}"[..]) },
        Verb::List { prefix: name("terms"), after: None, max: 10 },
    ] {
        let (Answer::Failed(Fault { kind: found, text }) | Answer::Unknown(Fault { kind: found, text })) =
            store.run(&verb)
        else {
            panic!("{verb:?} went well")
        };
        assert_eq!(found, kind, "{text}");
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        assert!(!text.contains(s3::CREDENTIAL), "{text}");
    }
    let store: Arc<dyn Store> = Arc::new(store);
    let failure = gate::check(&store, "abc", Duration::from_mins(1)).unwrap_err();
    assert_eq!(failure.kind, kind, "{failure}");
}

#[test]
fn each_wrong_setting_is_named_with_what_to_do() {
    let Some(server) = S3::start(Kind::Versitygw) else { return };
    let right = bucket(&server);
    let other = |change: &dyn Fn(&mut Bucket)| {
        let mut at = right.clone();
        change(&mut at);
        at
    };
    let missing = other(&|at| at.container = "nowhere".to_owned());
    refused(&missing, FaultKind::Unfit, &["s3://nowhere", "NoSuchBucket", "create the bucket"]);
    let stranger = other(&|at| at.identity = Some("stranger".to_owned()));
    refused(&stranger, FaultKind::Denied, &["does not know this identity"]);
    let wrong = other(&|at| at.credential = Some(Secret::new("wrong")));
    refused(&wrong, FaultKind::Denied, &["SignatureDoesNotMatch", "does not belong"]);
    let elsewhere = other(&|at| at.region = Some("eu-west-1".to_owned()));
    refused(&elsewhere, FaultKind::Unfit, &["region"]);
    let nobody = other(&|at| at.endpoint = Some("http://127.0.0.1:1".to_owned()));
    refused(&nobody, FaultKind::Unreachable, &["could not", "s3://planes"]);
}

#[test]
fn a_bucket_whose_settings_take_a_promise_away_is_refused_until_they_are_mended() {
    let Some(server) = S3::start(Kind::Ceph) else { return };
    let mut uses = 0;
    let mut gate = || {
        let store: Arc<dyn Store> = Arc::new(BucketStore::open(&bucket(&server)).unwrap());
        uses += 1;
        gate::check(&store, &format!("use-{uses}"), Duration::from_mins(1))
            .map_err(|failure| failure.to_string())
    };
    server.expire("elsewhere/");
    gate().unwrap();
    server.expire("pla");
    let said = gate().unwrap_err();
    assert!(said.contains("lifecycle rule \"sweep\"") && said.contains("remove it"), "{said}");
    server.expire_nothing();
    gate().unwrap();
    // Ceph looks at no condition where each PUT makes a version; Amazon S3 does.
    server.keep_versions(true);
    let said = gate().unwrap_err();
    assert!(said.contains("of two PUTs with If-None-Match both succeeded"), "{said}");
    server.keep_versions(false);
    gate().unwrap();
}

#[test]
fn a_service_without_if_match_takes_own_files_all_the_same() {
    if let Some(server) = S3::start(Kind::Gofakes3) {
        let faulty = Faulty::start(server.port());
        faulty.set(Some(Refusal::Lacks("if-match")));
        takes_own_files(&Bucket { endpoint: Some(faulty.endpoint()), ..bucket(&server) });
    }
    // It has one that never holds.
    if let Some(server) = S3::start(Kind::Ceph) {
        takes_own_files(&bucket(&server));
    }
}

fn takes_own_files(at: &Bucket) {
    let store = BucketStore::open(at).unwrap();
    for text in ["1", "2", "3"] {
        let write = Verb::PutOwn { name: name("nodes/a.json"), bytes: Arc::from(text.as_bytes()) };
        assert_eq!(store.run(&write), Answer::Done, "{text}");
    }
}

/// Two lives of one server: each is told by its next beat, and may go on once it has looked.
#[test]
fn who_writes_an_own_file_beside_another_is_told_at_once() {
    let Some(server) = S3::start(Kind::Gofakes3) else { return };
    let [first, second] = [(), ()].map(|()| BucketStore::open(&bucket(&server)).unwrap());
    let own = name("nodes/a.json");
    let write = |store: &BucketStore, text: &str| {
        store.run(&Verb::PutOwn { name: own.clone(), bytes: Arc::from(text.as_bytes()) })
    };
    assert_eq!(write(&first, "1"), Answer::Done);
    assert_eq!(write(&first, "2"), Answer::Done);
    assert_eq!(write(&second, "3"), Answer::Done);
    let told = write(&first, "4");
    assert!(
        matches!(&told, Answer::Failed(fault) if fault.text.contains("is not what was last written here")),
        "{told:?}"
    );
    let read = first.run(&Verb::Read { name: own.clone() });
    assert_eq!(read, Answer::Content(Some(Arc::from(&b"3"[..]))));
    assert_eq!(write(&first, "5"), Answer::Done);
    assert!(matches!(write(&second, "6"), Answer::Failed(_)));
    first.run(&Verb::Delete { name: own.clone() });
    assert!(matches!(write(&first, "7"), Answer::Failed(_)), "it was removed, and is not what it was");
    assert_eq!(write(&first, "8"), Answer::Done, "whoever goes on all the same is not held up");
}

//! What each outcome of a request to a bucket means: replies that are lost, names that are fought for, silence, and
//! listings in other orders and sizes. The service is a small one in this process, so that each of them happens for sure.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod listings;
mod others;
mod small;

use std::sync::Arc;
use std::time::{Duration, Instant};

use base::Secret;
use brownstone_store::Store;
use brownstone_store::bucket::BucketStore;
use brownstone_store::place::Bucket;
use ha::verbs::{Answer, FaultKind, Name, Verb};
use small::{Fate, Small};

const RECORD: &str = "log/0/1.json";

fn open(port: u16, patience: Duration) -> BucketStore {
    let at = Bucket {
        endpoint: Some(format!("http://127.0.0.1:{port}")),
        identity: Some("me".to_owned()),
        credential: Some(Secret::new("x")),
        patience: Some(patience),
        ..Bucket::parse("planes/plane").unwrap()
    };
    BucketStore::open(&at).unwrap()
}

/// A service and a store in it, which has been tried out.
fn store(patience: Duration) -> (Small, BucketStore) {
    let small = Small::start();
    let store = open(small.port, patience);
    assert_eq!(create(&store, "first"), Answer::Created);
    (small, store)
}

fn patient() -> (Small, BucketStore) {
    store(Duration::from_secs(30))
}

fn create(store: &BucketStore, content: &str) -> Answer {
    store.run(&Verb::Create { name: name(RECORD), bytes: Arc::from(content.as_bytes()) })
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn is_unknown(answer: &Answer) -> bool {
    matches!(answer, Answer::Unknown(fault) if fault.kind == FaultKind::Unreachable)
}

#[test]
fn a_create_without_a_reply_is_what_its_name_tells() {
    let (small, store) = patient();
    small.expects(&[("PUT", RECORD, Fate::NoReply)]);
    assert_eq!(create(&store, "mine"), Answer::Created, "it was carried out");
    small.expects(&[("PUT", RECORD, Fate::Lost)]);
    small.with(|state| state.objects.insert(format!("plane/{RECORD}"), b"theirs".to_vec()));
    assert_eq!(create(&store, "mine"), Answer::Exists, "another's");
    small.expects(&[("PUT", RECORD, Fate::Lost)]);
    assert!(is_unknown(&create(&store, "mine")), "nothing yet: it may still be carried out");
    let unreadable = ("GET", RECORD, Fate::Refused(500, "InternalError"));
    small.expects(&[("PUT", RECORD, Fate::NoReply), unreadable]);
    assert!(is_unknown(&create(&store, "mine")), "nobody can tell");
}

#[test]
fn an_error_behind_which_the_service_may_go_on_is_no_refusal() {
    for (status, code) in [(408, "RequestTimeout"), (500, "InternalError"), (503, "SlowDown"), (504, "")] {
        let (small, store) = patient();
        small.expects(&[("PUT", RECORD, Fate::RefusedAndMade(status, code, "mine"))]);
        assert_eq!(create(&store, "mine"), Answer::Created, "{status}");
        small.expects(&[("PUT", RECORD, Fate::Refused(status, code))]);
        assert!(is_unknown(&create(&store, "mine")), "{status}");
    }
}

#[test]
fn a_name_that_is_fought_for_is_had_taken_or_certainly_not_had() {
    let (small, store) = patient();
    let conflict = |code| ("PUT", RECORD, Fate::Refused(409, code));
    let puts = || small.with(|state| state.asked.iter().filter(|asked| asked.starts_with("PUT")).count());
    for code in ["ConditionalRequestConflict", "OperationAborted", ""] {
        small.expects(&[conflict(code), conflict(code)]);
        assert_eq!((create(&store, "mine"), puts()), (Answer::Created, 3), "{code}: nobody else had it");
    }
    // What it holds is another request's, also when that has the same bytes: this one was not carried out.
    small.expects(&[("PUT", RECORD, Fate::RefusedAndMade(409, "OperationAborted", "theirs"))]);
    assert_eq!((create(&store, "mine"), puts()), (Answer::Exists, 1));
    // Nor was it where nobody can tell what the name holds.
    small.expects(&[conflict("OperationAborted"), ("GET", RECORD, Fate::Refused(500, "InternalError"))]);
    let answer = create(&store, "mine");
    assert!(matches!(&answer, Answer::Failed(fault) if fault.kind == FaultKind::Unreachable), "{answer:?}");
    let for_ever: Vec<_> = (0..20).map(|_| conflict("ConditionalRequestConflict")).collect();
    small.expects(&for_ever);
    let answer = create(&store, "mine");
    assert!(matches!(&answer, Answer::Failed(fault) if fault.kind == FaultKind::Unreachable), "{answer:?}");
    assert!(puts() < 20, "it is given up");
}

#[test]
fn a_service_that_says_nothing_is_waited_for_as_long_as_was_asked_for() {
    let (small, store) = store(Duration::from_secs(2));
    let silent = |method| (method, RECORD, Fate::Silence);
    small.expects(&[silent("PUT"), silent("GET"), silent("GET")]);
    let began = Instant::now();
    assert!(is_unknown(&create(&store, "mine")));
    let read = store.run(&Verb::Read { name: name(RECORD) });
    assert!(matches!(&read, Answer::Failed(fault) if fault.text.contains("no answer within")), "{read:?}");
    assert!(began.elapsed() < Duration::from_secs(11), "{:?}", began.elapsed());
}

#[test]
fn what_was_refused_or_never_sent_has_changed_nothing() {
    let (small, store) = patient();
    small.expects(&[("PUT", RECORD, Fate::Refused(429, ""))]);
    let answer = create(&store, "mine");
    assert!(matches!(&answer, Answer::Failed(fault) if fault.kind == FaultKind::Unreachable), "{answer:?}");
    // Nobody listens there, so nothing was sent.
    let answer = create(&open(1, Duration::from_secs(30)), "mine");
    assert!(matches!(&answer, Answer::Failed(fault) if fault.kind == FaultKind::Unreachable), "{answer:?}");
    let gone = store.run(&Verb::Delete { name: name("log/0/9.json") });
    assert_eq!(gone, Answer::Done, "what is not there is gone");
}

fn put(store: &BucketStore, own: &str, content: &str) -> Answer {
    store.run(&Verb::PutOwn { name: name(own), bytes: Arc::from(content.as_bytes()) })
}

fn read(store: &BucketStore, of: &str) -> Answer {
    store.run(&Verb::Read { name: name(of) })
}

#[track_caller]
fn assert_failed(answer: &Answer, kind: FaultKind) {
    assert!(matches!(answer, Answer::Failed(fault) if fault.kind == kind), "expected {kind:?}: {answer:?}");
}

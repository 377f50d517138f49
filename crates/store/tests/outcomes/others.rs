//! Own files, deletes and reads; and a bucket that is no longer what it was.

use std::sync::Arc;
use std::time::{Duration, Instant};

use brownstone_store::Store;
use ha::verbs::{Answer, FaultKind, Verb};

use crate::small::{Fate, Small};
use crate::{RECORD, assert_failed, create, is_unknown, name, open, patient, put, read};

#[test]
fn a_change_without_a_reply_is_unknown_and_one_that_was_refused_is_not() {
    let (small, store) = patient();
    let own = "nodes/a.json";
    let delete = || store.run(&Verb::Delete { name: name(own) });
    for lost in [Fate::NoReply, Fate::Lost, Fate::Refused(500, "InternalError")] {
        small.expects(&[("PUT", own, lost.clone()), ("DELETE", own, lost)]);
        let (put, delete) = (put(&store, own, "beat"), delete());
        assert!(is_unknown(&put) && is_unknown(&delete), "{put:?} {delete:?}");
    }
    let denied = Fate::Refused(403, "AccessDenied");
    small.expects(&[("PUT", own, denied.clone()), ("DELETE", own, denied)]);
    assert_failed(&put(&store, own, "beat"), FaultKind::Denied);
    assert_failed(&delete(), FaultKind::Denied);
    small.expects(&[("DELETE", own, Fate::Refused(404, "NoSuchKey"))]);
    assert_eq!(delete(), Answer::Done, "some services tell that it was not there");
}

#[test]
fn only_the_service_says_that_there_is_nothing() {
    let (small, store) = patient();
    small.expects(&[]);
    assert_eq!(read(&store, RECORD), Answer::Content(None));
    let page = "Content-Type: text/html; charset=utf-8\r\nETag: \"x\"\r\nContent-Length: 7";
    let bare = "Content-Type: text/plain\r\nContent-Length: 7";
    let dated = "\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT";
    for fate in [
        Fate::Refused(404, ""),
        Fate::Refused(404, "NoSuchBucket"),
        Fate::Refused(400, "InvalidRequest"),
        Fate::Page(page),
        Fate::Page(bare),
        Fate::Page(Box::leak(format!("{page}{dated}").into_boxed_str())),
        Fate::Page(Box::leak(format!("{bare}{dated}").into_boxed_str())),
        // More than anything of ours has.
        Fate::Page("ETag: \"x\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 67108865"),
    ] {
        small.expects(&[("GET", RECORD, fate.clone())]);
        assert_failed(&read(&store, RECORD), FaultKind::Unfit);
        let is_page = matches!(fate, Fate::Page(headers) if headers.contains("html"));
        if is_page {
            small.expects(&[("PUT", "nodes/a.json", fate)]);
            let answer = put(&store, "nodes/a.json", "beat");
            assert!(matches!(answer, Answer::Unknown(_)), "a proxy took it: {answer:?}");
        }
    }
}

/// A service ignores conditions from some day on: a setting of the bucket was changed.
#[test]
fn nothing_is_written_while_names_are_not_created_once_and_again_when_that_is_mended() {
    let small = Small::start();
    small.with(|state| state.unconditional = true);
    let store = open(small.port, Duration::from_secs(30));
    assert_failed(&create(&store, "mine"), FaultKind::Unfit);
    assert_failed(&put(&store, "nodes/a.json", "beat"), FaultKind::Unfit);
    assert!(small.with(|state| state.objects.is_empty()), "what was tried is removed");
    assert_eq!(read(&store, RECORD), Answer::Content(None), "it is read, though");
    small.with(|state| state.unconditional = false);
    let began = Instant::now();
    while create(&store, "mine") != Answer::Created {
        assert!(began.elapsed() < Duration::from_secs(20), "it is tried every second");
        std::thread::yield_now();
    }
}

#[test]
fn a_trial_that_cannot_be_carried_out_says_nothing_of_the_bucket() {
    let small = Small::start();
    small.expects(&[("PUT", "", Fate::Refused(500, "InternalError"))]);
    let store = open(small.port, Duration::from_secs(30));
    assert_eq!(create(&store, "mine"), Answer::Created);
    let first = small.with(|state| state.asked.iter().find(|asked| asked.starts_with("PUT")).cloned());
    assert!(first.is_some_and(|put| put.contains("check/trial-")), "it was the trial that failed");
}

#[test]
fn own_files_are_guarded_by_what_they_held_and_the_hint_that_all_write_is_not() {
    let (small, first) = patient();
    let second = open(small.port, Duration::from_secs(30));
    assert_eq!(create(&second, "second"), Answer::Exists);
    let own = "nodes/a.json";
    let told = |answer: &Answer| assert_failed(answer, FaultKind::Unfit);
    assert_eq!((put(&first, own, "1"), put(&first, own, "2")), (Answer::Done, Answer::Done));
    assert_eq!(put(&second, own, "3"), Answer::Done);
    told(&put(&first, own, "4"));
    // What was read is what is replaced, and nothing else.
    assert_eq!(read(&first, own), Answer::Content(Some(Arc::from(&b"3"[..]))));
    assert_eq!(put(&second, own, "5"), Answer::Done);
    told(&put(&first, own, "6"));
    assert_eq!(put(&first, own, "7"), Answer::Done, "whoever goes on all the same is not held up");
    small.with(|state| state.objects.clear());
    assert_eq!(read(&first, own), Answer::Content(None));
    assert_eq!(put(&first, own, "8"), Answer::Done, "it was seen that there is none");
    for (store, content) in [(&first, "1"), (&second, "2"), (&first, "3"), (&second, "4")] {
        assert_eq!(put(store, "leader.json", content), Answer::Done);
    }
}

#[test]
fn an_own_file_that_a_proxy_sends_twice_is_written() {
    let (small, store) = patient();
    let own = "nodes/a.json";
    assert_eq!(put(&store, own, "1"), Answer::Done);
    for content in ["2", "3"] {
        small.with(|state| state.fates.push_back(("PUT", own, Fate::Twice)));
        assert_eq!(put(&store, own, content), Answer::Done);
        assert_eq!(read(&store, own), Answer::Content(Some(Arc::from(content.as_bytes()))));
    }
    assert_eq!(put(&store, own, "4"), Answer::Done);
}

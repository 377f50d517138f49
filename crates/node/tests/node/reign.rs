//! What is answered, and when.

use base::Span;
use base::limits::RECORD_BYTES_MAX;
use brownstone_node::interface::{Input, Response};
use ha::config::Mode;
use ha::status::Role;
use ha::verbs::{Answer, Fault, FaultKind, Verb};

use crate::server::{Left, Server};

#[test]
fn what_an_answer_says_is_shown_before_it_and_both_wait_for_the_record() {
    let mut s = Server::serving();
    let before = s.shown();
    s.held = "log/";
    s.ask(1, 1);
    s.ask_in_vain(2);
    s.run(Span::secs(1));
    assert_eq!((s.left.len(), s.shown()), (0, before), "{:?}", s.left);
    s.go_on();
    let record = before.next();
    assert!(
        matches!(
            s.left.as_slice(),
            [
                Left::Shown(first),
                Left::Answered(1, Response::Recorded { lsn, .. }),
                Left::Shown(second),
                Left::Answered(2, Response::Recorded { .. })
            ] if (*first, *lsn, *second) == (record, record, record.next())
        ),
        "{:?}",
        s.left
    );
}

#[test]
fn a_refusal_waits_for_a_record_of_its_own() {
    let mut s = Server::serving();
    s.held = "log/";
    s.ask_in_vain(1);
    assert_eq!(s.answer(1), None, "who rules is known by the record only");
    s.go_on();
    assert!(s.is_recorded(1));
}

#[test]
fn a_master_that_is_suspended_takes_nothing_on_and_answers_nothing_as_recorded() {
    let mut s = Server::serving();
    s.held = "nodes/";
    s.run(Span::secs(12));
    assert_eq!(s.role(), Role::Suspended);
    s.ask(1, 1);
    assert_eq!(s.answer(1), Some(&Response::NotRecorded));
    s.go_on();
    s.run(Span::secs(3));
    assert_eq!(s.role(), Role::Master);
    // The record lands when the lease has run out: nobody knows what has become of the plane meanwhile.
    s.held = "log/";
    s.ask(2, 1);
    s.now += Span::secs(9).0;
    s.go_on();
    assert_eq!(s.answer(2), Some(&Response::Unknown));
}

#[test]
fn all_who_wait_are_answered_when_the_reign_ends_each_with_what_is_known() {
    let mut s = Server::serving();
    s.held = "log/";
    s.ask(1, 1);
    s.ask(2, 1);
    s.ask(3, 1);
    s.input(Input::SetMode(Mode::Standby));
    assert_eq!(s.answer(1), Some(&Response::Unknown), "it may have landed");
    assert_eq!(s.answer(2), Some(&Response::NotRecorded), "it was never sent");
    assert_eq!(s.answer(3), Some(&Response::NotRecorded));
    assert!(s.left.contains(&Left::WorkDropped));
    s.ask(4, 1);
    assert_eq!(s.answer(4), Some(&Response::NotMaster));
}

#[test]
fn what_waits_is_bounded_and_taken_on_again_when_it_is_recorded() {
    let mut s = Server::serving();
    for round in 0..3_u64 {
        s.held = "log/";
        let mut taken = Vec::new();
        let mut refused = None;
        for n in 0..20 {
            let request = round * 100 + n + 1;
            s.ask(request, RECORD_BYTES_MAX / 2);
            match s.answer(request) {
                None => taken.push(request),
                Some(Response::Overloaded) => _ = refused.get_or_insert(n),
                other => panic!("{other:?}"),
            }
        }
        assert!(refused.is_some_and(|n| n > 5), "round {round}: {refused:?}");
        s.go_on();
        assert!(taken.iter().all(|request| s.is_recorded(*request)), "round {round}");
    }
    let largest = s.files.iter().filter(|(name, _)| name.as_str().starts_with("log/"));
    let largest = largest.map(|(_, bytes)| bytes.len()).max().unwrap();
    assert!(largest < RECORD_BYTES_MAX * 2, "a record of {largest} bytes");
}

#[test]
fn a_graceful_end_records_what_was_accepted_and_waits_no_longer_than_two_seconds() {
    let mut s = Server::serving();
    s.held = "log/";
    s.ask(1, 1);
    s.ask(2, 1);
    s.input(Input::Stop);
    s.ask(3, 1);
    assert_eq!(s.answer(3), Some(&Response::NotRecorded), "nothing more is taken on");
    s.run(Span::secs(1));
    s.go_on();
    assert!(s.is_recorded(1) && s.is_recorded(2), "{:?}", s.left);
    let mut s = Server::serving();
    s.held = "log/";
    s.ask(1, 1);
    s.input(Input::Stop);
    s.run(Span::secs(5));
    assert_eq!(s.answer(1), Some(&Response::Unknown));
}

#[test]
fn a_record_that_fails_for_a_while_is_sent_again_and_answered_once() {
    let mut s = Server::serving();
    s.held = "log/";
    s.ask(1, 1);
    let (op, verb) = s.waiting.pop().unwrap();
    let fault = Fault { kind: FaultKind::Unreachable, text: "no answer".into() };
    s.input(Input::Stored { op, answer: Answer::Unknown(fault) });
    assert_eq!(s.answer(1), None);
    s.run(Span::millis(300));
    let again: Vec<Verb> = s.waiting.iter().map(|(_, verb)| verb.clone()).collect();
    assert_eq!(again, [verb], "the very same");
    s.go_on();
    assert!(s.is_recorded(1));
}

#[test]
fn what_is_asked_for_behind_a_record_on_its_way_builds_on_it() {
    let mut s = Server::serving();
    let serial = |s: &Server| s.view.as_ref().unwrap().root.as_ref().unwrap().orders().serial;
    let before = serial(&s);
    s.held = "log/";
    for request in 1..=3 {
        s.ask(request, 1);
    }
    assert_eq!(serial(&s), before, "nobody sees it yet");
    s.go_on();
    assert_eq!(serial(&s), before + 3, "each order is one more than the one before it");
}

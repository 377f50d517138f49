//! What a store that fails must not hold up: the end of a process, and another's turn after a claim that cannot be finished.

use crate::world::World;
use base::{Span, Term};
use brownstone_ha as ha;
use ha::config::Mode;
use ha::files::{EndFile, EndWhy, from_bytes};
use ha::input::{Exit, Input, LostAppend};
use ha::status::Role;

fn pair() -> World {
    World::pair(Span::secs(3))
}

#[test]
fn a_store_that_takes_nothing_holds_up_no_graceful_end() {
    for role in ["a", "b"] {
        let mut w = pair();
        w.nodes.get_mut(role).unwrap().failing = Some("");
        w.input(role, Input::Stop);
        w.run(Span::secs(8));
        assert_eq!(w.node(role).exit, Some(Exit::Stopped), "{role}");
    }
}

#[test]
fn an_end_is_marked_when_the_own_file_says_it_and_not_before() {
    let mut w = pair();
    w.nodes.get_mut("a").unwrap().failing = Some("nodes/a");
    w.input("a", Input::Stop);
    w.run(Span::secs(2));
    let end = ha::names::term_end(Term(1));
    assert!(!w.files.contains_key(&end), "its file still says that it rules");
    w.nodes.get_mut("a").unwrap().failing = None;
    w.run(Span::secs(2));
    let end: EndFile = from_bytes(&w.files[&end]).unwrap();
    assert_eq!(end.beat, w.file("a").unwrap().beat, "its last");
}

#[test]
fn whoever_is_stopped_on_its_way_to_the_chair_ends_its_term_and_one_that_has_not_begun_ends_at_once() {
    let mut w = pair();
    w.nodes.get_mut("b").unwrap().held = Some("ckpt");
    w.input("b", Input::SetMode(Mode::Master));
    w.input("b", Input::Stop);
    assert_eq!(w.node("b").exit, Some(Exit::Stopped));
    let end: EndFile = from_bytes(&w.files[&ha::names::term_end(Term(2))]).unwrap();
    assert_eq!((end.node.to_string(), end.why), ("b".to_owned(), EndWhy::Exit));
    w.start("c", 0, Mode::Auto);
    let mut config = crate::world::config("c", 1, Mode::Auto, Span::secs(30));
    config.uid = "held".into();
    w.start_with("c", config);
    w.nodes.get_mut("c").unwrap().held = Some("");
    w.input("c", Input::Stop);
    w.run(Span::secs(10));
    assert_eq!(w.node("c").exit, Some(Exit::Stopped));
}

#[test]
fn an_end_waits_for_the_record_that_is_on_its_way_for_two_seconds() {
    for answered in [true, false] {
        let mut w = pair();
        w.nodes.get_mut("a").unwrap().held = Some("log/");
        assert!(!w.write("a", "one"));
        w.input("a", Input::Stop);
        w.run(Span::millis(1500));
        assert_eq!((w.node("a").exit.clone(), w.role("a")), (None, Role::Master));
        if answered {
            w.let_go("a");
            assert_eq!((w.node("a").landed, w.node("a").exit.clone()), (1, Some(Exit::Stopped)));
        } else {
            w.run(Span::millis(700));
            assert_eq!(w.node("a").exit, Some(Exit::Stopped));
            assert_eq!(w.node("a").lost, [LostAppend::Unknown]);
        }
    }
}

#[test]
fn a_claim_that_cannot_be_finished_is_given_up_and_the_next_one_has_its_turn() {
    let mut w = pair();
    w.start("c", 0, Mode::Auto);
    w.run(Span::secs(3));
    w.nodes.get_mut("a").unwrap().up = false;
    // Of two candidates `b` goes first, and cannot write to the log.
    w.nodes.get_mut("b").unwrap().failing = Some("log/");
    w.run(Span::secs(60));
    assert!(w.files.contains_key(&ha::names::term(Term(2))));
    assert_eq!(w.role("c"), Role::HotStandby, "a claim is a sign of life");
    w.run(Span::secs(120));
    let end: EndFile = from_bytes(&w.files[&ha::names::term_end(Term(2))]).unwrap();
    assert_eq!((end.node.to_string(), end.why), ("b".to_owned(), EndWhy::GaveUp));
    assert_eq!(w.role("c"), Role::Master, "{:?}", w.node("c").ha.status());
}

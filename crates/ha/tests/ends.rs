//! What a store that fails must not hold up: the end of a process, and another's turn after a claim that cannot be finished.

#![allow(clippy::unwrap_used, reason = "a test's world: what is missing fails it")]

mod world;

use base::{Span, Term};
use brownstone_ha as ha;
use ha::config::Mode;
use ha::files::{EndFile, EndWhy, from_bytes};
use ha::input::{Exit, Input};
use ha::status::Role;
use world::World;

fn pair() -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    w
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
    assert!(w.files.contains_key(&end));
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

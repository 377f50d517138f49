//! After the fence: which mark it is compared with, and whose lease is waited for by whose word.

use crate::world::{World, config};
use base::{Mono, NodeId, Span, Term};
use brownstone_ha as ha;
use ha::config::Mode;
use ha::files::{TermFile, from_bytes, to_bytes};
use ha::input::Input;
use ha::status::Role;
use ha::verbs::{Name, Verb};

fn order(w: &mut World, id: &str) {
    w.input(id, Input::SetMode(Mode::Master));
}

fn stop(w: &mut World, id: &str) {
    w.nodes.get_mut(id).unwrap().up = false;
}

fn file_of(id: &str) -> Name {
    ha::names::node(&NodeId::new(id)).unwrap()
}

fn newest_mark(w: &World) -> Name {
    w.files.keys().rfind(|name| ha::names::number(name.leaf(), ".ok").is_some()).unwrap().clone()
}

/// How long it takes from now until `b` rules; nobody else may then.
fn until_b_rules(w: &mut World) -> Span {
    let began = w.now;
    while w.role("b") != Role::Master {
        w.run(Span::millis(20));
        assert!(w.now - began < 100_000_000, "{:?}", w.node("b").ha.status());
    }
    for other in w.nodes.keys().filter(|id| *id != "b") {
        assert_eq!(w.node(other).ha.serving_term(Mono(w.now)), None, "two leases: {other}");
    }
    Span(w.now - began)
}

/// `a` rules and has two checkpoints; `b` follows with this timeout and has been told of the first one.
fn with_marks(timeout: Span) -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start_with("b", config("b", 0, Mode::Auto, timeout));
    w.run(Span::secs(2));
    for i in 0..12 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.run(Span::secs(3));
    let first = newest_mark(&w);
    // Its file does not show the second one any more.
    w.nodes.get_mut("a").unwrap().held = Some("put nodes/a");
    for i in 0..12 {
        assert!(w.write("a", &format!("more {i}")));
    }
    assert!(newest_mark(&w) > first);
    w
}

#[test]
fn a_fence_is_compared_with_the_newest_mark_that_any_page_of_a_listing_shows() {
    let mut w = with_marks(Span::secs(30));
    let newest = newest_mark(&w);
    stop(&mut w, "a");
    w.page = Some(1);
    w.asked.clear();
    order(&mut w, "b");
    until_b_rules(&mut w);
    let is_fence =
        |verb: &Verb| matches!(verb, Verb::Create { name, .. } if name.as_str().starts_with("log/"));
    let fence = w.asked.iter().position(is_fence).unwrap();
    assert!(w.asked[fence..].iter().any(|verb| matches!(verb, Verb::Read { name } if *name == newest)));
}

/// That it cannot be seen may be a cached lie.
#[test]
fn a_mark_that_is_named_and_not_there_is_waited_for() {
    let mut w = with_marks(Span::secs(30));
    w.let_go("a");
    w.run(Span::secs(3));
    w.input("a", Input::Stop);
    let mark = newest_mark(&w);
    let bytes = w.files.remove(&mark).unwrap();
    order(&mut w, "b");
    w.run(Span::secs(10));
    assert_eq!(w.role("b"), Role::Initializing, "it claims, and does not serve");
    w.files.insert(mark, bytes);
    w.run(Span::secs(1));
    assert_eq!(w.role("b"), Role::Master);
}

/// It has come since, and knows of the last claim only: the one before it is read by its name.
#[test]
fn the_owner_of_the_last_data_is_waited_for_by_one_who_never_saw_its_claim() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start_with("c", config("c", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::secs(3));
    assert!(w.write("a", "one"));
    w.run(Span::secs(2));
    stop(&mut w, "a");
    // `c` fences term 2 and stops.
    w.nodes.get_mut("c").unwrap().held = Some("ckpt");
    order(&mut w, "c");
    w.run(Span::secs(1));
    stop(&mut w, "c");
    w.start_with("b", config("b", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::millis(500));
    order(&mut w, "b");
    let took = until_b_rules(&mut w);
    assert!(took > Span::secs(25), "{took}");
}

/// A release of before did not say in its claim how long its lease lasts: its file says it, or the own timeout is all
/// that is known.
#[test]
fn a_lease_that_its_claim_does_not_tell_is_waited_for_by_its_file_or_for_the_own_timeout() {
    for (own, file, least) in [(2, true, 28), (30, true, 28), (30, false, 28)] {
        let mut w = World::default();
        // 24 s, or with a file that counts for less than the own timeout, 1.6 s.
        let of_a = if own == 2 { 30 } else { 2 };
        w.start_with("a", config("a", 0, Mode::Auto, Span::secs(of_a)));
        w.run(Span::secs(1));
        assert!(w.write("a", "one"));
        let term = ha::names::term(Term(1));
        let claim: TermFile = from_bytes(&w.files[&term]).unwrap();
        w.files.insert(term, to_bytes(&TermFile { lease_ms: None, ..claim }));
        w.start_with("b", config("b", 0, Mode::Auto, Span::secs(own)));
        w.run(Span::secs(1));
        stop(&mut w, "a");
        if !file {
            w.files.remove(&file_of("a"));
        }
        order(&mut w, "b");
        let took = until_b_rules(&mut w);
        assert!(took >= Span::secs(least), "{own} {file}: {took}");
    }
}

/// What it said before it claimed is no word on what it has done since.
#[test]
fn a_standbys_word_of_before_the_fence_says_nothing_of_a_term_that_it_has_claimed_since() {
    let mut w = World::default();
    w.start("x", 0, Mode::Auto);
    w.run(Span::secs(1));
    for id in ["a", "b"] {
        w.start(id, 0, Mode::Auto);
    }
    w.run(Span::secs(5));
    // `b` has read that `a` stands by, and sleeps.
    stop(&mut w, "b");
    w.input("x", Input::Stop);
    order(&mut w, "a");
    w.run(Span::secs(2));
    assert_eq!(w.role("a"), Role::Master);
    // `a` is stopped with a lease in hand, and its file cannot be seen.
    stop(&mut w, "a");
    w.files.remove(&file_of("a"));
    w.nodes.get_mut("b").unwrap().up = true;
    w.input("b", Input::Wake);
    order(&mut w, "b");
    let took = until_b_rules(&mut w);
    assert!(took > Span::secs(22), "{took}");
}

/// A beat that comes after the last look and before the time is up is seen by one more look.
#[test]
fn an_old_lease_is_over_by_a_read_and_not_by_the_clock_alone() {
    let waiting = || {
        let mut w = World::pair(Span::secs(5));
        stop(&mut w, "a");
        order(&mut w, "b");
        w
    };
    let took = until_b_rules(&mut waiting());
    let mut w = waiting();
    w.run(took - Span::millis(60));
    assert_eq!(w.role("b"), Role::Initializing);
    let mut file = w.file("a").unwrap();
    file.beat += 1;
    w.files.insert(file_of("a"), to_bytes(&file));
    w.run(Span::secs(20));
    assert_eq!(w.role("b"), Role::Initializing);
}

//! Whose turn it is when the chair is free: by rank, by an operator's word, and after a try that failed.

use crate::world::{World, config};
use base::{NodeId, Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::input::Input;
use ha::status::Role;

/// `a` rules, the others follow with these priorities.
fn plane(others: &[(&str, i64)]) -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    for (id, priority) in others {
        w.start_with(id, Config { priority: *priority, ..config(id, 0, Mode::Auto, Span::secs(30)) });
    }
    w.run(Span::secs(15));
    w
}

fn stop(w: &mut World, id: &str) {
    w.nodes.get_mut(id).unwrap().up = false;
}

fn claimed(w: &World, term: u64) -> bool {
    w.files.contains_key(&ha::names::term(Term(term)))
}

fn hand_over(w: &mut World, to: &str) {
    w.input("a", Input::HandOver { to: Some(NodeId::new(to)), by: "operator".into() });
}

fn claims_lost(w: &World, id: &str) -> u64 {
    w.node(id).ha.status().counts.claims_lost
}

/// It may have to find out by a look.
#[test]
fn who_was_named_goes_first_and_the_others_in_their_turn_when_it_does_not_come() {
    let mut w = plane(&[("b", 0), ("c", 0), ("d", 0)]);
    stop(&mut w, "c");
    hand_over(&mut w, "c");
    w.run(Span::millis(2400));
    assert!(!claimed(&w, 2), "the way is free for c");
    w.run(Span::secs(2));
    let lost: u64 = ["a", "b", "d"].iter().map(|id| claims_lost(&w, id)).sum();
    assert_eq!((claimed(&w, 2), lost), (true, 0), "one after the other");
}

/// The others hold off after tries that failed, not the one that an operator has named.
#[test]
fn who_was_named_does_not_hold_off() {
    let mut w = plane(&[("b", 0)]);
    w.nodes.get_mut("b").unwrap().failing = Some("create terms/");
    for _ in 0..7 {
        w.input("b", Input::SetMode(Mode::Master));
    }
    w.nodes.get_mut("b").unwrap().failing = None;
    hand_over(&mut w, "b");
    w.run(Span::secs(2));
    assert_eq!(w.role("b"), Role::Master);
}

#[test]
fn the_second_and_the_third_do_not_try_at_once_when_the_first_cannot() {
    let mut w = plane(&[("b", 3), ("c", 2), ("d", 1)]);
    w.nodes.get_mut("b").unwrap().failing = Some("create terms/");
    stop(&mut w, "a");
    w.run(Span::secs(40));
    assert_eq!((w.role("c"), claims_lost(&w, "d")), (Role::Master, 0));
}

#[test]
fn a_priority_that_is_set_at_run_time_counts() {
    let mut w = plane(&[("b", 0), ("c", 5)]);
    w.input("b", Input::SetPriority(9));
    w.run(Span::secs(12));
    stop(&mut w, "a");
    w.run(Span::secs(40));
    assert_eq!((w.role("b"), claims_lost(&w, "c")), (Role::Master, 0));
}

/// It waits for nobody's turn, once: after a claim that came to nothing it takes its own.
#[test]
fn one_that_is_configured_as_master_goes_first() {
    let took = |mode| {
        let mut w = plane(&[("b", 5)]);
        w.start("c", 0, mode);
        w.run(Span::secs(12));
        // Neither is heard of again, and `b` is not known to be silent when the time is up.
        stop(&mut w, "a");
        w.run(Span::secs(10));
        stop(&mut w, "b");
        let began = w.now;
        while !claimed(&w, 2) {
            w.run(Span::millis(5));
            assert!(w.now - began < 60_000_000);
        }
        Span(w.now - began)
    };
    let (auto, master) = (took(Mode::Auto), took(Mode::Master));
    assert!(master + Span::secs(1) < auto, "{master} {auto}");
}

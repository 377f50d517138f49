//! When a standby claims, and who goes first: silence is what was read, and a word is whose it is.

use crate::world::{World, config};
use base::{NodeId, Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::files::{LeaderFile, NodeFile, to_bytes};
use ha::input::Input;
use ha::status::Role;
use ha::verbs::Name;

fn plane(others: &[&str]) -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    for id in others {
        w.start(id, 0, Mode::Auto);
    }
    w.run(Span::secs(15));
    assert_eq!(w.role("a"), Role::Master);
    w
}

fn stop(w: &mut World, id: &str) {
    w.nodes.get_mut(id).unwrap().up = false;
}

fn name(id: &str) -> Name {
    ha::names::node(&NodeId::new(id)).unwrap()
}

fn claimed(w: &World, term: u64) -> bool {
    w.files.contains_key(&ha::names::term(Term(term)))
}

/// How long it takes from now until this term is claimed.
fn until_claimed(w: &mut World, term: u64) -> Span {
    let began = w.now;
    while !claimed(w, term) {
        w.run(Span::millis(5));
        assert!(w.now - began < 100_000_000);
    }
    Span(w.now - began)
}

#[test]
fn neither_nudges_nor_a_store_that_was_away_make_it_longer() {
    let mut w = plane(&["b"]);
    stop(&mut w, "a");
    for _ in 0..580 {
        w.run(Span::millis(50));
        w.input("b", Input::Nudge);
    }
    assert!(!claimed(&w, 2), "29 s");
    until_claimed(&mut w, 2);
    let mut w = plane(&["b"]);
    stop(&mut w, "a");
    w.run(Span::secs(3));
    w.nodes.get_mut("b").unwrap().held = Some("leader.json");
    w.run(Span::secs(100));
    w.let_go("b");
    w.run(Span::secs(25));
    assert!(!claimed(&w, 2), "nobody read anything for 100 s");
    until_claimed(&mut w, 2);
}

/// A beat that comes after the last look and before the time is up is seen by one more look.
#[test]
fn one_more_read_decides() {
    let mut w = plane(&["b"]);
    stop(&mut w, "a");
    let took = until_claimed(&mut w, 2);
    let mut w = plane(&["b"]);
    stop(&mut w, "a");
    w.run(took - Span::millis(20));
    assert!(!claimed(&w, 2));
    let mut file = w.file("a").unwrap();
    file.beat += 1;
    w.files.insert(name("a"), to_bytes(&file));
    w.run(Span::secs(20));
    assert!(!claimed(&w, 2));
}

#[test]
fn a_later_life_of_the_master_says_that_its_term_is_over_and_an_earlier_one_does_not() {
    let mut w = plane(&["b"]);
    stop(&mut w, "a");
    w.start("a", 1, Mode::HotBackup);
    w.run(Span::secs(3));
    assert_eq!(w.role("b"), Role::Master, "at once");
    // A put of the life before comes late, where nobody has read the later one.
    let mut w = plane(&[]);
    w.input("a", Input::Stop);
    let earlier = w.files[&name("a")].clone();
    w.start("a", 1, Mode::Auto);
    w.run(Span::secs(2));
    assert_eq!(w.role("a"), Role::Master);
    stop(&mut w, "a");
    w.files.insert(name("a"), earlier);
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(20));
    assert!(!claimed(&w, 3));
}

/// It was told of the term by a hint, which names no life: the claim says in which one it was made.
#[test]
fn a_later_life_of_a_master_that_came_while_one_followed_says_it_too() {
    let mut w = plane(&["b", "c"]);
    w.input("c", Input::SetMode(Mode::Master));
    w.run(Span::secs(5));
    assert_eq!(w.role("c"), Role::Master);
    stop(&mut w, "a");
    stop(&mut w, "c");
    w.start("c", 1, Mode::HotBackup);
    w.run(Span::secs(5));
    assert_eq!(w.role("b"), Role::Master, "at once");
}

/// It stood by when it wrote that, and has created a term since.
#[test]
fn that_the_owner_of_a_term_once_stood_by_is_no_word_on_that_term() {
    let mut w = plane(&["b", "c"]);
    w.nodes.get_mut("b").unwrap().held = Some("put nodes/b");
    w.input("b", Input::SetMode(Mode::Master));
    assert!(claimed(&w, 2));
    let hint = LeaderFile { term: Term(2), node: NodeId::new("b"), uri: String::new() };
    w.files.insert(ha::names::leader(), to_bytes(&hint));
    stop(&mut w, "a");
    w.run(Span::secs(15));
    assert!(!claimed(&w, 3), "c has met term 2, whose owner's file is from before it");
}

#[test]
fn whoever_is_before_all_others_goes_first_and_the_dead_are_waited_for_by_nobody() {
    let rules = |id: &str, priority| Config { priority, ..config(id, 0, Mode::Auto, Span::secs(30)) };
    for first in ["b", "c"] {
        let mut w = plane(&[]);
        for id in ["b", "c"] {
            w.start_with(id, rules(id, i64::from(id == first)));
        }
        w.run(Span::secs(15));
        stop(&mut w, "a");
        until_claimed(&mut w, 2);
        w.run(Span::secs(5));
        assert_eq!((w.role(first), claimed(&w, 3)), (Role::Master, false));
        let lost: u64 = ["b", "c"].iter().map(|id| w.node(id).ha.status().counts.claims_lost).sum();
        assert_eq!(lost, 0, "the other one did not even try");
    }
    let since_beat = |w: &mut World| {
        stop(w, "a");
        until_claimed(w, 2);
        Span(w.now - w.file("a").unwrap().at.0 * 1000)
    };
    let alone = since_beat(&mut plane(&["b"]));
    let silent = |w: &mut World| {
        stop(w, "c");
        w.run(Span::secs(60));
    };
    let ended = |w: &mut World| w.input("c", Input::Stop);
    let proved = |w: &mut World| {
        stop(w, "c");
        let file = NodeFile { ended: true, ..w.file("c").unwrap() };
        w.files.insert(name("c"), to_bytes(&file));
        w.run(Span::secs(3));
    };
    let never = |w: &mut World| {
        w.input("c", Input::SetMode(Mode::HotBackup));
        w.run(Span::secs(2));
    };
    for gone in [&silent as &dyn Fn(&mut World), &ended, &proved, &never] {
        let mut w = plane(&["b"]);
        w.start_with("c", rules("c", 5));
        w.run(Span::secs(15));
        gone(&mut w);
        let took = since_beat(&mut w);
        assert!(took < alone + Span::secs(1), "{took} with c, which does not count, and {alone} without");
    }
}

/// Who stands by beats each ten seconds, however short the timeout is.
#[test]
fn nobody_who_beats_in_time_is_called_silent() {
    let mut w = World::default();
    for id in ["a", "b"] {
        w.start_with(id, config(id, 0, Mode::Auto, Span::secs(2)));
        w.run(Span::secs(1));
    }
    for _ in 0..1500 {
        w.run(Span::millis(40));
        for id in ["a", "b"] {
            let nodes = w.node(id).ha.status().nodes;
            assert!(nodes.iter().all(|node| node.role != Role::Failed), "{id}: {nodes:?}");
        }
    }
    let failed =
        |w: &World, id: &str| w.node(id).ha.status().nodes.iter().any(|node| node.role == Role::Failed);
    stop(&mut w, "b");
    w.run(Span::secs(19));
    assert!(!failed(&w, "a"), "two beats may be late");
    w.run(Span::secs(26));
    assert!(failed(&w, "a"));
    // Who rules beats each half second.
    let mut w = World::default();
    for (id, mode) in [("a", Mode::Auto), ("b", Mode::HotBackup)] {
        w.start_with(id, config(id, 0, mode, Span::secs(2)));
        w.run(Span::secs(1));
    }
    stop(&mut w, "a");
    w.run(Span::secs(4));
    assert!(failed(&w, "b"));
    let mut w = plane(&["b"]);
    stop(&mut w, "a");
    w.run(Span::secs(25));
    assert!(!failed(&w, "b"), "less than the timeout");
}

//! The one record that is on its way: what becomes of it, and of the lease, whatever else happens meanwhile.

use std::sync::Arc;

use crate::world::{World, config};
use base::{Mono, NodeId, Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::files::FileRole;
use ha::input::{Input, LostAppend};
use ha::record::{Header, decode, encode};
use ha::status::Role;
use ha::verbs::{Name, Verb};

fn pair() -> World {
    World::pair(Span::secs(3))
}

fn hold(w: &mut World, id: &str, what: &'static str) {
    w.nodes.get_mut(id).unwrap().held = Some(what);
}

fn serves(w: &World, id: &str) -> bool {
    w.node(id).ha.serving_term(Mono(w.now)).is_some()
}

/// The slot that the next record of `a` goes to, and a record there that somebody else made in this term.
fn foreign(w: &World, term: Term) -> (Name, Arc<[u8]>) {
    let last = w.node("a").ha.status().applied;
    let header = decode(last, &w.files[&ha::names::record(last)]).unwrap().header.unwrap();
    let foreign = Header { lsn: last.next(), uid: "another".into(), term, ops: 1, ..header };
    (ha::names::record(last.next()), encode(&foreign, &["{}"]))
}

#[test]
fn a_slot_that_is_taken_and_cannot_be_read_is_asked_for_again() {
    for fails in [false, true] {
        let mut w = pair();
        let (name, bytes) = foreign(&w, Term(1));
        w.files.insert(name.clone(), bytes);
        hold(&mut w, "a", "log/");
        assert!(!w.write("a", "one"));
        assert!(w.let_go_of_one("a"), "it exists");
        // A listing of another client, or whatever else made it look so.
        w.files.remove(&name);
        w.nodes.get_mut("a").unwrap().failing = fails.then_some("log/");
        assert!(w.let_go_of_one("a"));
        assert_eq!((w.node("a").landed, w.node("a").lost.as_slice()), (0, &[][..]));
        w.nodes.get_mut("a").unwrap().failing = None;
        w.let_go("a");
        w.run(Span::millis(300));
        assert_eq!((w.node("a").landed, w.role("a")), (1, Role::Master), "fails: {fails}");
    }
}

/// Only a newer term tells that the own record is not there and will not be.
#[test]
fn a_record_of_an_older_term_in_the_next_slot_denies_nothing() {
    let mut w = World::default();
    for life in 0..2 {
        w.start("a", life, Mode::Auto);
        w.run(Span::secs(1));
    }
    let (name, bytes) = foreign(&w, Term(1));
    w.files.insert(name, bytes);
    assert_eq!(w.node("a").served, Some(Term(2)));
    assert!(!w.write("a", "one"));
    w.run(Span::secs(1));
    assert_eq!(w.node("a").lost, [LostAppend::Unknown]);
}

#[test]
fn a_master_that_has_met_a_fence_serves_nothing_while_it_looks_at_the_floor() {
    let mut w = pair();
    hold(&mut w, "a", "leader.json|nodes/");
    w.input("b", Input::SetMode(Mode::Master));
    w.run(Span::millis(100));
    assert!(serves(&w, "a"), "it has seen nothing of the claim");
    assert!(!w.write("a", "one"));
    assert!(!serves(&w, "a"));
    assert!(w.node("a").lost.is_empty(), "what became of the record is not known yet");
    w.let_go("a");
    w.run(Span::millis(300));
    assert_eq!((w.node("a").lost.as_slice(), w.node("a").demoted), (&[LostAppend::NotRecorded][..], 1));
}

/// The claimant has not fenced yet: the record is part of the history.
#[test]
fn a_record_that_lands_after_a_newer_term_was_seen_is_acknowledged_and_ends_the_reign() {
    let mut w = pair();
    hold(&mut w, "a", "create log/");
    assert!(!w.write("a", "one"));
    hold(&mut w, "b", "create log/");
    w.input("b", Input::SetMode(Mode::Master));
    w.run(Span::millis(1200));
    assert_eq!((w.node("a").ha.lease_until(), w.role("a")), (None, Role::Suspended), "it has met the claim");
    w.let_go("a");
    assert_eq!((w.node("a").landed, w.role("a")), (1, Role::HotStandby));
    w.let_go("b");
    w.run(Span::secs(2));
    assert_eq!(w.role("b"), Role::Master);
    assert!(w.node("b").folded.iter().any(|op| op.contains("one")));
}

/// It counts from a beat; others have counted since.
#[test]
fn a_noop_that_lands_late_does_not_shorten_the_lease() {
    let mut w = pair();
    w.nodes.get_mut("b").unwrap().up = false;
    hold(&mut w, "a", "create log/");
    w.files.insert(ha::names::node(&NodeId::new("b")).unwrap(), Arc::from(&b"{torn"[..]));
    w.run(Span::secs(10));
    assert_eq!(w.node("a").waiting.len(), 1, "a noop is on its way");
    let lease = w.node("a").ha.lease_until().unwrap();
    w.let_go("a");
    assert!(w.node("a").ha.lease_until().unwrap() >= lease);
}

/// Beats go through, records do not: its file says what it is.
#[test]
fn a_master_whose_record_is_not_answered_for_says_suspended_in_its_file() {
    let mut w = pair();
    hold(&mut w, "a", "log/");
    assert!(!w.write("a", "one"));
    w.run(Span::secs(23));
    assert_eq!(w.file("a").unwrap().role, FileRole::Master);
    w.run(Span::secs(2));
    assert_eq!(w.file("a").unwrap().role, FileRole::Suspended);
    w.let_go("a");
    w.run(Span::secs(2));
    assert_eq!((w.node("a").landed, w.file("a").unwrap().role), (1, FileRole::Master));
}

/// A stopped process finds the end of a look before its timers: the lease is over, though that beat began in time.
#[test]
fn a_beat_that_began_within_the_lease_and_counts_after_it_revives_nothing() {
    let mut w = World::default();
    // A look is one read, and its end the first that is heard of.
    let rules = config("a", 0, Mode::Auto, Span::secs(30));
    w.start_with("a", Config { list_period: Span::secs(1000), ..rules });
    w.run(Span::secs(5));
    hold(&mut w, "a", "leader.json|log/");
    let lease = w.node("a").ha.lease_until().unwrap();
    let beat = w.file("a").unwrap().beat;
    while w.file("a").unwrap().beat == beat {
        w.run(Span::millis(10));
    }
    assert!(w.let_go_of_one("a"), "a look that began before it");
    w.run(Span::millis(20));
    assert_eq!((w.node("a").waiting.len(), w.node("a").ha.lease_until()), (1, Some(lease)));
    w.now = lease.0 + 10_000;
    while w.node("a").waiting.iter().any(|(_, _, verb)| crate::world::name_of(verb) == "leader.json") {
        assert!(w.let_go_of_one("a"));
        assert!(!serves(&w, "a"));
    }
}

/// What lies there is no part of the history, until that is back.
#[test]
fn a_record_that_lands_where_the_plane_is_gone_is_not_acknowledged_until_it_is_back() {
    let mut w = World::default();
    w.start_with("a", Config { strict_ack: false, ..config("a", 0, Mode::Auto, Span::secs(30)) });
    w.run(Span::secs(2));
    hold(&mut w, "a", "create log/");
    assert!(!w.write("a", "one"));
    let plane = w.files.remove(&ha::names::plane()).unwrap();
    w.run(Span::secs(110));
    assert!(w.node("a").ha.status().why.contains("plane.json is gone"));
    w.let_go("a");
    w.asked.clear();
    w.run(Span::secs(10));
    assert_eq!((w.node("a").landed, w.node("a").lost.as_slice()), (0, &[][..]));
    let writes = |verb: &Verb| !matches!(verb, Verb::Read { .. } | Verb::List { .. });
    assert!(!w.asked.iter().any(writes), "nothing is written there");
    w.files.insert(ha::names::plane(), plane);
    w.run(Span::secs(3));
    assert_eq!((w.node("a").landed, w.role("a")), (1, Role::Master));
}

/// It proves the slot, and no beat.
#[test]
fn a_noop_that_is_sent_for_a_file_that_cannot_be_read_does_not_make_the_lease_longer() {
    let mut w = pair();
    w.nodes.get_mut("b").unwrap().up = false;
    hold(&mut w, "a", "put nodes/a");
    w.run(Span::secs(5));
    let (lease, applied) = (w.node("a").ha.lease_until(), w.node("a").ha.status().applied);
    w.files.insert(ha::names::node(&NodeId::new("b")).unwrap(), Arc::from(&b"{torn"[..]));
    w.run(Span::secs(2));
    assert_eq!(w.node("a").ha.status().applied, applied.next());
    assert_eq!(w.node("a").ha.lease_until(), lease);
}

/// Nobody waits for it: the host is told of no batch that it never handed over.
#[test]
fn a_noop_that_is_lost_with_the_reign_is_no_lost_batch() {
    let mut w = pair();
    w.nodes.get_mut("a").unwrap().failing = Some("nodes/a");
    w.run(Span::secs(26));
    assert_eq!(w.role("a"), Role::Suspended);
    hold(&mut w, "a", "create log/");
    w.nodes.get_mut("a").unwrap().failing = None;
    w.run(Span::secs(3));
    assert_eq!(w.node("a").waiting.len(), 1, "a noop is on its way");
    w.input("b", Input::SetMode(Mode::Master));
    w.run(Span::secs(5));
    assert_eq!((w.role("b"), w.node("a").demoted), (Role::Master, 1));
    assert_eq!(w.node("a").lost, []);
}

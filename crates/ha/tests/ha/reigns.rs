//! A reign from record to record: one create at a time, and a lease that counts from a beat and from nothing else.

use std::sync::Arc;

use crate::world::{World, config, name_of};
use base::{Mono, NodeId, Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::files::to_bytes;
use ha::input::{Exit, Input, LostAppend};
use ha::record::{Header, Kind, decode, encode};
use ha::status::Role;
use ha::verbs::Verb;

fn lone() -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(2));
    assert!(w.write("a", "one"));
    w
}

fn hold(w: &mut World, what: &'static str) {
    w.nodes.get_mut("a").unwrap().held = Some(what);
}

fn serves(w: &World) -> bool {
    w.node("a").ha.serving_term(Mono(w.now)).is_some()
}

#[test]
fn a_batch_that_comes_while_one_is_on_its_way_was_certainly_not_sent() {
    let mut w = lone();
    hold(&mut w, "log/");
    assert!(!w.write("a", "two"));
    w.input("a", Input::Append { ops: vec!["{}".into()] });
    assert_eq!(w.node("a").lost, [LostAppend::NotRecorded]);
    w.asked.clear();
    w.let_go("a");
    let creates =
        w.asked.iter().filter(|v| matches!(v, Verb::Create { .. }) && name_of(v).starts_with("log/"));
    assert_eq!((creates.count(), w.node("a").landed), (1, 2));
}

/// The lost record of a store that somebody else wrote to may be there.
#[test]
fn a_record_at_the_next_slot_that_no_newer_term_explains_ends_the_reign_and_denies_nothing() {
    let mut w = lone();
    let last = w.node("a").ha.status().applied;
    let header = decode(last, &w.files[&ha::names::record(last)]).unwrap().header.unwrap();
    let foreign = Header { lsn: last.next(), uid: "another".into(), ..header };
    w.files.insert(ha::names::record(last.next()), encode(&foreign, &["{}"]));
    assert!(!w.write("a", "two"));
    assert_eq!(w.node("a").lost, [LostAppend::Unknown]);
    assert!(!serves(&w) || w.node("a").served > Some(Term(1)), "not in that term");
}

/// It was sent before the file came that cannot be read: what that hides may be newer.
#[test]
fn a_record_that_was_on_its_way_proves_nothing_of_a_file_that_came_meanwhile() {
    let mut w = lone();
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    w.nodes.get_mut("b").unwrap().up = false;
    let last = w.node("a").ha.status().applied;
    hold(&mut w, "log/");
    assert!(!w.write("a", "two"));
    w.files.insert(ha::names::node(&NodeId::new("b")).unwrap(), Arc::from(&b"{torn"[..]));
    w.run(Span::secs(3));
    w.let_go("a");
    w.run(Span::secs(1));
    let noop = base::Lsn(last.0 + 2);
    let record = decode(noop, &w.files[&ha::names::record(noop)]).unwrap();
    assert_eq!(record.header.unwrap().kind, Kind::Noop);
}

/// The answers that a stopped process finds when it goes on come before its timers do.
#[test]
fn a_beat_that_counts_when_the_lease_has_run_out_revives_nothing() {
    let mut w = lone();
    hold(&mut w, "leader.json|log/");
    w.run(Span::millis(1100));
    w.now += Span::secs(30).0;
    let slept_at = w.now;
    assert!(w.let_go_of_one("a"), "the look after the beat");
    assert!(!serves(&w));
    // A noop is on its way, for a beat that began before the look ended.
    w.let_go("a");
    w.run(Span::millis(500));
    assert!(serves(&w), "{:?}", w.node("a").ha.status());
    assert!(w.node("a").ha.lease_until().unwrap() > Mono(slept_at));
}

/// From the start of the beat: that is when others may have seen it last (clause 10).
#[test]
fn a_lease_that_is_proved_counts_from_the_start_of_its_beat_however_late_look_and_noop_are() {
    for late in ["leader.json|put nodes/a", "log/|put nodes/a"] {
        let mut w = World::default();
        let rules = config("a", 0, Mode::Auto, Span::secs(30));
        w.start_with("a", Config { strict_ack: false, ..rules });
        w.run(Span::secs(2));
        w.nodes.get_mut("a").unwrap().failing = Some("nodes/a");
        w.run(Span::secs(30));
        assert_eq!(w.role("a"), Role::Suspended);
        hold(&mut w, late);
        w.nodes.get_mut("a").unwrap().failing = None;
        w.run(Span::millis(300));
        let (began, beat) = (w.now, w.file("a").unwrap().beat);
        while w.file("a").unwrap().beat == beat {
            assert!(w.let_go_of_one("a"), "a beat is on its way");
        }
        w.run(Span::secs(5));
        assert!(!serves(&w), "{late}");
        while !serves(&w) {
            assert!(w.let_go_of_one("a"));
        }
        let until = w.node("a").ha.lease_until().unwrap();
        assert!(until <= Mono(began) + Span::secs(24), "{late}: {until:?} of {began}");
    }
}

#[test]
fn a_strict_look_that_shows_a_beat_that_was_never_sent_ends_the_server_and_acknowledges_nothing() {
    let mut w = lone();
    let mut file = w.file("a").unwrap();
    file.beat += 1;
    w.files.insert(ha::names::node(&NodeId::new("a")).unwrap(), to_bytes(&file));
    assert!(!w.write("a", "two"));
    assert!(matches!(&w.node("a").exit, Some(Exit::Failed(why)) if why.contains("back in time")));
}

/// Longer than any directory cache, and than two timeouts (clause 9).
#[test]
fn what_two_checkpoints_cover_stands_until_the_second_was_known_for_long_enough() {
    for (prune_after, timeout, age) in [(60, 30, 60), (1, 30, 60), (100, 2, 100)] {
        let mut w = World::default();
        let rules = config("a", 0, Mode::Auto, Span::secs(timeout));
        w.start_with("a", Config { prune_after: Span::secs(prune_after), ..rules });
        w.run(Span::secs(1));
        for i in 0..24 {
            assert!(w.write("a", &format!("{i}")));
        }
        let marks: Vec<u64> =
            w.files.keys().filter_map(|name| ha::names::number(name.leaf(), ".ok")).collect();
        assert_eq!(marks.len(), 2);
        let second = ha::names::record(base::Lsn(2));
        w.run(Span::secs(age - 3));
        assert!(w.files.contains_key(&second), "{prune_after} {timeout}");
        w.run(Span::secs(15));
        assert!(!w.files.contains_key(&second), "{prune_after} {timeout}");
        let stands = |lsn| w.files.contains_key(&ha::names::record(base::Lsn(lsn)));
        assert_eq!((stands(marks[0]), stands(marks[0] + 1)), (false, true), "up to the first mark");
    }
}

/// The look after the claimant's first beat ends late, and no other beat has counted since.
#[test]
fn a_lease_that_a_claim_brings_counts_from_the_start_of_its_beat_however_late_the_look_is() {
    let mut w = World::pair(Span::secs(3));
    w.input("a", Input::Stop);
    w.nodes.get_mut("b").unwrap().held = Some("leader.json");
    let began = w.now;
    w.input("b", Input::SetMode(Mode::Master));
    w.run(Span::secs(10));
    w.nodes.get_mut("b").unwrap().held = Some("leader.json|put nodes/b");
    while w.node("b").served.is_none() {
        let waiting = &mut w.nodes.get_mut("b").unwrap().waiting;
        if name_of(&waiting[0].2) == "nodes/b.json" {
            waiting.rotate_left(1);
        }
        assert!(w.let_go_of_one("b"));
    }
    let until = w.node("b").ha.lease_until().unwrap();
    assert!(until <= Mono(began) + Span::secs(25), "{until:?} of {began}");
}

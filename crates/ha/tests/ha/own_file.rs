//! A server's own file: what it says, and what it is read for before it is written again.

use crate::world::{World, config, name_of};
use base::{Incarnation, Lsn, NodeId, Span, Term};
use brownstone_ha as ha;
use ha::config::{BUCKET_OWN_READS, Config, Mode, Store};
use ha::files::{FileRole, NodeFile, to_bytes};
use ha::input::{Exit, Input};
use ha::record::{Kind, decode};
use ha::status::Role;
use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};

fn pair() -> World {
    World::pair(Span::secs(12))
}

fn name(id: &str) -> Name {
    ha::names::node(&NodeId::new(id)).unwrap()
}

/// Something is changed in the file of `a`; how `a` ends, if it does.
fn meets(w: &mut World, change: impl FnOnce(&mut NodeFile)) -> Option<Exit> {
    let mut file = w.file("a").unwrap();
    change(&mut file);
    w.files.insert(name("a"), to_bytes(&file));
    w.run(Span::millis(1100));
    w.node("a").exit.clone()
}

#[test]
fn it_says_what_its_server_is_and_whose_records_it_applies() {
    let mut w = pair();
    assert!(w.write("a", "one"));
    w.input("b", Input::SetPriority(7));
    w.run(Span::secs(12));
    let (a, b) = (w.file("a").unwrap(), w.file("b").unwrap());
    assert_eq!((a.role, a.term, a.follows, a.lease_ms), (FileRole::Master, Term(1), Term(1), 24_000));
    assert_eq!((b.role, b.term, b.follows, b.priority), (FileRole::HotStandby, Term(0), Term(1), 7));
    assert_eq!((a.head, b.head, a.floor, a.ended), (Lsn(2), Lsn(2), Lsn(0), false));
    for i in 0..12 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.run(Span::secs(2));
    assert!(w.file("a").unwrap().floor > Lsn(0), "it names the newest checkpoint");
    w.input("b", Input::Stop);
    let b = w.file("b").unwrap();
    assert_eq!((b.role, b.ended), (FileRole::Terminated, true));
}

#[test]
fn a_beat_that_was_never_sent_ends_its_server_by_one_and_another_life_does_not() {
    let failed =
        |exit: Option<Exit>| matches!(&exit, Some(Exit::Failed(why)) if why.contains("back in time"));
    assert!(failed(meets(&mut pair(), |file| file.beat += 1)));
    let mut w = pair();
    let late = |file: &mut NodeFile| {
        (file.uid, file.incarnation, file.beat) = ("earlier".into(), Incarnation(5), 9999);
    };
    assert_eq!(meets(&mut w, late), None, "a put of an earlier life that came late");
    assert_eq!((w.role("a"), w.file("a").unwrap().incarnation), (Role::Master, Incarnation(1001)));
}

/// Its answer was lost, and it stands there: it was sent, though it is not known to be durable.
#[test]
fn a_beat_that_landed_without_an_answer_ends_nobody() {
    let mut w = pair();
    w.nodes.get_mut("a").unwrap().held = Some("put nodes/a");
    w.run(Span::millis(1100));
    let a = w.nodes.get_mut("a").unwrap();
    a.held = None;
    let (op, _, verb) = a.waiting.remove(0);
    let Verb::PutOwn { name, bytes } = verb else { panic!("{verb:?}") };
    w.files.insert(name, bytes);
    let fault = Fault { kind: FaultKind::Unreachable, text: "no answer".into() };
    w.input("a", Input::Answer { op, answer: Answer::Unknown(fault) });
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.node("a").exit.clone()), (Role::Master, None));
}

/// It shows higher beats than this life has sent, and a strict look reads it before the next beat does.
#[test]
fn a_put_of_an_earlier_life_that_comes_late_spoils_no_write() {
    let mut w = pair();
    let mut file = w.file("a").unwrap();
    (file.uid, file.incarnation, file.beat) = ("earlier".into(), Incarnation(5), 9999);
    w.files.insert(name("a"), to_bytes(&file));
    assert!(w.write("a", "one"));
    assert_eq!(w.node("a").exit, None);
}

#[test]
fn one_that_was_removed_is_written_anew() {
    for id in ["a", "b"] {
        let mut w = pair();
        w.files.remove(&name(id));
        w.run(Span::secs(12));
        assert!(w.file(id).is_some() && w.role("a") == Role::Master, "{id}");
    }
}

#[test]
fn an_id_that_somebody_else_uses_too_is_given_up_unless_that_life_is_over() {
    for (higher, ended) in [(0, false), (1, false), (0, true), (1, true)] {
        let exit = meets(&mut pair(), |file| {
            (file.uid, file.ended) = ("twin".into(), ended);
            file.incarnation.0 += higher;
        });
        let given_up = matches!(&exit, Some(Exit::BadConfig(why)) if why.contains("in use twice"));
        assert_eq!(given_up, !ended, "{higher} {ended}: {exit:?}");
    }
}

#[test]
fn an_older_beat_is_a_store_that_went_back_if_the_last_record_is_gone_too() {
    for gone in [false, true] {
        let mut w = pair();
        assert!(w.write("a", "one"));
        w.run(Span::secs(2));
        if gone {
            w.files.remove(&ha::names::record(Lsn(2)));
        }
        let exit = meets(&mut w, |file| file.beat -= 1);
        let failed = matches!(&exit, Some(Exit::Failed(why)) if why.contains("the store went back in time"));
        assert_eq!(failed, gone, "{exit:?}");
        let beat = w.file("a").unwrap().beat;
        w.run(Span::secs(5));
        assert_eq!(w.file("a").unwrap().beat == beat, gone, "nothing is written to it");
    }
}

fn is_put(verb: &Verb) -> bool {
    matches!(verb, Verb::PutOwn { .. }) && name_of(verb) == "nodes/a.json"
}

fn is_read(verb: &Verb) -> bool {
    matches!(verb, Verb::Read { .. }) && name_of(verb) == "nodes/a.json"
}

/// Each read is billed on a bucket; these must be.
#[test]
fn on_a_bucket_it_is_read_before_the_first_beats_each_twelfth_and_whenever_a_write_is_in_doubt() {
    let mut w = World::default();
    let store = Store::Bucket;
    w.start_with("a", Config { store, ..config("a", 0, Mode::Auto, Span::secs(30)) });
    w.run(Span::secs(60));
    let own: Vec<bool> = w.asked.iter().filter(|v| is_put(v) || is_read(v)).map(is_read).collect();
    // Once by the start; then before the first two beats.
    assert_eq!(own[..6], [true, true, false, true, false, false], "{own:?}");
    let read = own[6..].iter().filter(|read| **read).count();
    assert!((4..=6).contains(&read), "{read} of {}", own.len());
    // None is due by its number.
    while w.file("a").unwrap().beat % BUCKET_OWN_READS != 3 {
        w.run(Span::millis(100));
    }
    w.asked.clear();
    w.nodes.get_mut("a").unwrap().failing = Some("put nodes/a");
    w.run(Span::millis(1100));
    w.nodes.get_mut("a").unwrap().failing = None;
    w.run(Span::millis(300));
    let own: Vec<bool> = w.asked.iter().filter(|v| is_put(v) || is_read(v)).map(is_read).collect();
    assert_eq!(own.iter().position(|read| !read), Some(own.len() - 1), "read before it is written: {own:?}");
    assert!(own.len() >= 2, "{own:?}");
    w.asked.clear();
    w.run(Span::millis(1500));
    assert!(!w.asked.iter().any(is_read), "it is known again");
}

/// A beat finds room that a record may not find (the store's reserve).
#[test]
fn a_beat_that_met_a_full_store_makes_its_master_prove_that_records_can_be_written() {
    for (fault, noops) in [(FaultKind::Full, 1), (FaultKind::Unreachable, 0)] {
        let mut w = pair();
        let before = w.node("a").ha.status().applied;
        let a = w.nodes.get_mut("a").unwrap();
        (a.failing, a.fault) = (Some("put nodes/a"), fault);
        w.run(Span::millis(1100));
        w.nodes.get_mut("a").unwrap().failing = None;
        w.run(Span::secs(3));
        assert_eq!(w.node("a").ha.status().applied.0 - before.0, noops, "{fault:?}");
        if noops > 0 {
            let record = decode(before.next(), &w.files[&ha::names::record(before.next())]).unwrap();
            assert_eq!(record.header.unwrap().kind, Kind::Noop);
        }
    }
}

/// A look that was under way when the file was written did not see the world after it (clause 10).
#[test]
fn a_beat_counts_by_a_look_that_began_after_it_was_written_and_not_when_it_was_begun() {
    let mut w = pair();
    w.nodes.get_mut("a").unwrap().held = Some("put nodes/a|leader.json");
    w.run(Span::millis(1100));
    w.input("a", Input::Nudge);
    let lease = w.node("a").ha.lease_until();
    assert!(
        w.let_go_of_one("a") && w.let_go_of_one("a"),
        "the beat, and the look that began before it was there"
    );
    assert_eq!(w.node("a").ha.lease_until(), lease);
    w.let_go("a");
    assert!(w.node("a").ha.lease_until() > lease);
}

#[test]
fn a_beat_counts_by_a_look_that_began_after_it() {
    let mut w = pair();
    w.run(Span::millis(500));
    w.nodes.get_mut("a").unwrap().held = Some("leader.json");
    w.input("a", Input::Nudge);
    let beat = w.file("a").unwrap().beat;
    while w.file("a").unwrap().beat == beat {
        w.run(Span::millis(10));
    }
    let lease = w.node("a").ha.lease_until();
    assert!(w.let_go_of_one("a"), "the look that was under way goes on");
    assert_eq!(w.node("a").ha.lease_until(), lease, "it began before the beat");
    w.let_go("a");
    assert!(w.node("a").ha.lease_until() > lease);
}

/// Each probe is a create that fails and two reads, one after the other: over a long log a start would take minutes.
#[test]
fn what_a_servers_own_file_names_is_read_when_it_starts_anew_and_not_probed() {
    let rules = |life| Config { checkpoint_records: 1000, ..config("a", life, Mode::Auto, Span::secs(30)) };
    let mut w = World::default();
    w.start_with("a", rules(0));
    w.run(Span::secs(1));
    for i in 0..40 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.run(Span::secs(2));
    assert!(w.write("a", "after its last beat"));
    w.asked.clear();
    w.start_with("a", rules(1));
    w.run(Span::secs(1));
    assert_eq!(w.role("a"), Role::Master);
    assert_eq!(w.node("a").folded.len(), 41);
    let probes = w
        .asked
        .iter()
        .filter(|v| matches!(v, Verb::Create { name, .. } if name.as_str().starts_with("log/")));
    assert_eq!(probes.count(), 2, "at the record that no beat has named, and behind it");
}

#[test]
fn a_head_of_another_era_in_its_own_file_is_waited_for_by_nobody() {
    let mut w = pair();
    w.nodes.clear();
    let mut file = w.file("a").unwrap();
    (file.era, file.head) = (7, Lsn(900));
    w.files.insert(name("a"), to_bytes(&file));
    w.start("a", 1, Mode::Auto);
    w.run(Span::secs(5));
    assert_eq!(w.role("a"), Role::Master);
}

/// Somebody else's file says the same of a log that several servers share.
#[test]
fn a_log_that_is_shorter_than_a_servers_own_file_says_is_no_log_to_begin_a_term_on() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    for i in 0..3 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.run(Span::secs(2));
    let lost = w.files.remove(&ha::names::record(Lsn(4))).unwrap();
    w.start("a", 1, Mode::Auto);
    w.run(Span::secs(40));
    assert_ne!(w.role("a"), Role::Master);
    w.start("a", 2, Mode::Auto);
    w.run(Span::secs(40));
    assert_ne!(w.role("a"), Role::Master, "nor does the next life forget it");
    assert_eq!(w.file("a").unwrap().head, Lsn(4), "`store verify` sees it, too");
    let why = w.node("a").ha.status().why;
    assert!(why.contains("log/0/00000000000000000004.json is named as durable and cannot be found"), "{why}");
    w.files.insert(ha::names::record(Lsn(4)), lost);
    w.run(Span::secs(5));
    assert_eq!((w.role("a"), w.node("a").folded.len()), (Role::Master, 3), "it is back");
}

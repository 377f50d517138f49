//! Two nodes over a store that answers at once: the plain course of things. Faults are the simulation's task.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::world::{Trouble, World, config};
use base::{Incarnation, Mono, NodeId, Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode, Store};
use ha::input::{Exit, Input, LostAppend};
use ha::status::Role;
use ha::verbs::{Name, Verb};

#[test]
fn a_lone_node_serves_at_once_and_keeps_its_writes_over_a_kill() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::millis(100));
    assert_eq!(w.role("a"), Role::Master, "{:?}", w.node("a").ha.status());
    for i in 0..35 {
        assert!(w.write("a", &format!("{i}")));
    }
    let folded = w.node("a").folded.clone();
    w.nodes.get_mut("a").unwrap().up = false;
    w.start("a", 1, Mode::Auto);
    w.run(Span::millis(100));
    assert_eq!(w.role("a"), Role::Master, "a lone node does not wait for its own dead record");
    assert_eq!(w.node("a").folded, folded);
    assert!(w.write("a", "after"));
}

#[test]
fn a_standby_follows_and_takes_over_after_silence() {
    let mut w = World::default();
    w.start("a", 0, Mode::Master);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    for i in 0..35 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.run(Span::secs(3));
    assert_eq!(w.node("a").folded, w.node("b").folded);
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(Span::secs(28));
    assert_eq!(w.role("b"), Role::HotStandby, "too early");
    w.run(Span::secs(4));
    assert_eq!(w.role("b"), Role::Master, "{:?}", w.node("b").ha.status());
    assert_eq!(w.node("a").folded, w.node("b").folded);
    assert!(w.write("b", "after"));
    // The old master comes back from a pause: it never serves, never loses, and follows.
    w.nodes.get_mut("a").unwrap().up = true;
    // Nothing has stepped it since: a batch that it took now would be lost, and its host would believe it sent.
    assert!(!w.node("a").ha.ready_to_append(Mono(w.now)), "the lease has run out since its last step");
    assert!(!w.write("a", "stale"), "the lease is over");
    w.run(Span::secs(5));
    assert_eq!((w.role("a"), w.role("b")), (Role::HotStandby, Role::Master));
    assert!(w.node("a").folded.iter().any(|f| f.contains("after")));
}

#[test]
fn a_graceful_stop_hands_over_at_the_next_look() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    assert!(w.write("a", "x"));
    w.input("a", Input::Stop);
    assert_eq!(w.node("a").exit, Some(Exit::Stopped));
    assert_eq!(w.node("a").nudged, ["https://b:8443/"]);
    w.input("b", Input::Nudge);
    assert_eq!(w.role("b"), Role::Master, "{:?}", w.node("b").ha.status());
    assert!(w.node("b").folded.iter().any(|f| f.contains('x')));
}

#[test]
fn a_graceful_stop_tells_a_peer_that_has_only_just_joined() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(5));
    w.start("b", 0, Mode::Auto);
    w.run(Span::millis(20));
    assert_eq!(w.role("b"), Role::HotStandby);
    let began = w.now;
    w.input("a", Input::Stop);
    assert_eq!(w.node("a").nudged, ["https://b:8443/"], "it lists all two seconds, and b came since");
    w.input("b", Input::Nudge);
    assert_eq!(w.role("b"), Role::Master);
    assert!(w.now - began < 20_000, "{} us", w.now - began);
}

#[test]
fn a_newcomer_tells_the_master_to_look_and_is_met_at_once() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(5));
    w.start("b", 0, Mode::Auto);
    w.run(Span::millis(20));
    assert_eq!(w.role("b"), Role::HotStandby);
    assert_eq!(w.node("b").nudged, ["https://a:8443/"]);
    assert!(w.node("a").ha.successor(None).is_err(), "it lists all two seconds, and b came since");
    w.input("a", Input::Nudge);
    assert_eq!(w.node("a").ha.successor(None), Ok(NodeId::new("b")));
    w.run(Span::secs(30));
    assert_eq!(w.node("b").nudged.len(), 1, "once, not at each beat");
}

#[test]
fn a_graceful_stop_does_not_wait_for_a_look_that_fails() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    w.nodes.get_mut("a").unwrap().blind = true;
    w.input("a", Input::Stop);
    w.run(Span::millis(400));
    assert_eq!(w.node("a").exit, Some(Exit::Stopped));
    assert_eq!(w.node("a").nudged, ["https://b:8443/"]);
}

#[test]
fn checkpoints_are_cut_and_what_they_cover_is_pruned_but_fences_stay() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    for i in 0..400 {
        w.run(Span::secs(1));
        assert!(w.write("a", &format!("{i}")));
    }
    let records = w.files.keys().filter(|n| n.as_str().starts_with("log/")).count();
    assert!(records < 200, "{records} records are left");
    assert!(w.files.contains_key(&ha::names::record(base::Lsn(1))), "the fence at slot 1 stays");
    let marks = w.files.keys().filter(|n| ha::names::number(n.leaf(), ".ok").is_some()).count();
    assert!((2..40).contains(&marks), "{marks} checkpoints");
    // Nothing is lost to who looks back: what is not in the log is in a pack, and below it stands a checkpoint.
    let mut packed: BTreeSet<u64> = BTreeSet::new();
    for (name, bytes) in &w.files {
        if let Some(ha::pack::Kept::Pack(..)) = ha::pack::Kept::of(name) {
            for (lsn, record) in ha::pack::Pack::from_bytes(bytes).unwrap().records {
                assert!(ha::record::decode(lsn, &record).unwrap().damage.is_empty());
                assert!(packed.insert(lsn.0), "record {lsn} is packed once");
            }
        }
    }
    assert!(packed.len() > 100, "{} records are packed", packed.len());
    let last = *packed.last().unwrap();
    let gone = (1..last)
        .find(|lsn| !packed.contains(lsn) && !w.files.contains_key(&ha::names::record(base::Lsn(*lsn))));
    assert_eq!(gone, None);
    let base =
        w.files.keys().find(|n| matches!(ha::pack::Kept::of(n), Some(ha::pack::Kept::Base(..)))).unwrap();
    let mark: ha::files::OkFile = ha::files::from_bytes(&w.files[base]).unwrap();
    let part = ha::names::ckpt_part(mark.floor, &mark.folder, 0).unwrap();
    assert_eq!(ha::record::Chain::sum(&w.files[&part]), mark.parts[0].sum, "a base keeps its parts");
    let folded = w.node("a").folded.clone();
    w.start("c", 0, Mode::HotBackup);
    w.run(Span::secs(5));
    assert_eq!(w.node("c").folded, folded, "a new node loads a checkpoint and the log since");
}

#[test]
fn a_checkpoint_comes_also_where_no_master_rules_long_enough_for_one() {
    let mut w = World::default();
    let marks = |w: &World| w.files.keys().filter(|n| ha::names::number(n.leaf(), ".ok").is_some()).count();
    for life in 0..8 {
        w.start("a", life, Mode::Auto);
        w.run(Span::secs(1));
        for i in 0..4 {
            assert!(w.write("a", &format!("{life}.{i}")));
        }
        w.run(Span::secs(1));
        w.nodes.get_mut("a").unwrap().up = false;
    }
    // One in ten records; a life makes four and its fence.
    assert!((2..=4).contains(&marks(&w)), "{} checkpoints", marks(&w));
}

#[test]
fn modes_are_followed_and_a_stolen_chair_changes_hands_once() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Standby);
    w.start("c", 0, Mode::HotBackup);
    w.run(Span::secs(3));
    assert_eq!((w.role("b"), w.role("c")), (Role::Standby, Role::HotBackup));
    w.input("b", Input::SetMode(Mode::Master));
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.role("b"), w.role("c")), (Role::HotStandby, Role::Master, Role::HotBackup));
    w.input("b", Input::SetMode(Mode::Disabled));
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.role("b"), w.role("c")), (Role::Master, Role::Failed, Role::HotBackup));
    assert_eq!(w.file("b").unwrap().role, ha::files::FileRole::Failed, "so that nobody waits for it");
    w.input("b", Input::SetMode(Mode::HotStandby));
    w.run(Span::secs(3));
    assert_eq!(w.role("b"), Role::HotStandby);
    w.nodes.get_mut("a").unwrap().up = false;
    w.nodes.get_mut("b").unwrap().up = false;
    w.run(Span::secs(100));
    assert_eq!(w.role("c"), Role::HotBackup, "never elected");
    let owners: BTreeSet<_> = w.files.keys().filter(|n| n.as_str().starts_with("terms/")).collect();
    assert!(!owners.is_empty());
}

#[test]
fn two_seconds_of_silence_are_enough_when_asked_for() {
    let mut w = World::default();
    w.start_with("a", config("a", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::secs(1));
    w.start_with("b", config("b", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::secs(30));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    let mut worst = 0;
    for life in 1..20 {
        let (dead, heir) = if w.role("a") == Role::Master { ("a", "b") } else { ("b", "a") };
        w.run(Span::millis(37 * life));
        w.nodes.get_mut(dead).unwrap().up = false;
        let began = w.now;
        while w.role(heir) != Role::Master {
            w.run(Span::millis(5));
            assert!(w.now - began < 3_000_000);
        }
        worst = worst.max(w.now - began);
        w.start_with(dead, config(dead, life, Mode::Auto, Span::secs(2)));
        w.run(Span::secs(12));
        assert_eq!(w.role(dead), Role::HotStandby);
    }
    assert!(worst <= 2_450_000, "host loss took {worst} us");
}

#[test]
fn an_id_that_lives_elsewhere_is_refused() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(2));
    let mut twin = config("a", 0, Mode::Auto, Span::secs(30));
    twin.home = "elsewhere".into();
    twin.uid = "twin".into();
    // The world keys nodes by name; the twin gets another one.
    w.start_with("twin of a", twin);
    w.run(Span::secs(5));
    assert!(matches!(w.node("twin of a").exit, Some(Exit::BadConfig(_))));
    assert_eq!(w.role("a"), Role::Master);
}

#[test]
fn damaged_records_in_a_row_are_named_and_keep_no_node_from_serving() {
    for bytes_to_flip in [[3_usize, 40], [400, 410], [3, 400], [400, 3]] {
        let mut w = World::default();
        w.start("a", 0, Mode::Auto);
        w.run(Span::millis(100));
        for i in 0..6 {
            assert!(w.write("a", &format!("{i}{}", "x".repeat(300))));
        }
        w.nodes.get_mut("a").unwrap().up = false;
        for (lsn, at) in [4, 5].into_iter().zip(bytes_to_flip) {
            let name = ha::names::record(base::Lsn(lsn));
            let mut bytes = w.files[&name].to_vec();
            bytes[at] ^= 4;
            w.files.insert(name, bytes.into());
        }
        w.start("a", 1, Mode::Auto);
        w.run(Span::secs(5));
        let status = w.node("a").ha.status();
        assert_eq!(w.role("a"), Role::Master, "{bytes_to_flip:?}: {status:?}");
        assert_eq!(status.damage.len(), 2, "{bytes_to_flip:?}: {:?}", status.damage);
        for (damage, at) in status.damage.iter().zip(bytes_to_flip) {
            // The header is shorter than 300 bytes, and holds no operation.
            let costs = if at < 300 { "are applied" } else { "what it changed is missing" };
            assert!(damage.what.contains(costs), "{at}: {}", damage.what);
        }
        assert!(w.write("a", "after"));
        // What follows is sound again: a standby reads all of it.
        w.start("b", 0, Mode::Auto);
        w.run(Span::secs(5));
        assert_eq!(w.role("b"), Role::HotStandby);
        assert!(w.node("b").folded.iter().any(|f| f.contains("after")));
    }
}

#[test]
fn a_damaged_newest_mark_is_named_and_the_one_before_it_is_compared_with() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    for i in 0..40 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    let marks: Vec<Name> =
        w.files.keys().filter(|n| ha::names::number(n.leaf(), ".ok").is_some()).cloned().collect();
    assert!(marks.len() >= 2);
    w.files.insert(marks[marks.len() - 1].clone(), Arc::from(&b"{torn"[..]));
    let folded = w.node("b").folded.clone();
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(Span::secs(35));
    assert_eq!(w.role("b"), Role::Master, "{:?}", w.node("b").ha.status());
    assert_eq!(w.node("b").folded, folded, "nothing was lost by it");
    assert!(w.node("b").ha.status().damage.iter().any(|d| d.file == marks[marks.len() - 1].as_str()));
    assert!(w.write("b", "after"));
}

/// A fence of a term, as a dead claimant's late request may leave it.
fn late_fence(lsn: base::Lsn, term: Term) -> Arc<[u8]> {
    let header = ha::record::Header {
        format: ha::record::FORMAT,
        lsn,
        term,
        kind: ha::record::Kind::Fence,
        node: NodeId::new("dead"),
        incarnation: Incarnation(1),
        uid: "dead".into(),
        prev: ha::record::Chain::sum(b"another history"),
        ops: 0,
    };
    ha::record::encode(&header, &[] as &[&str])
}

/// A master `a` whose write in the slot that is returned got no answer, and who was stopped then; `b` has ruled since.
fn overtaken(trouble: Trouble, rules: Config, writes: usize) -> (World, base::Lsn) {
    let mut w = World::default();
    w.start_with("a", rules);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    assert!(w.write("a", "first"));
    let slot = w.node("a").ha.status().applied.next();
    w.nodes.get_mut("a").unwrap().trouble = Some(trouble);
    assert!(!w.write("a", "unanswered"));
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(Span::secs(35));
    assert_eq!(w.role("b"), Role::Master);
    for i in 0..writes {
        w.run(Span::secs(1));
        assert!(w.write("b", &format!("{i}")));
    }
    (w, slot)
}

#[test]
fn a_write_that_a_checkpoint_holds_is_never_called_not_recorded() {
    let mut rules = config("a", 0, Mode::Auto, Span::secs(30));
    // Its own idea of how long a record surely stands is of no use.
    rules.prune_after = Span::secs(100_000);
    let (mut w, slot) = overtaken(Trouble::ReplyLost, rules, 300);
    let name = ha::names::record(slot);
    assert!(w.node("b").folded.iter().any(|f| f.contains("unanswered")), "it had landed");
    assert!(!w.files.contains_key(&name), "it is pruned");
    w.files.insert(name, late_fence(slot, Term(2)));
    let a = w.nodes.get_mut("a").unwrap();
    (a.up, a.blind) = (true, true);
    w.run(Span::secs(1));
    assert_eq!(w.node("a").lost, [LostAppend::Unknown]);
}

#[test]
fn a_write_that_was_fenced_off_is_called_not_recorded_however_long_it_took() {
    for blind in [false, true] {
        let (mut w, _) = overtaken(Trouble::RequestLost, config("a", 0, Mode::Auto, Span::secs(30)), 5);
        let a = w.nodes.get_mut("a").unwrap();
        (a.up, a.blind) = (true, blind);
        w.run(Span::secs(3));
        assert_eq!(w.node("a").lost, [LostAppend::NotRecorded], "blind: {blind}");
        assert!(!w.node("b").folded.iter().any(|f| f.contains("unanswered")));
    }
}

#[test]
fn a_write_that_landed_before_the_fence_is_not_denied_by_a_master_that_is_over() {
    let (mut w, _) = overtaken(Trouble::ReplyLost, config("a", 0, Mode::Auto, Span::secs(30)), 5);
    w.nodes.get_mut("a").unwrap().up = true;
    w.run(Span::secs(3));
    assert_eq!((w.node("a").lost.as_slice(), w.node("a").landed), (&[][..], 2));
    assert_eq!(w.role("a"), Role::HotStandby);
}

#[test]
fn a_strict_look_refuses_what_was_created_below_a_checkpoint() {
    let mut rules = config("a", 0, Mode::Auto, Span::secs(30));
    for strict in [true, false] {
        rules.strict_ack = strict;
        let (mut w, slot) = overtaken(Trouble::RequestLost, rules.clone(), 300);
        // The store lost what must never be lost: a bucket whose rule expires objects.
        assert!(w.files.remove(&ha::names::record(slot)).is_some(), "the fence stood there");
        let a = w.nodes.get_mut("a").unwrap();
        (a.up, a.blind) = (true, true);
        w.run(Span::secs(1));
        let a = w.node("a");
        assert_eq!(
            (a.lost.as_slice(), a.landed),
            if strict { (&[LostAppend::Unknown][..], 1) } else { (&[][..], 2) }
        );
        if strict {
            // Its record lies there now. The checkpoint says otherwise, so nobody is shown it, not even by its writer.
            assert!(!a.folded.iter().any(|f| f.contains("unanswered")), "{:?}", a.folded);
        }
    }
}

#[test]
fn a_claimant_is_not_misled_by_a_standby_beat_that_lands_after_the_claim() {
    for store in [Store::Bucket, Store::Folder] {
        let mut w = World::default();
        w.start("x", 0, Mode::Auto);
        w.run(Span::secs(1));
        w.start_with("a", Config { store, ..config("a", 0, Mode::Auto, Span::secs(30)) });
        w.run(Span::secs(5));
        assert_eq!(w.role("a"), Role::HotStandby);
        let name = ha::names::node(&NodeId::new("a")).unwrap();
        let standby_beat = w.files[&name].clone();
        w.input("x", Input::Stop);
        w.input("a", Input::Nudge);
        assert_eq!(w.role("a"), Role::Master);
        w.run(Span::secs(3));
        let master_beat = w.files[&name].clone();
        if store == Store::Bucket {
            // The put of that beat was given up, and lands now.
            w.files.insert(name.clone(), standby_beat);
        }
        w.start_with("b", Config { store, ..config("b", 0, Mode::Auto, Span::secs(30)) });
        w.input("b", Input::SetMode(Mode::Master));
        let lease = w.node("a").ha.lease_until().unwrap();
        assert!(Mono(w.now) < lease);
        assert_ne!(w.role("b"), Role::Master, "a's lease is valid, whatever a late beat says ({store:?})");
        w.files.insert(name, master_beat);
        w.run(Span::secs(3));
        assert_eq!((w.role("a"), w.role("b")), (Role::HotStandby, Role::Master), "{store:?}");
    }
}

#[test]
fn a_hint_that_names_an_owner_does_not_make_its_new_life_look_like_an_end() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    // `a` is started anew while `b` sleeps, and rules in its new life.
    w.nodes.get_mut("b").unwrap().up = false;
    w.nodes.get_mut("a").unwrap().up = false;
    w.start("a", 1, Mode::Auto);
    w.run(Span::secs(1));
    assert_eq!(w.role("a"), Role::Master);
    // `b` wakes, hears of the new term by the hint, and is asked to rule before it has read whose life it is.
    w.nodes.get_mut("b").unwrap().up = true;
    w.input("b", Input::Wake);
    w.input("b", Input::SetMode(Mode::Master));
    assert_ne!(w.role("b"), Role::Master, "a rules with a valid lease");
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.role("b")), (Role::HotStandby, Role::Master));
}

fn in_bucket(id: &str) -> Config {
    let store = Store::Bucket;
    let list_period = store.list_period();
    Config { store, list_period, strict_ack: false, ..config(id, 0, Mode::Auto, Span::secs(5)) }
}

fn pair_in_bucket() -> World {
    let mut w = World::default();
    w.start_with("a", in_bucket("a"));
    w.run(Span::secs(5));
    w.start_with("b", in_bucket("b"));
    w.run(Span::secs(90));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    w
}

/// Each request is billed: 1 PUT and 1 GET a second of the master, 1 GET of the standby, and little besides.
#[test]
fn an_idle_pair_in_a_bucket_asks_at_most_three_and_a_half_times_a_second() {
    let mut w = pair_in_bucket();
    w.asked.clear();
    w.run(Span::secs(600));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    let count = |wanted: fn(&Verb) -> bool| w.asked.iter().filter(|verb| wanted(verb)).count();
    let (puts, lists) =
        (count(|v| matches!(v, Verb::PutOwn { .. })), count(|v| matches!(v, Verb::List { .. })));
    let reads = count(|v| matches!(v, Verb::Read { .. }));
    println!("in 600 s: {puts} PUT, {lists} LIST, {reads} GET");
    assert!(w.asked.len() <= 2100 && puts <= 661 && lists <= 21, "{puts} PUT, {lists} LIST, {reads} GET");
    // And still it sees that the other is there, and the other sees it.
    for id in ["a", "b"] {
        let nodes = w.node(id).ha.status().nodes;
        assert!(nodes.iter().all(|n| n.role != Role::Failed), "{id}: {nodes:?}");
    }
}

/// By the name of the next term, which on a bucket is not there until it is.
#[test]
fn a_master_in_a_bucket_meets_a_newer_term_at_its_next_beat() {
    let w = pair_in_bucket();
    let mut claim: serde_json::Value = serde_json::from_slice(&w.files[&ha::names::term(Term(1))]).unwrap();
    claim["term"] = 2.into();
    claim["node"] = "z".into();
    for bytes in [serde_json::to_vec(&claim).unwrap(), b"torn".to_vec()] {
        let mut w = pair_in_bucket();
        w.files.insert(ha::names::term(Term(2)), Arc::from(bytes));
        w.run(Span::millis(1100));
        assert_ne!(w.role("a"), Role::Master);
    }
}

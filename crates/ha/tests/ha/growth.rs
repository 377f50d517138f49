//! Nothing grows without end, and nothing waits for ever: what is proved once for damage that stays, checkpoints that are
//! due and whose host or store does not take part, and history that is too old.

use std::sync::Arc;

use crate::world::{World, config, name_of};
use base::{Mono, NodeId, Span, WallMs};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::input::{Input, LostAppend};
use ha::pack::Kept;
use ha::status::Role;
use ha::verbs::{Name, Verb};

fn lone(change: impl FnOnce(&mut Config)) -> World {
    let mut w = World::default();
    let mut rules = config("a", 0, Mode::Auto, Span::secs(30));
    change(&mut rules);
    w.start_with("a", rules);
    w.run(Span::secs(1));
    assert_eq!(w.role("a"), Role::Master);
    w
}

fn marks(w: &World) -> usize {
    w.files.keys().filter(|name| ha::names::number(name.leaf(), ".ok").is_some()).count()
}

fn applied(w: &World) -> u64 {
    w.node("a").ha.status().applied.0
}

#[test]
fn a_file_that_stays_unreadable_costs_one_record_and_another_content_one_more() {
    let mut w = lone(|_| {});
    let before = applied(&w);
    let file = ha::names::node(&NodeId::new("b")).unwrap();
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    w.nodes.get_mut("b").unwrap().up = false;
    for (content, records) in [("{torn", 1), ("{torn again", 2)] {
        w.files.insert(file.clone(), Arc::from(content.as_bytes()));
        w.run(Span::secs(60));
        assert_eq!(applied(&w) - before, records, "{content}");
    }
    // A write is no proof of what came after it was sent, and no reason for more of them.
    assert!(w.write("a", "one"));
    w.run(Span::secs(60));
    assert_eq!(applied(&w) - before, 3);
}

#[test]
fn few_records_make_a_checkpoint_due_in_five_minutes_and_large_ones_at_once() {
    let mut w = lone(|rules| rules.checkpoint_records = 10_000);
    assert!(w.write("a", "one"));
    w.run(Span::secs(280));
    assert_eq!(marks(&w), 0);
    w.run(Span::secs(40));
    assert_eq!(marks(&w), 1);
    w.run(Span::secs(1000));
    assert_eq!(marks(&w), 1, "nothing was written since");
    assert!(w.write("a", "two"));
    w.run(Span::secs(1));
    assert_eq!(marks(&w), 2);
    let large = "x".repeat(4 * 1024 * 1024);
    for _ in 0..16 {
        assert!(w.write("a", &large));
    }
    w.run(Span::secs(1));
    assert_eq!(marks(&w), 3, "64 MiB");
}

#[test]
fn a_host_that_never_comes_back_with_a_checkpoint_is_asked_again() {
    let mut w = lone(|_| {});
    w.nodes.get_mut("a").unwrap().idle_host = true;
    for i in 0..12 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.run(Span::secs(100));
    w.nodes.get_mut("a").unwrap().idle_host = false;
    w.run(Span::secs(100));
    assert_eq!(marks(&w), 0, "the first is still waited for");
    w.run(Span::secs(400));
    for i in 0..12 {
        assert!(w.write("a", &format!("again {i}")));
    }
    w.run(Span::secs(1));
    assert!(marks(&w) > 0);
}

/// Whatever lies under the name of a part or a mark: what was not written so is marked by nobody.
#[test]
fn a_part_that_reads_otherwise_than_it_was_written_is_not_marked() {
    let mut w = lone(|_| {});
    for lsn in 1..40 {
        // All names that the next checkpoint may use are taken.
        for serial in 1..5 {
            let folder = format!("a-{}-{serial}", 1001);
            let part = ha::names::ckpt_part(base::Lsn(lsn), &folder, 0).unwrap();
            w.files.insert(part, Arc::from(&b"of another"[..]));
        }
    }
    for i in 0..12 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.run(Span::secs(5));
    let tried = |verb: &Verb| matches!(verb, Verb::Create { .. }) && name_of(verb).starts_with("ckpt/");
    assert!(w.asked.iter().any(tried), "a checkpoint was begun");
    assert_eq!(marks(&w), 0);
    w.files.retain(|name, bytes| !name.as_str().starts_with("ckpt/") || **bytes != *b"of another");
    w.run(Span::secs(60));
    assert_eq!(marks(&w), 1, "it is due still, and tried again");
}

#[test]
fn history_that_is_too_old_goes_and_a_record_that_cannot_be_read_stays() {
    let history = Span::secs(400);
    let mut w = lone(|rules| rules.history = history);
    for i in 0..5 {
        assert!(w.write("a", &format!("{i}")));
    }
    let torn = ha::names::record(base::Lsn(4));
    w.files.insert(torn.clone(), Arc::from(&b"torn"[..]));
    for i in 0..1500 {
        w.run(Span::secs(1));
        assert!(w.write("a", &format!("{i}")));
    }
    let kept = |w: &World| -> Vec<(Name, WallMs)> {
        let of = |name: &Name| match Kept::of(name)? {
            Kept::Pack(_, _, at) => Some((name.clone(), at)),
            Kept::Base(..) => None,
        };
        w.files.keys().filter_map(of).collect()
    };
    let packs = kept(&w);
    let oldest = packs.iter().map(|(_, at)| at.0).min().unwrap();
    assert!(packs.len() > 3, "{packs:?}");
    assert!(oldest + history.as_millis() + 60_000 > w.now / 1000, "the oldest pack is of {oldest}");
    assert!(w.files.contains_key(&torn), "nobody knows what it was");
    let bases = w.files.keys().filter(|name| matches!(Kept::of(name), Some(Kept::Base(..)))).count();
    assert!((1..=12).contains(&bases), "{bases} bases");
}

/// Its beats go through and its record does not: a master that cannot write is none, and whoever asked is told in time.
#[test]
fn a_record_that_is_never_answered_suspends_the_master_and_is_called_unknown_when_it_is_deposed() {
    let mut w = lone(|_| {});
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    w.nodes.get_mut("a").unwrap().held = Some("log/");
    assert!(!w.write("a", "one"));
    w.run(Span::secs(20));
    assert_eq!(w.role("a"), Role::Master, "a lease lasts for 24 s");
    w.run(Span::secs(6));
    assert_eq!(w.role("a"), Role::Suspended);
    // Which is no sign of life, so another takes over.
    w.run(Span::secs(40));
    assert_eq!(w.role("b"), Role::Master, "{:?}", w.node("b").ha.status());
    assert_eq!(w.node("a").lost, [LostAppend::Unknown]);
}

/// A newer term was seen, and the record in hand is not answered for: nothing is served meanwhile.
#[test]
fn a_master_that_has_seen_a_newer_term_serves_nothing_while_its_record_is_on_its_way() {
    let mut w = lone(|_| {});
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    w.nodes.get_mut("a").unwrap().held = Some("log/");
    assert!(!w.write("a", "one"));
    w.input("b", Input::SetMode(Mode::Master));
    let began = w.now;
    while w.node("a").ha.lease_until().is_some() {
        w.run(Span::millis(20));
        assert!(w.now - began < 1_500_000, "it has met the claim at its next look");
    }
    assert_eq!(w.node("a").ha.serving_term(Mono(w.now)), None);
    assert!(w.node("a").lost.is_empty(), "its client still waits");
    w.run(Span::secs(3));
    assert_eq!(w.node("a").lost, [LostAppend::Unknown]);
}

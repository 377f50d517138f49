//! The store went back while a standby had the newer state: it serves over no hole, and it shows what the store has.

use crate::world::World;
use base::{Lsn, Span};
use brownstone_ha as ha;
use ha::config::Mode;
use ha::record::{self, Chain, decode};
use ha::status::Role;

/// `b` has all that `a` wrote, and `a` is dead. The last record.
fn followed() -> (World, Lsn) {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    for text in ["one", "two"] {
        assert!(w.write("a", text));
    }
    w.run(Span::secs(3));
    let last = w.node("a").ha.status().applied;
    assert_eq!((w.role("b"), w.node("b").ha.status().applied), (Role::HotStandby, last));
    w.nodes.get_mut("a").unwrap().up = false;
    (w, last)
}

#[test]
fn a_record_that_was_folded_and_is_gone_keeps_a_standby_from_ruling() {
    let (mut w, last) = followed();
    w.files.remove(&ha::names::record(last));
    w.run(Span::secs(300));
    assert_ne!(w.role("b"), Role::Master);
    assert!(!w.files.contains_key(&ha::names::record(last.next())), "a fence above a hole");
    let why = w.node("b").ha.status().why;
    assert!(why.contains(&format!("record {last}")) && why.contains("cannot be found"), "{why}");
}

#[test]
fn a_record_that_is_another_now_is_what_the_heir_goes_on_with() {
    let (mut w, last) = followed();
    let name = ha::names::record(last);
    let header = decode(last, &w.files[&name]).unwrap().header.unwrap();
    let other = record::encode(&header, &[r#"{"w":"another"}"#]);
    assert_ne!(Chain::sum(&other), Chain::sum(&w.files[&name]));
    w.files.insert(name, other);
    w.run(Span::secs(40));
    assert_eq!(w.role("b"), Role::Master, "{:?}", w.node("b").ha.status());
    assert!(w.write("b", "after"));
    w.start("c", 0, Mode::Auto);
    w.run(Span::secs(5));
    assert_eq!(w.node("c").folded, w.node("b").folded);
    assert!(w.node("b").folded.iter().any(|op| op.contains("another")));
    assert_eq!(w.node("c").ha.status().damage, []);
}

//! T is a server's own: each waits for the lease of the one that rules, however short its own timeout is.

use crate::world::{World, config};
use base::{Mono, Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::input::Input;
use ha::status::Role;

/// A lease of 24 s, and somebody who would wait for 2 s.
fn slow_master_and_quick_heir() -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start_with("b", config("b", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::secs(5));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    w
}

/// How long it takes until `b` rules; `a`, which has stopped, must hold no lease then.
fn taken_over(w: &mut World) -> Span {
    let began = w.now;
    while w.role("b") != Role::Master {
        w.run(Span::millis(50));
        assert!(w.now - began < 60_000_000, "{:?}", w.node("b").ha.status());
    }
    assert_eq!(w.node("a").ha.serving_term(Mono(w.now)), None, "two leases");
    Span(w.now - began)
}

#[test]
fn a_lease_that_is_longer_than_the_own_timeout_is_waited_for_clocks_a_quarter_apart() {
    let mut w = slow_master_and_quick_heir();
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(Span::secs(20));
    assert!(!w.files.contains_key(&ha::names::term(Term(2))), "nobody claims while it may hold a lease");
    let took = taken_over(&mut w) + Span::secs(20);
    // By a clock that is a quarter slower than `a`'s, 24 s last for 30 s.
    assert!(took >= Span::secs(28), "{took}");
}

#[test]
fn who_is_ordered_to_rule_waits_for_that_lease_too() {
    let mut w = slow_master_and_quick_heir();
    w.nodes.get_mut("a").unwrap().up = false;
    w.input("b", Input::SetMode(Mode::Master));
    let took = taken_over(&mut w);
    assert!(took >= Span::secs(28), "{took}");
}

#[test]
fn a_lease_shorter_than_the_own_timeout_hastens_nothing() {
    let mut w = World::default();
    w.start_with("a", config("a", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(5));
    w.nodes.get_mut("a").unwrap().up = false;
    let took = taken_over(&mut w);
    assert!(took >= Span::secs(28), "{took}");
}

/// Two claims in a row, the second by a server that never ruled: whoever owned the term before it is waited for as well.
#[test]
fn each_owner_since_the_last_data_is_waited_for_and_not_the_last_one_only() {
    let mut w = slow_master_and_quick_heir();
    w.start_with("c", Config { hot_standby: true, ..config("c", 0, Mode::Auto, Span::secs(2)) });
    w.run(Span::secs(3));
    w.nodes.get_mut("a").unwrap().up = false;
    // `c` gets as far as its fence, and stops.
    w.nodes.get_mut("c").unwrap().held = Some("ckpt");
    w.input("c", Input::SetMode(Mode::Master));
    assert!(w.files.contains_key(&ha::names::term(Term(2))));
    w.nodes.get_mut("c").unwrap().up = false;
    w.input("b", Input::SetMode(Mode::Master));
    let took = taken_over(&mut w);
    assert!(took >= Span::secs(27), "{took}");
}

/// While it waits for the old lease its own beats fail for longer than its own lease lasts: the fence proves nothing then.
#[test]
fn a_claimant_whose_own_lease_has_lapsed_since_its_fence_proves_the_next_slot_before_it_serves() {
    let mut w = slow_master_and_quick_heir();
    w.nodes.get_mut("a").unwrap().up = false;
    w.input("b", Input::SetMode(Mode::Master));
    let fence = w.node("b").ha.status().applied;
    w.run(Span::secs(5));
    w.nodes.get_mut("b").unwrap().failing = Some("nodes/b");
    w.run(Span::secs(4));
    w.nodes.get_mut("b").unwrap().failing = None;
    taken_over(&mut w);
    let noop = ha::record::decode(fence.next(), &w.files[&ha::names::record(fence.next())]).unwrap();
    assert_eq!(noop.header.map(|header| header.kind), Some(ha::record::Kind::Noop));
}

/// Its file may be there and not be seen; only the claim of its term tells how long its lease may last.
#[test]
fn an_owner_whose_file_cannot_be_seen_is_waited_for_as_long_as_its_claim_says() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(2));
    w.nodes.get_mut("a").unwrap().up = false;
    w.files.remove(&ha::names::node(&base::NodeId::new("a")).unwrap());
    w.start_with("b", config("b", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::millis(500));
    w.input("b", Input::SetMode(Mode::Master));
    taken_over(&mut w);
}

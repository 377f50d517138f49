//! What operators ordered of the chair, as far as it decides who claims.

use std::sync::Arc;

use crate::world::World;
use base::orders::Pause;
use base::{NodeId, Orders, Span, Term, WallMs};
use brownstone_ha as ha;
use ha::config::Mode;
use ha::files::{EndFile, EndWhy, from_bytes};
use ha::input::Input;
use ha::status::Role;

/// `a` rules and has recorded a pause, of which `b` and `c` know.
fn paused() -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    for id in ["b", "c"] {
        w.start(id, 0, Mode::Auto);
    }
    w.run(Span::secs(3));
    let pause = Pause { since: WallMs(0), until: None, why: String::new(), by: "operator".into() };
    let orders = Orders { serial: 1, pause: Some(pause), ..Orders::default() };
    w.input("a", Input::Orders(Arc::new(orders)));
    w.run(Span::secs(3));
    assert!(["a", "b", "c"].iter().all(|id| w.node(id).ha.status().paused));
    w
}

fn claimed(w: &World, term: u64) -> bool {
    w.files.contains_key(&ha::names::term(Term(term)))
}

fn hand_over(w: &mut World, to: &str) {
    w.input("a", Input::HandOver { to: Some(NodeId::new(to)), by: "operator".into() });
}

#[test]
fn in_a_pause_the_chair_goes_to_whom_it_was_handed_and_to_nobody_else() {
    let mut w = paused();
    hand_over(&mut w, "c");
    let end: EndFile = from_bytes(&w.files[&ha::names::term_end(Term(1))]).unwrap();
    assert_eq!((end.why, end.hand_over.map(|h| h.to)), (EndWhy::StepDown, Some(NodeId::new("c"))));
    assert_eq!(
        w.node("a").nudged.first().map(String::as_str),
        Some("https://c:8443/"),
        "who was named is told first"
    );
    w.run(Span::secs(5));
    assert_eq!((w.role("c"), claimed(&w, 3)), (Role::Master, false));
}

#[test]
fn in_a_pause_the_chair_goes_back_to_whom_it_was_with() {
    let mut w = paused();
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(Span::secs(40));
    assert!(!claimed(&w, 2), "a pause");
    w.start("a", 1, Mode::Auto);
    w.run(Span::secs(5));
    assert_eq!((w.role("a"), claimed(&w, 2)), (Role::Master, true));
}

/// The one who was named never comes.
#[test]
fn in_a_pause_a_master_whose_successor_does_not_come_is_followed_by_nobody_else() {
    let mut w = paused();
    hand_over(&mut w, "c");
    w.nodes.get_mut("c").unwrap().up = false;
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(Span::secs(60));
    assert!(!claimed(&w, 2), "b was not named");
}

/// Its claim cannot be finished, and what allowed it allows the next one.
#[test]
fn in_a_pause_a_claim_that_was_allowed_and_not_finished_is_tried_again() {
    let mut w = paused();
    w.nodes.get_mut("c").unwrap().failing = Some("log/");
    hand_over(&mut w, "c");
    w.run(Span::secs(130));
    assert!(w.files.contains_key(&ha::names::term_end(Term(2))), "given up");
    w.nodes.get_mut("c").unwrap().failing = None;
    w.run(Span::secs(60));
    assert_eq!(w.role("c"), Role::Master);
}

#[test]
fn a_hand_over_that_is_refused_is_told_until_one_is_not() {
    let mut w = paused();
    w.input("b", Input::SetMode(Mode::HotBackup));
    w.run(Span::secs(3));
    hand_over(&mut w, "b");
    let refused = w.node("a").ha.status().hand_over_refused.unwrap();
    assert!(refused.0 == 1 && refused.1.contains("never elected"), "{refused:?}");
    assert_eq!((w.role("a"), claimed(&w, 2)), (Role::Master, false));
    hand_over(&mut w, "c");
    assert_eq!(w.node("a").ha.status().hand_over_refused, None);
}

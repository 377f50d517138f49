//! The plane must be there before anybody claims its chair, and its master stops at once when it is not.

use crate::world::World;
use base::{Mono, PlaneId, Span, Term};
use brownstone_ha as ha;
use ha::files::{PlaneFile, from_bytes, to_bytes};
use ha::status::Role;

fn pair() -> World {
    World::pair(Span::secs(15))
}

fn claimed(w: &World) -> bool {
    w.files.contains_key(&ha::names::term(Term(2)))
}

/// `a` is dead, and in 20 ms `b` would claim.
fn about_to_claim() -> World {
    let dead = || {
        let mut w = pair();
        w.nodes.get_mut("a").unwrap().up = false;
        w
    };
    let mut w = dead();
    let began = w.now;
    while !claimed(&w) {
        w.run(Span::millis(5));
        assert!(w.now - began < 60_000_000);
    }
    let took = Span(w.now - began);
    let mut w = dead();
    w.run(took - Span::millis(20));
    assert!(!claimed(&w));
    w
}

fn says_so(w: &World, id: &str) -> bool {
    w.node(id).ha.status().why.contains("brownstone store restore")
}

/// Somebody takes the plane away, or puts another one, or one that was restored since, in its place.
fn taken_away(w: &mut World, how: &str) {
    let name = ha::names::plane();
    let mut plane: PlaneFile = from_bytes(&w.files[&name]).unwrap();
    match how {
        "gone" => drop(w.files.remove(&name)),
        "another" => plane.plane = PlaneId::new("another"),
        _ => plane.era += 1,
    }
    if how != "gone" {
        w.files.insert(name, to_bytes(&plane));
    }
}

#[test]
fn nobody_claims_where_the_plane_is_not_there_any_more() {
    for how in ["gone", "another", "restored"] {
        let mut w = about_to_claim();
        let plane = w.files[&ha::names::plane()].clone();
        taken_away(&mut w, how);
        w.run(Span::secs(60));
        assert!(!claimed(&w), "{how}");
        assert!(says_so(&w, "b"), "{how}: {}", w.node("b").ha.status().why);
        w.files.insert(ha::names::plane(), plane);
        w.run(Span::secs(60));
        assert_eq!(w.role("b"), Role::Master, "{how}, and back");
    }
}

/// And it is made again after a pause: where each failure made the next one, both sides would do nothing else.
#[test]
fn a_look_for_the_plane_that_failed_has_not_found_it() {
    let mut w = about_to_claim();
    w.nodes.get_mut("b").unwrap().failing = Some("plane.json");
    w.run(Span::secs(60));
    assert!(!claimed(&w));
    w.nodes.get_mut("b").unwrap().failing = None;
    w.run(Span::secs(40));
    assert_eq!(w.role("b"), Role::Master);
}

#[test]
fn a_master_whose_plane_is_gone_serves_nothing_from_that_moment_on_and_goes_on_when_it_is_back() {
    for how in ["gone", "another", "restored"] {
        let mut w = pair();
        let plane = w.files[&ha::names::plane()].clone();
        taken_away(&mut w, how);
        let began = w.now;
        while !says_so(&w, "a") {
            w.run(Span::millis(50));
            assert!(w.now - began < 110_000_000, "{how}: it is looked for every 100 s");
        }
        assert_eq!(w.node("a").ha.serving_term(Mono(w.now)), None, "{how}");
        let beat = w.file("a").unwrap().beat;
        w.run(Span::secs(20));
        assert_eq!(w.file("a").unwrap().beat, beat, "{how}: nothing is written there");
        w.files.insert(ha::names::plane(), plane);
        w.run(Span::secs(3));
        assert_eq!((w.role("a"), claimed(&w)), (Role::Master, false), "{how}");
        assert!(w.write("a", "after"));
    }
}

/// A file that must be there is missing: nobody waits for the next look that is due.
#[test]
fn an_emptied_store_is_noticed_at_once_by_who_rules_and_by_who_follows() {
    let mut w = pair();
    w.files.clear();
    w.run(Span::secs(3));
    assert!(says_so(&w, "a") && says_so(&w, "b"));
    assert_eq!(w.node("a").ha.serving_term(Mono(w.now)), None);
    assert!(w.files.is_empty(), "nothing is written there: {:?}", w.files.keys());
}

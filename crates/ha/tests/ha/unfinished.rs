//! Claims that meet a store in trouble on their way: what is asked again, how often, and what is left of one that is given up.

use std::sync::Arc;

use crate::world::{Trouble, World, config, name_of};
use base::{Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::files::{FileRole, OkFile, from_bytes, to_bytes};
use ha::input::Input;
use ha::record::decode;
use ha::status::Role;
use ha::verbs::{Name, Verb};

fn pair() -> World {
    World::pair(Span::secs(3))
}

/// The same, and `a` has ended, so that nobody's lease is waited for.
fn vacant() -> World {
    let mut w = pair();
    w.input("a", Input::Stop);
    w
}

fn order(w: &mut World, id: &str) {
    w.input(id, Input::SetMode(Mode::Master));
}

fn claimed(w: &World, term: u64) -> bool {
    w.files.contains_key(&ha::names::term(Term(term)))
}

fn ended(w: &World, term: u64) -> bool {
    w.files.contains_key(&ha::names::term_end(Term(term)))
}

fn marks(w: &World) -> Vec<Name> {
    w.files.keys().filter(|name| ha::names::number(name.leaf(), ".ok").is_some()).cloned().collect()
}

#[test]
fn each_step_is_asked_for_once_while_it_waits_and_again_soon_after_it_failed() {
    for step in ["create terms/", "log/", "create log/", "ckpt", "put leader.json"] {
        let mut w = vacant();
        w.nodes.get_mut("b").unwrap().held = Some(step);
        order(&mut w, "b");
        w.run(Span::secs(3));
        assert_eq!(w.node("b").waiting.len(), 1, "{step}");
        w.let_go("b");
        w.run(Span::millis(200));
        assert_eq!(w.role("b"), Role::Master, "{step}: held for a while");
        let mut w = vacant();
        w.nodes.get_mut("b").unwrap().failing = Some(step);
        order(&mut w, "b");
        w.run(Span::secs(3));
        w.nodes.get_mut("b").unwrap().failing = None;
        w.run(Span::secs(3));
        assert_eq!(w.role("b"), Role::Master, "{step}: failed for a while");
    }
}

/// The hint decides nothing: the others find a new master by its own file.
#[test]
fn a_claimant_that_cannot_write_the_hint_rules() {
    let mut w = vacant();
    w.nodes.get_mut("b").unwrap().failing = Some("put leader.json");
    order(&mut w, "b");
    w.run(Span::secs(1));
    assert_eq!(w.role("b"), Role::Master);
}

#[test]
fn a_claim_whose_request_or_reply_was_lost_is_that_one_still() {
    for trouble in [Trouble::RequestLost, Trouble::ReplyLost] {
        let mut w = vacant();
        w.nodes.get_mut("b").unwrap().trouble = Some(trouble);
        order(&mut w, "b");
        w.run(Span::secs(1));
        assert_eq!((w.node("b").served, claimed(&w, 3)), (Some(Term(2)), false));
    }
}

/// It has read the master's silence already: a store that fails for a moment does not make it wait for all of it again.
#[test]
fn a_term_that_could_not_be_created_is_tried_for_again_soon_and_less_and_less_often() {
    let mut w = pair();
    w.nodes.get_mut("a").unwrap().up = false;
    w.nodes.get_mut("b").unwrap().failing = Some("create terms/");
    let tries = |w: &World| w.node("b").ha.status().counts.claims_given_up;
    let began = w.now;
    while tries(&w) == 0 {
        w.run(Span::millis(50));
        assert!(w.now - began < 40_000_000);
    }
    w.run(Span::secs(60));
    assert!((3..=9).contains(&tries(&w)), "{} tries in a minute", tries(&w));
    w.nodes.get_mut("b").unwrap().failing = None;
    w.run(Span::secs(28));
    assert_eq!(w.role("b"), Role::Master, "it does not wait for the whole silence again");
}

/// Others must read that it claims: its last beat may be ten seconds old.
#[test]
fn a_claim_shows_in_the_own_file_as_soon_as_its_term_is_created() {
    let mut w = pair();
    w.nodes.get_mut("b").unwrap().held = Some("create terms/");
    order(&mut w, "b");
    w.run(Span::secs(1));
    assert_ne!(w.file("b").unwrap().role, FileRole::Claiming, "it has no term yet");
    w.let_go("b");
    let file = w.file("b").unwrap();
    assert_eq!((file.role, file.term), (FileRole::Claiming, Term(2)));
}

/// A look that failed in between has shown neither heads nor newcomers.
#[test]
fn all_files_are_listed_and_read_before_the_fence_though_the_first_look_failed() {
    let mut w = World::default();
    // No look lists them all by itself.
    let rules = |id| Config { list_period: Span::secs(1000), ..config(id, 0, Mode::Auto, Span::secs(30)) };
    for id in ["a", "b"] {
        w.start_with(id, rules(id));
        w.run(Span::secs(2));
    }
    let fence = ha::names::record(w.node("b").ha.status().applied.next());
    w.asked.clear();
    w.nodes.get_mut("b").unwrap().failing = Some("nodes/a");
    order(&mut w, "b");
    w.nodes.get_mut("b").unwrap().failing = None;
    w.run(Span::secs(2));
    let is_fence = |verb: &Verb| matches!(verb, Verb::Create { name, .. } if *name == fence);
    let fenced = w.asked.iter().position(is_fence).unwrap();
    let lists: Vec<usize> = (0..fenced).filter(|at| name_of(&w.asked[*at]) == "nodes").collect();
    assert_eq!(lists.len(), 2, "the one that failed, and another");
    assert!(w.asked[lists[1]..fenced].iter().any(|verb| name_of(verb) == "nodes/a.json"), "it was read");
}

/// What was loaded stands for a history in which somebody else rules.
#[test]
fn a_claim_that_meets_a_newer_term_in_a_checkpoint_is_over_and_the_next_one_is_above_it() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Standby);
    w.run(Span::secs(3));
    for i in 0..12 {
        assert!(w.write("a", &format!("{i}")));
    }
    let next = w.node("a").ha.status().applied.next();
    w.nodes.get_mut("a").unwrap().up = false;
    let mark = marks(&w).pop().unwrap();
    let ok: OkFile = from_bytes(&w.files[&mark]).unwrap();
    w.files.insert(mark, to_bytes(&OkFile { term: Term(9), ..ok }));
    order(&mut w, "b");
    w.run(Span::secs(1));
    assert!(claimed(&w, 2) && !w.files.contains_key(&ha::names::record(next)), "it has fenced nothing");
    // Silence for the timeout; then the terms between, of which nothing is to be seen, are waited for.
    w.run(Span::secs(100));
    let fence = decode(next, &w.files[&ha::names::record(next)]).unwrap();
    assert_eq!((fence.header.unwrap().term, w.role("b")), (Term(10), Role::Master));
}

/// Both of the marks that tell whether a fence stands in the plane's history are torn.
#[test]
fn claims_that_come_to_nothing_at_once_are_made_less_and_less_often() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    for i in 0..40 {
        assert!(w.write("a", &format!("{i}")));
    }
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    w.input("a", Input::Stop);
    for mark in marks(&w) {
        w.files.insert(mark, Arc::from(&b"{torn"[..]));
    }
    w.run(Span::secs(60));
    let terms = (2..100).take_while(|term| claimed(&w, *term)).count();
    assert!((3..=9).contains(&terms), "{terms} claims in a minute");
}

/// A claim that hangs must not keep the others from trying, and one that only takes long must not be taken from its owner.
#[test]
fn a_claim_is_given_up_after_four_timeouts_or_a_minute_and_everybody_is_told() {
    for (timeout, bound) in [(30, 120), (2, 60)] {
        let mut w = World::default();
        w.start("a", 0, Mode::Auto);
        w.run(Span::secs(1));
        w.start_with("b", config("b", 0, Mode::Auto, Span::secs(timeout)));
        w.run(Span::secs(3));
        w.nodes.get_mut("b").unwrap().failing = Some("log/");
        let began = w.now;
        order(&mut w, "b");
        w.run(Span::secs(bound - 2));
        assert!(!ended(&w, 2), "{timeout}");
        assert_eq!(w.file("b").unwrap().role, FileRole::Claiming);
        w.nodes.get_mut("b").unwrap().nudged.clear();
        while !ended(&w, 2) {
            w.run(Span::millis(20));
            assert!(w.now - began < (bound + 3) * 1_000_000, "{timeout}");
        }
        assert_eq!(w.node("b").ha.status().master, None, "not this server, at least");
        assert!(w.node("b").nudged.contains(&"https://a:8443/".to_owned()), "the others look now");
        w.run(Span::millis(100));
        assert!(w.file("b").unwrap().role.gave_up(), "and see it");
    }
}

/// Terms below the last that wrote data are of no interest: their owners hold no lease.
#[test]
fn only_the_owners_since_the_last_data_are_asked_for() {
    let mut w = World::default();
    for life in 0..5 {
        w.start("a", life, Mode::Auto);
        w.run(Span::secs(1));
        assert!(w.write("a", &format!("{life}")));
        w.nodes.get_mut("a").unwrap().up = false;
    }
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(2));
    w.asked.clear();
    order(&mut w, "b");
    w.run(Span::secs(1));
    let read = |term| {
        let name = ha::names::term(Term(term));
        w.asked.iter().any(|verb| matches!(verb, Verb::Read { name: read } if *read == name))
    };
    assert!(claimed(&w, 6) && (1..5).all(|term| !read(term)));
}

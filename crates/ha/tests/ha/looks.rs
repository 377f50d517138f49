//! What is looked at, and has been seen, before anything is concluded from it or written after it.

use std::sync::Arc;

use crate::world::World;
use base::{Span, Term};
use brownstone_ha as ha;
use ha::config::Mode;
use ha::files::FileRole;
use ha::input::Input;
use ha::status::Role;
use ha::verbs::Verb;

fn pair() -> World {
    World::pair(Span::secs(3))
}

/// With strictAck a record counts after a look at the floor that went well, and no look that failed is one.
#[test]
fn a_record_is_not_acknowledged_by_a_look_at_the_floor_that_failed() {
    for unread in ["leader.json", "nodes/a"] {
        let mut w = pair();
        w.nodes.get_mut("a").unwrap().failing = Some(unread);
        assert!(!w.write("a", "one"), "{unread} was not read");
        w.run(Span::secs(1));
        assert_eq!(w.node("a").landed, 0, "{unread}");
        w.nodes.get_mut("a").unwrap().failing = None;
        w.run(Span::millis(200));
        assert_eq!((w.node("a").landed, w.role("a")), (1, Role::Master), "{unread}");
    }
}

/// The same with files that are there, and tell nothing.
#[test]
fn a_record_is_not_acknowledged_by_files_that_tell_nothing_of_the_floor() {
    let torn: Arc<[u8]> = Arc::from(&b"{torn"[..]);
    let hint = ha::names::leader();
    let of_b = ha::names::node(&base::NodeId::new("b")).unwrap();
    let names_b = ha::files::LeaderFile { term: Term(1), node: base::NodeId::new("b"), uri: String::new() };
    for (name, content) in [(&hint, Some(torn.clone())), (&of_b, Some(torn)), (&of_b, None)] {
        let mut w = pair();
        // A late hint that names another: its file is where a floor would be shown first.
        w.files.insert(hint.clone(), ha::files::to_bytes(&names_b));
        w.nodes.get_mut("b").unwrap().up = false;
        match &content {
            Some(bytes) => w.files.insert(name.clone(), bytes.clone()),
            None => w.files.remove(name),
        };
        let sound = |w: &World| (w.node("a").landed, w.role("a"));
        assert!(!w.write("a", "one"), "{name}: {content:?}");
        assert_eq!(sound(&w), (0, Role::Master));
    }
}

/// A CLAIMING beat of one term is none of the next one: others must be able to read that it claims.
#[test]
fn no_claim_goes_on_by_the_beat_of_an_earlier_term() {
    let mut w = pair();
    w.nodes.get_mut("b").unwrap().held = Some("put nodes/b");
    w.input("b", Input::SetMode(Mode::Master));
    assert!(w.files.contains_key(&ha::names::term(Term(2))));
    w.input("b", Input::SetMode(Mode::Standby));
    w.input("b", Input::SetMode(Mode::Master));
    assert!(w.files.contains_key(&ha::names::term(Term(3))));
    let before = w.node("b").ha.status().applied;
    // The beat of term 2 gets through, and those after it are held.
    assert!(w.let_go_of_one("b"));
    w.run(Span::secs(2));
    let file = w.file("b").unwrap();
    assert_ne!((file.role, file.term), (FileRole::Claiming, Term(3)));
    assert!(!w.files.contains_key(&ha::names::record(before.next())), "it has fenced the log");
    w.let_go("b");
    w.run(Span::secs(40));
    assert_eq!(w.role("b"), Role::Master);
}

/// Each of its steps wants one at once; a store that fails at once would be asked thousands of times a second.
#[test]
fn looks_that_fail_are_made_again_after_a_pause_though_a_claim_waits_for_them() {
    let mut w = pair();
    w.input("a", Input::Stop);
    w.nodes.get_mut("b").unwrap().held = Some("create log/");
    w.input("b", Input::SetMode(Mode::Master));
    w.nodes.get_mut("b").unwrap().failing = Some("nodes/a");
    w.let_go("b");
    w.asked.clear();
    w.run(Span::secs(1));
    let lists = w.asked.iter().filter(|verb| matches!(verb, Verb::List { .. })).count();
    assert!((5..=11).contains(&lists), "{lists} looks in a second");
    w.nodes.get_mut("b").unwrap().failing = None;
    w.run(Span::millis(300));
    assert_eq!(w.role("b"), Role::Master);
}

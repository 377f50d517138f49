//! How a server begins, what it has others keep, and how it ends.

use base::{Incarnation, Span, Term};
use brownstone_node::interface::{Effect, Input};
use ha::input::Exit;
use ha::names;

use crate::server::Server;

#[test]
fn a_claim_is_told_to_whoever_may_have_to_end_it_and_the_life_is_kept() {
    let s = Server::serving();
    let told = |wish: &Effect| matches!(wish, Effect::TellProver { term: Term(1), .. });
    assert!(s.wished.iter().any(told), "{:?}", s.wished);
    let kept = |wish: &Effect| matches!(wish, Effect::KeepIncarnation(life) if *life > Incarnation(0));
    assert!(s.wished.iter().any(kept), "{:?}", s.wished);
}

#[test]
fn a_priority_is_kept_and_shown_to_the_others() {
    let mut s = Server::serving();
    s.input(Input::SetPriority(7));
    s.run(Span::secs(2));
    assert!(s.wished.iter().any(|wish| matches!(wish, Effect::KeepPriority(7))), "{:?}", s.wished);
    assert_eq!(s.view.as_ref().unwrap().status.priority, 7);
}

#[test]
fn a_server_with_nothing_to_record_ends_at_once() {
    let mut s = Server::serving();
    s.input(Input::Stop);
    assert!(s.files.contains_key(&names::term_end(Term(1))), "its term is over");
    assert!(s.wished.iter().any(|wish| matches!(wish, Effect::Exit(Exit::Stopped))), "{:?}", s.wished);
}

#[test]
fn who_asks_again_that_a_server_ends_does_not_put_the_end_off() {
    let mut s = Server::serving();
    s.held = "log/";
    s.ask(1, 1);
    s.input(Input::Stop);
    let begun = s.now;
    while s.answer(1).is_none() {
        s.run(Span::millis(500));
        s.input(Input::Stop);
        assert!(s.now < begun + Span::secs(5).0, "it is put off and put off");
    }
}

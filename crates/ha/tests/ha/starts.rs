//! A server starts where one of its id was before: whose life that was, and whether it may still go on.

use crate::world::{World, config};
use base::{Incarnation, NodeId, Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::files::{EndFile, EndWhy, NodeFile, TermFile, from_bytes, to_bytes};
use ha::input::{Exit, Input};
use ha::status::Role;

fn lone() -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(2));
    assert_eq!(w.role("a"), Role::Master);
    w
}

fn again(life: u64, change: impl FnOnce(&mut Config)) -> Config {
    let mut config = config("a", life, Mode::Auto, Span::secs(30));
    change(&mut config);
    config
}

#[test]
fn a_later_life_has_a_higher_number_and_keeps_it_and_ends_the_term_of_the_earlier_one() {
    let mut w = lone();
    let first: TermFile = from_bytes(&w.files[&ha::names::term(Term(1))]).unwrap();
    assert_eq!(w.node("a").kept, Some(first.incarnation));
    w.nodes.get_mut("a").unwrap().up = false;
    // Its data folder has forgotten what was kept: its own file in the store has not.
    w.start_with("a", again(0, |config| (config.uid, config.wall_secs) = ("later".into(), 5)));
    w.run(Span::secs(1));
    let life = Incarnation(first.incarnation.0 + 1);
    assert_eq!((w.file("a").unwrap().incarnation, w.node("a").kept), (life, Some(life)));
    let end: EndFile = from_bytes(&w.files[&ha::names::term_end(Term(1))]).unwrap();
    assert_eq!((end.incarnation, end.why, end.beat), (first.incarnation, EndWhy::HostProof, u64::MAX));
}

/// On another running of the host the lock of the data folder proves nothing: its file is watched for three beats.
#[test]
fn a_host_that_was_started_anew_is_waited_for_three_beats() {
    let mut w = lone();
    w.nodes.get_mut("a").unwrap().up = false;
    let rebooted = |config: &mut Config| (config.boot, config.uid) = ("another".into(), "later".into());
    w.start_with("a", again(1, rebooted));
    w.run(Span::millis(2900));
    assert_eq!((w.role("a"), w.file("a").unwrap().uid.as_str()), (Role::Initializing, "uid-a-0"));
    w.run(Span::millis(1200));
    assert_eq!(w.role("a"), Role::Master);
    // Whoever said that it has ended is not waited for.
    w.input("a", Input::Stop);
    w.start_with("a", again(2, |config| config.home = "elsewhere".into()));
    w.run(Span::millis(500));
    assert_eq!(w.role("a"), Role::Master);
}

#[test]
fn whatever_changes_in_its_file_meanwhile_means_that_somebody_else_lives() {
    let changes: [fn(&mut NodeFile); 3] =
        [|file| file.beat += 1, |file| file.incarnation.0 += 1, |file| file.uid = "another".into()];
    for (i, change) in changes.into_iter().enumerate() {
        let mut w = lone();
        w.nodes.get_mut("a").unwrap().up = false;
        w.start_with("a", again(1, |config| config.boot = "another".into()));
        w.run(Span::millis(500));
        let mut file = w.file("a").unwrap();
        change(&mut file);
        w.files.insert(ha::names::node(&NodeId::new("a")).unwrap(), to_bytes(&file));
        w.run(Span::secs(5));
        let exit = &w.node("a").exit;
        assert!(matches!(exit, Some(Exit::BadConfig(why)) if why.contains("is in use")), "{i}: {exit:?}");
    }
}

/// Its owner's file still says MASTER; who starts then reads the prover's word.
#[test]
fn a_term_whose_end_was_marked_for_its_owners_very_life_is_followed_at_once_by_who_starts() {
    for whose in ["its", "an earlier life's", "another server's", "nobody's"] {
        let mut w = lone();
        w.nodes.get_mut("a").unwrap().up = false;
        let file = w.file("a").unwrap();
        let mut end = EndFile {
            plane: file.plane,
            term: Term(1),
            node: file.node,
            incarnation: file.incarnation,
            beat: file.beat,
            why: EndWhy::HostProof,
            by: "prover".into(),
            hand_over: None,
            at: file.at,
        };
        match whose {
            "an earlier life's" => end.incarnation.0 -= 1,
            "another server's" => end.node = NodeId::new("z"),
            _ => {}
        }
        if whose != "nobody's" {
            w.files.insert(ha::names::term_end(Term(1)), to_bytes(&end));
        }
        w.start("b", 0, Mode::Auto);
        w.run(Span::secs(3));
        let counts = whose == "its";
        // The lease of whoever is dead is waited for all the same.
        assert_eq!(w.files.contains_key(&ha::names::term(Term(2))), counts, "{whose}");
        w.run(Span::secs(if counts { 30 } else { 20 }));
        assert_eq!(w.role("b"), if counts { Role::Master } else { Role::HotStandby }, "{whose}");
    }
}

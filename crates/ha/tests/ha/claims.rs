//! The steps of a claim, each held to what it must have seen before the next one.

use std::sync::Arc;

use crate::world::{World, config, name_of};
use base::{Lsn, Mono, NodeId, Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::files::{EndFile, EndWhy, LeaderFile, TermFile, from_bytes, to_bytes};
use ha::input::Input;
use ha::status::Role;
use ha::verbs::{Name, Verb};

/// `a` rules with a lease of 24 s, and `b` would wait for 2 s.
fn pair() -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start_with("b", config("b", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::secs(5));
    assert!(w.write("a", "one"));
    w.run(Span::secs(2));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    w
}

fn order(w: &mut World, id: &str) {
    w.input(id, Input::SetMode(Mode::Master));
}

fn stop(w: &mut World, id: &str) {
    w.nodes.get_mut(id).unwrap().up = false;
}

fn name(id: &str) -> Name {
    ha::names::node(&NodeId::new(id)).unwrap()
}

/// How long it takes from now until `b` rules.
fn until_b_rules(w: &mut World) -> Span {
    let began = w.now;
    while w.role("b") != Role::Master {
        w.run(Span::millis(50));
        assert!(w.now - began < 100_000_000, "{:?}", w.node("b").ha.status());
    }
    assert_eq!(w.node("a").ha.serving_term(Mono(w.now)), None, "two leases");
    Span(w.now - began)
}

/// A listing that was begun before the claim shows none of those who have come since, and no head of theirs.
#[test]
fn all_files_are_listed_and_read_between_the_claim_and_the_fence_and_after_the_fence_again() {
    let mut w = pair();
    w.nodes.get_mut("b").unwrap().held = Some("leader.json");
    w.input("b", Input::Nudge);
    w.run(Span::millis(2500));
    let fence = w.node("b").ha.status().applied.next();
    w.asked.clear();
    order(&mut w, "b");
    w.let_go("b");
    w.run(Span::secs(1));
    let at = |wanted: &dyn Fn(&Verb) -> bool| w.asked.iter().position(wanted).unwrap();
    let fenced = at(&|verb| {
        *name_of(verb) == *ha::names::record(fence).as_str() && matches!(verb, Verb::Create { .. })
    });
    let claimed = at(&|verb| name_of(verb).starts_with("terms/") && matches!(verb, Verb::Create { .. }));
    let between = w.asked[claimed..fenced].iter();
    assert!(between.clone().any(|verb| matches!(verb, Verb::List { .. }) && name_of(verb) == "nodes"));
    assert!(between.clone().any(|verb| name_of(verb) == "nodes/a.json"));
    let after = w.asked[fenced..].iter();
    assert!(after.clone().any(|verb| matches!(verb, Verb::List { .. }) && name_of(verb) == "nodes"));
    assert!(after.clone().any(|verb| name_of(verb) == "nodes/a.json"));
}

#[test]
fn an_owner_whose_file_is_gone_is_waited_for_from_the_fence_on_and_not_for_ever() {
    let mut w = pair();
    stop(&mut w, "a");
    w.files.remove(&name("a"));
    w.run(Span::secs(20));
    order(&mut w, "b");
    let took = until_b_rules(&mut w);
    assert!(took > Span::secs(28) && took < Span::secs(33), "{took}");
}

/// The claim of a term between cannot be read: who owned it is waited for as unknown.
#[test]
fn a_term_whose_owner_cannot_be_known_is_waited_for_and_not_for_ever() {
    let mut w = pair();
    w.start_with("c", config("c", 0, Mode::Auto, Span::secs(2)));
    w.run(Span::secs(3));
    // `c` fences term 2 and stops.
    w.nodes.get_mut("c").unwrap().held = Some("ckpt");
    order(&mut w, "c");
    assert!(w.files.contains_key(&ha::names::term(Term(2))));
    w.run(Span::secs(3));
    stop(&mut w, "c");
    w.input("a", Input::Stop);
    w.files.insert(ha::names::term(Term(2)), Arc::from(&b"{torn"[..]));
    w.files.remove(&name("c"));
    w.start_with("b", config("b", 1, Mode::Auto, Span::secs(2)));
    w.run(Span::millis(300));
    order(&mut w, "b");
    let took = until_b_rules(&mut w);
    assert!(took > Span::secs(2) && took < Span::secs(12), "{took}");
}

#[test]
fn a_hint_that_is_old_or_torn_is_written_anew_by_who_rules() {
    let old = LeaderFile { term: Term(0), node: NodeId::new("z"), uri: String::new() };
    for bytes in [to_bytes(&old), Arc::from(&b"{torn"[..])] {
        let mut w = pair();
        w.files.insert(ha::names::leader(), bytes);
        w.run(Span::secs(2));
        let hint: LeaderFile = from_bytes(&w.files[&ha::names::leader()]).unwrap();
        assert_eq!((hint.term, hint.node), (Term(1), NodeId::new("a")));
    }
}

/// What another plane's servers, or a copied file, say is no word about this plane.
#[test]
fn a_file_of_another_plane_or_under_another_name_tells_of_no_term() {
    let mut w = pair();
    for (change, words) in [("plane", "another plane"), ("era", "another plane"), ("name", "cannot be read")]
    {
        let mut file = w.file("b").unwrap();
        (file.term, file.node) = (Term(99), NodeId::new("z"));
        match change {
            "plane" => file.plane = base::PlaneId::new("other"),
            "era" => file.era += 1,
            _ => file.node = NodeId::new("b"),
        }
        w.files.insert(name("z"), to_bytes(&file));
        w.run(Span::secs(5));
        let status = w.node("a").ha.status();
        assert_eq!((w.role("a"), status.term), (Role::Master, Term(1)), "{change}");
        let noted = status.damage.iter().any(|d| d.file == "nodes/z.json" && d.what.contains(words));
        assert!(noted, "{change}: {:?}", status.damage);
        assert!(status.nodes.iter().all(|node| node.id != NodeId::new("z")), "{change}");
    }
}

/// Nobody may wait for the owner of a term that was created and is not wanted any more.
#[test]
fn a_term_that_is_created_when_it_is_not_wanted_any_more_is_ended() {
    let mut w = pair();
    w.nodes.get_mut("b").unwrap().held = Some("terms/");
    order(&mut w, "b");
    assert_eq!(w.node("b").told, Some(Term(2)), "its prover knows of it before anybody else");
    w.input("b", Input::SetMode(Mode::HotStandby));
    w.let_go("b");
    assert!(w.files.contains_key(&ha::names::term(Term(2))), "it came late");
    let end: EndFile = from_bytes(&w.files[&ha::names::term_end(Term(2))]).unwrap();
    assert_eq!((end.node, end.why), (NodeId::new("b"), EndWhy::GaveUp));
    w.run(Span::secs(3));
    assert_ne!(w.role("b"), Role::Master);
}

/// It was created late, and somebody rules in a newer one already.
#[test]
fn a_term_that_was_overtaken_while_it_was_created_is_ended_and_not_claimed_by() {
    let mut w = pair();
    w.nodes.get_mut("b").unwrap().held = Some("terms/");
    order(&mut w, "b");
    let hint = LeaderFile { term: Term(3), node: NodeId::new("z"), uri: String::new() };
    w.files.insert(ha::names::leader(), to_bytes(&hint));
    let next = w.node("b").ha.status().applied.next();
    w.input("b", Input::Nudge);
    w.let_go("b");
    w.run(Span::secs(1));
    let end: EndFile = from_bytes(&w.files[&ha::names::term_end(Term(2))]).unwrap();
    assert_eq!(end.why, EndWhy::GaveUp);
    assert!(!w.files.contains_key(&ha::names::record(next)));
}

/// Two servers of one id would have the same uid only by a copied memory: the very bytes decide.
#[test]
fn a_term_of_another_claim_with_the_own_uid_is_not_the_own_one() {
    let mut w = pair();
    w.nodes.get_mut("b").unwrap().held = Some("terms/");
    order(&mut w, "b");
    let mut other: TermFile = from_bytes(&w.files[&ha::names::term(Term(1))]).unwrap();
    (other.term, other.node, other.uid, other.why) =
        (Term(2), NodeId::new("b"), "uid-b-0".into(), "another".into());
    w.files.insert(ha::names::term(Term(2)), to_bytes(&other));
    let next = w.node("b").ha.status().applied.next();
    w.let_go("b");
    w.run(Span::secs(40));
    let fence = ha::record::decode(next, &w.files[&ha::names::record(next)]).unwrap();
    assert_eq!(fence.header.unwrap().term, Term(3), "it has not fenced by that one");
    assert_eq!(w.node("b").ha.status().counts.claims_lost, 1);
}

/// A newer term is met in the log, behind the records that every file names.
#[test]
fn a_claim_that_meets_the_fence_of_a_newer_term_is_over() {
    let mut w = pair();
    stop(&mut w, "a");
    w.nodes.get_mut("b").unwrap().held = Some("log/");
    order(&mut w, "b");
    w.run(Span::secs(1));
    // `a` has no part in this; somebody else's fence of term 3 stands at the next slot.
    let last = w.node("b").ha.status().applied;
    let chain = |lsn: Lsn| {
        let file = w.file("b").unwrap();
        let genesis = ha::record::Chain::genesis(&file.plane, file.era);
        (1..=lsn.0).fold(genesis, |chain, n| chain.next(&w.files[&ha::names::record(Lsn(n))]))
    };
    let header = ha::record::Header {
        format: ha::record::FORMAT,
        lsn: last.next(),
        term: Term(3),
        kind: ha::record::Kind::Fence,
        node: NodeId::new("z"),
        incarnation: base::Incarnation(7),
        uid: "z".into(),
        prev: chain(last),
        ops: 0,
    };
    let fence = ha::record::encode(&header, &[] as &[&str]);
    w.files.insert(ha::names::record(last.next()), fence);
    w.let_go("b");
    w.run(Span::secs(1));
    assert_ne!(w.node("b").ha.role(), Role::Initializing, "it claims no more");
    assert_eq!(w.node("b").ha.status().counts.claims_lost, 1);
    assert!(!w.files.contains_key(&ha::names::record(Lsn(last.0 + 2))), "and fences nothing above it");
}

/// A master wrote 40 records since its last beat, and its process was killed; what its next life asks of the log.
fn start_over_records_that_no_beat_has_named(page: Option<usize>) -> Vec<Verb> {
    let rules = |life| Config { checkpoint_records: 1000, ..config("a", life, Mode::Auto, Span::secs(30)) };
    let mut w = World::default();
    w.start_with("a", rules(0));
    w.run(Span::secs(2));
    for i in 0..40 {
        assert!(w.write("a", &format!("{i}")));
    }
    assert_eq!(w.file("a").unwrap().head, Lsn(1));
    // Something far behind the end is no reason to read what lies between.
    w.files.insert(ha::names::record(Lsn(60)), b"stray".as_slice().into());
    (w.page, w.asked) = (page, vec![]);
    w.start_with("a", rules(1));
    w.run(Span::secs(5));
    assert_eq!((w.role("a"), w.node("a").folded.len()), (Role::Master, 40));
    w.asked.retain(|verb| name_of(verb).starts_with("log"));
    w.asked
}

#[test]
fn where_the_log_goes_on_behind_what_any_file_names_the_fence_meets_two_records_and_a_listing_names_the_rest()
{
    // What boot asks is whether there is a log at all.
    let probes = |asked: &[Verb]| asked.iter().filter(|v| matches!(v, Verb::Create { .. })).count();
    let pages =
        |asked: &[Verb]| asked.iter().filter(|v| matches!(v, Verb::List { after: Some(_), .. })).count();
    let asked = start_over_records_that_no_beat_has_named(None);
    assert_eq!((probes(&asked), pages(&asked)), (3, 1));
    let asked = start_over_records_that_no_beat_has_named(Some(10));
    assert_eq!((probes(&asked), pages(&asked)), (6, 4), "38 of them on pages of 10");
    let behind = |v: &&Verb| matches!(v, Verb::Read { name } if *name > ha::names::record(Lsn(42)));
    assert_eq!(asked.iter().find(behind), None, "a name that may not exist is not read");
}

//! What a checkpoint's mark says of terms: by it a claimant knows that a newer one rules, and whose leases it must wait for.

use std::sync::Arc;

use crate::world::World;
use base::{Lsn, Span, Term};
use brownstone_ha as ha;
use ha::config::Mode;
use ha::files::{OkFile, from_bytes};
use ha::input::Input;
use ha::status::Role;

/// The terms in the newest mark: of the last fence below it, and of the last data.
fn newest_mark(w: &World) -> Option<(Term, Term)> {
    let mark = w.files.iter().rfind(|(name, _)| ha::names::number(name.leaf(), ".ok").is_some())?;
    let ok: OkFile = from_bytes(mark.1).unwrap();
    Some((ok.term, ok.data_term))
}

/// One that ruled is stopped, and this one takes over.
fn follows(w: &mut World, before: &str, id: &str) {
    w.input(before, Input::Stop);
    w.input(id, Input::Nudge);
    w.run(Span::secs(5));
    assert_eq!(w.role(id), Role::Master);
}

#[test]
fn a_mark_names_the_newest_term_that_it_covers_and_the_last_that_wrote_data() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.start("b", 0, Mode::Auto);
    w.run(Span::secs(3));
    for i in 0..8 {
        assert!(w.write("a", &format!("{i}")));
    }
    assert_eq!(newest_mark(&w), None, "one in ten records");
    w.run(Span::secs(2));
    follows(&mut w, "a", "b");
    assert_eq!(newest_mark(&w), Some((Term(2), Term(1))), "what was left behind counts");
    for i in 0..12 {
        assert!(w.write("b", &format!("{i}")));
    }
    assert_eq!(newest_mark(&w), Some((Term(2), Term(2))));
    // Whoever loads that checkpoint knows both, and whoever follows the log from there.
    w.start("c", 0, Mode::Auto);
    w.start("d", 0, Mode::HotBackup);
    w.run(Span::secs(3));
    // With the fence of who follows, ten records are above the newest mark.
    for (before, id, term, writes) in [("b", "c", 3, 7), ("c", "d", 4, 9)] {
        for i in 0..writes {
            assert!(w.write(before, &format!("{before}{i}")));
        }
        w.run(Span::secs(2));
        if id == "d" {
            w.input("d", Input::SetMode(Mode::Auto));
        }
        follows(&mut w, before, id);
        assert_eq!(newest_mark(&w), Some((Term(term), Term(term - 1))), "{id}");
    }
}

fn names_of_marks(w: &World) -> Vec<u64> {
    w.files.keys().filter_map(|name| ha::names::number(name.leaf(), ".ok")).collect()
}

/// `a` rules, and its host is asked for a checkpoint.
fn due() -> (World, Lsn) {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    w.nodes.get_mut("a").unwrap().idle_host = true;
    while w.node("a").asked_to_cut.is_none() {
        assert!(w.write("a", "one"));
    }
    let floor = w.node("a").asked_to_cut.unwrap();
    (w, floor)
}

fn cut(w: &mut World, floor: Lsn) {
    w.input("a", Input::CheckpointCut { floor, parts: vec![Arc::from(&b"{}"[..])] });
}

#[test]
fn parts_of_another_record_than_the_one_that_was_asked_for_become_no_checkpoint() {
    let (mut w, floor) = due();
    cut(&mut w, Lsn(floor.0 - 1));
    assert_eq!(names_of_marks(&w), [] as [u64; 0]);
    cut(&mut w, floor);
    assert_eq!(names_of_marks(&w), [floor.0]);
}

/// Whoever marked that rules, or has ruled since.
#[test]
fn no_checkpoint_is_marked_below_one_that_somebody_else_has_marked_meanwhile() {
    for page in [None, Some(1)] {
        let (mut w, floor) = due();
        w.page = page;
        let newer = floor.0 + 5;
        w.files.insert(ha::names::ckpt_ok(Lsn(newer)), Arc::from(&b"{}"[..]));
        cut(&mut w, floor);
        assert_eq!(names_of_marks(&w), [newer]);
    }
}

/// Its parts were written and its mark was not: it is due still, and not at once.
#[test]
fn a_checkpoint_that_the_store_failed_at_is_tried_again_in_half_a_minute() {
    let (mut w, floor) = due();
    w.nodes.get_mut("a").unwrap().failing = Some("create ckpt/");
    cut(&mut w, floor);
    let a = w.nodes.get_mut("a").unwrap();
    (a.failing, a.idle_host) = (None, false);
    w.run(Span::secs(25));
    assert_eq!(names_of_marks(&w), [] as [u64; 0]);
    w.run(Span::secs(10));
    assert_eq!(names_of_marks(&w).len(), 1);
}

//! A store gives listings in pages of its own size, down to one name: nothing that is listed may be missed.

use crate::world::{World, config};
use base::{Lsn, Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode};
use ha::status::Role;

fn marks(w: &World) -> usize {
    w.files.keys().filter(|name| ha::names::number(name.leaf(), ".ok").is_some()).count()
}

fn records(w: &World) -> usize {
    w.files.keys().filter(|name| name.as_str().starts_with("log/")).count()
}

#[test]
fn pages_of_one_name_and_of_two_change_nothing_but_the_number_of_requests() {
    for (page, history) in [(1, Span::ZERO), (2, Span::secs(3600))] {
        let mut w = World { page: Some(page), ..World::default() };
        let rules = |id: &str, life| Config { history, ..config(id, life, Mode::Auto, Span::secs(30)) };
        // Some lives, for terms to list.
        for life in 0..4 {
            w.start_with("a", rules("a", life));
            w.run(Span::secs(1));
            assert_eq!(w.role("a"), Role::Master, "life {life}, pages of {page}");
            w.nodes.get_mut("a").unwrap().up = false;
        }
        assert!(w.files.contains_key(&ha::names::term(Term(4))));
        w.start_with("a", rules("a", 4));
        for i in 0..300 {
            w.run(Span::secs(1));
            assert!(w.write("a", &format!("{i}")));
        }
        assert!(w.files.contains_key(&ha::names::record(Lsn(1))), "fences stay");
        assert!(records(&w) < 150, "pages of {page}: {} records are left", records(&w));
        assert!((2..20).contains(&marks(&w)), "pages of {page}: {} checkpoints", marks(&w));
        for id in ["b", "c", "d"] {
            w.start_with(id, rules(id, 0));
        }
        w.run(Span::secs(5));
        for id in ["b", "c", "d"] {
            assert_eq!(w.node(id).folded, w.node("a").folded, "{id}, pages of {page}");
            assert_eq!(w.node(id).ha.status().nodes.len(), 4, "{id} knows all, pages of {page}");
        }
        w.nodes.get_mut("a").unwrap().up = false;
        w.run(Span::secs(40));
        let heir = ["b", "c", "d"].into_iter().find(|id| w.role(id) == Role::Master);
        assert!(w.write(heir.expect("somebody follows"), "after"));
    }
}

#[test]
fn what_lies_in_the_second_folder_of_the_log_is_pruned_too() {
    let mut w = World::default();
    let rules = config("a", 0, Mode::Auto, Span::secs(30));
    w.start_with("a", Config { history: Span::ZERO, checkpoint_records: 400, ..rules });
    w.run(Span::secs(1));
    for i in 0..ha::names::LOG_FOLDER_SIZE + 1500 {
        assert!(w.write("a", &format!("{i}")));
        w.run(Span::millis(100));
    }
    w.run(Span::secs(120));
    // Two checkpoints' worth, what was written meanwhile, and the fence.
    assert!(records(&w) < 1800, "{} records are left", records(&w));
    assert!(w.files.contains_key(&ha::names::record(Lsn(1))));
    let second = ha::names::record(Lsn(ha::names::LOG_FOLDER_SIZE + 5));
    assert!(!w.files.contains_key(&second), "{second} is pruned");
}

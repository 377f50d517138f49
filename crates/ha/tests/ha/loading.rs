//! What a standby reads its state from: a store that fails for long is named and waited for, and what is damaged costs no
//! more than it must.

use std::sync::Arc;

use crate::world::World;
use base::Span;
use brownstone_ha as ha;
use ha::config::Mode;
use ha::input::Input;
use ha::status::Role;
use ha::verbs::Name;

/// `a` has written so many records over some checkpoints.
fn written(records: usize) -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    for i in 0..records {
        assert!(w.write("a", &format!("{i}")));
    }
    w.run(Span::secs(2));
    w
}

fn marks(w: &World) -> Vec<Name> {
    w.files.keys().filter(|name| ha::names::number(name.leaf(), ".ok").is_some()).cloned().collect()
}

/// The part of the checkpoint that this mark is of.
fn part(w: &World, mark: &Name) -> Name {
    let ok: ha::files::OkFile = ha::files::from_bytes(&w.files[mark]).unwrap();
    ha::names::ckpt_part(ok.floor, &ok.folder, 0).unwrap()
}

fn follows(w: &World) -> bool {
    w.role("b") == Role::HotStandby && w.node("b").folded == w.node("a").folded
}

#[test]
fn a_store_that_fails_for_longer_than_the_timeout_is_named_and_waited_for() {
    for (fails, words) in [("ckpt", "cannot load a checkpoint"), ("log/", "lost touch with the log")] {
        let mut w = written(14);
        w.start("b", 0, Mode::Standby);
        w.run(Span::secs(1));
        if fails == "log/" {
            w.input("b", Input::SetMode(Mode::HotStandby));
            w.run(Span::secs(1));
            assert!(w.write("a", "late"));
        }
        w.nodes.get_mut("b").unwrap().failing = Some(fails);
        w.input("b", Input::SetMode(Mode::HotStandby));
        w.run(Span::secs(25));
        assert_ne!(w.role("b"), Role::Failed, "{fails}: not for less");
        w.run(Span::secs(15));
        assert_eq!(w.role("b"), Role::Failed, "{fails}");
        assert!(w.node("b").ha.status().why.contains(words), "{}", w.node("b").ha.status().why);
        w.nodes.get_mut("b").unwrap().failing = None;
        w.run(Span::secs(2));
        assert!(follows(&w), "{fails}: {:?}", w.node("b").ha.status());
    }
}

/// The log since the checkpoint before is kept: going back to it loses nothing.
#[test]
fn a_newest_checkpoint_that_is_torn_costs_nothing() {
    for torn in ["mark", "part"] {
        let mut w = written(40);
        let newest = marks(&w).pop().unwrap();
        let name = if torn == "mark" { newest } else { part(&w, &newest) };
        w.files.insert(name.clone(), Arc::from(&b"{torn"[..]));
        w.start("b", 0, Mode::Auto);
        w.run(Span::secs(3));
        assert!(follows(&w), "{torn}: {:?}", w.node("b").ha.status());
        let status = w.node("b").ha.status();
        assert!(status.damage.iter().any(|d| d.file == name.as_str()), "{torn}: {:?}", status.damage);
    }
}

/// That a part cannot be found may be a cached absence, or it was pruned meanwhile.
#[test]
fn a_part_or_a_mark_that_is_named_and_not_there_is_looked_for_again() {
    for gone in ["mark", "part"] {
        let mut w = written(14);
        let newest = marks(&w).pop().unwrap();
        let name = if gone == "mark" { newest } else { part(&w, &newest) };
        let bytes = w.files.remove(&name).unwrap();
        w.start("b", 0, Mode::Auto);
        w.run(Span::secs(10));
        assert_eq!(w.role("b"), Role::Initializing, "{gone}: it never starts empty");
        w.files.insert(name, bytes);
        w.run(Span::secs(1));
        assert!(follows(&w), "{gone}: {:?}", w.node("b").ha.status());
        assert_eq!(w.node("b").ha.status().damage, [], "{gone}");
    }
}

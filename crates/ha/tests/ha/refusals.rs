//! What a server refuses to begin on: a folder that is not what it looks like, and company that its mode does not bear.

use std::sync::Arc;

use crate::world::{World, config};
use base::{Span, Term};
use brownstone_ha as ha;
use ha::config::{Config, Mode, Persist};
use ha::input::{Exit, Input};
use ha::status::Role;

/// A plane in which `a` has ruled and written, and has been stopped.
fn left_behind() -> World {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(1));
    assert!(w.write("a", "one"));
    w.input("a", Input::Stop);
    w.run(Span::secs(1));
    w
}

/// How a server of this configuration ends.
fn exit(w: &mut World, config: Config) -> Option<Exit> {
    w.start_with("b", config);
    w.run(Span::secs(5));
    w.node("b").exit.clone()
}

fn fresh() -> Config {
    config("b", 0, Mode::Auto, Span::secs(30))
}

#[test]
fn a_folder_that_holds_anything_but_its_plane_json_is_no_empty_one() {
    for kept in ["terms/", "nodes/", "log/", "ckpt/"] {
        let mut w = left_behind();
        let mark = ha::names::ckpt_ok(base::Lsn(1));
        w.files.insert(mark, Arc::from(&b"{}"[..]));
        w.files.retain(|name, _| name.as_str().starts_with(kept));
        assert!(!w.files.is_empty());
        let exit = exit(&mut w, fresh());
        assert!(matches!(&exit, Some(Exit::Unfit(why)) if why.contains("no plane.json")), "{kept}: {exit:?}");
        assert!(!w.files.contains_key(&ha::names::plane()), "{kept}: no new plane is made over it");
    }
}

#[test]
fn a_plane_of_a_newer_layout_is_left_alone_and_so_are_a_back_up_and_half_a_restore() {
    use ha::files::{BACKUP, LAYOUT, PlaneFile, RESTORING, from_bytes, to_bytes};
    for (layout, words) in [
        (LAYOUT + 1, "start a newer release"),
        (BACKUP, "it is a back-up"),
        (RESTORING, "a restore into it has not finished"),
    ] {
        let mut w = left_behind();
        let plane = ha::names::plane();
        let mut file: PlaneFile = from_bytes(&w.files[&plane]).unwrap();
        file.layout = layout;
        w.files.insert(plane, to_bytes(&file));
        let before = w.files.clone();
        let exit = exit(&mut w, fresh());
        assert!(matches!(&exit, Some(Exit::Unfit(why)) if why.contains(words)), "{layout}: {exit:?}");
        assert_eq!(w.files, before);
    }
}

#[test]
fn rebind_wants_a_state_clean_and_disabled_want_no_company() {
    let asks = |persist, mode| Config { persist, mode, ..fresh() };
    let refused = |exit: Option<Exit>, word: &str| {
        assert!(matches!(&exit, Some(Exit::BadConfig(why)) if why.contains(word)), "{word}: {exit:?}");
    };
    refused(exit(&mut World::default(), asks(Persist::Rebind, Mode::Auto)), "REBIND");
    for (persist, mode, word) in
        [(Persist::Clean, Mode::Auto, "CLEAN"), (Persist::Auto, Mode::Disabled, "DISABLED")]
    {
        let mut w = World::default();
        w.start("a", 0, Mode::Auto);
        w.run(Span::secs(1));
        refused(exit(&mut w, asks(persist, mode)), word);
        assert_eq!(w.role("a"), Role::Master, "{word}");
        // Whoever was stopped is no company.
        let mut w = left_behind();
        assert_eq!(exit(&mut w, asks(persist, mode)), None, "{word}");
        assert_eq!((w.role("b"), w.files.contains_key(&ha::names::term(Term(2)))), (Role::Master, true));
    }
    assert_eq!(exit(&mut left_behind(), asks(Persist::Rebind, Mode::Auto)), None);
    // A server that never rules is company too.
    let mut w = left_behind();
    w.start("c", 0, Mode::HotBackup);
    w.run(Span::secs(1));
    refused(exit(&mut w, asks(Persist::Auto, Mode::Disabled)), "DISABLED");
}

/// Another data folder uses the id, and its server is stopped for a while, with a lease in hand.
#[test]
fn an_id_of_another_data_folder_is_watched_for_as_long_as_its_lease() {
    let mut w = World::default();
    w.start("a", 0, Mode::Auto);
    w.run(Span::secs(2));
    w.nodes.get_mut("a").unwrap().up = false;
    let lease = w.node("a").ha.lease_until().unwrap();
    w.start_with(
        "twin",
        Config { home: "elsewhere".into(), uid: "t".into(), ..config("a", 0, Mode::Auto, Span::secs(30)) },
    );
    while w.role("twin") != Role::Master {
        w.run(Span::millis(100));
        assert!(w.now < lease.0 + 60_000_000);
    }
    assert!(w.now >= lease.0, "two leases");
}

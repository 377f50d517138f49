//! Two releases in one plane: the log's format rises when all who live read the newer one, and never falls.

use crate::world::{World, config};
use base::{Lsn, Span};
use brownstone_ha as ha;
use ha::config::{Config, FORMAT_CALM, Mode};
use ha::files::{NodeFile, OkFile, from_bytes};
use ha::input::Input;
use ha::names;
use ha::record::{FIRST_FORMAT, FORMAT, decode};
use ha::status::Role;

const T: Span = Span::secs(10);

/// A server of the release before.
fn earlier(id: &str, life: u64, mode: Mode) -> Config {
    Config { formats: FIRST_FORMAT, ..config(id, life, mode, T) }
}

/// The format of the log's last record.
fn newest(w: &World) -> u32 {
    let mut records = w.files.iter().filter(|(name, _)| name.as_str().starts_with("log/"));
    let (name, bytes) = records.next_back().unwrap();
    let lsn = Lsn(names::number(name.leaf(), ".json").unwrap());
    decode(lsn, bytes).unwrap().header.unwrap().format
}

/// The earlier release rules, this one follows.
fn half_upgraded() -> World {
    let mut w = World::default();
    w.start_with("a", earlier("a", 0, Mode::Auto));
    w.run(Span::secs(1));
    w.start_with("b", config("b", 0, Mode::Auto, T));
    w.run(Span::secs(3));
    assert_eq!((w.role("a"), w.role("b")), (Role::Master, Role::HotStandby));
    assert!(w.write("a", "1"));
    assert_eq!(newest(&w), FIRST_FORMAT);
    w
}

/// The same, and then the chair is moved to this release.
fn moved() -> World {
    let mut w = half_upgraded();
    w.input("a", Input::SetMode(Mode::HotBackup));
    w.run(Span::secs(5));
    assert_eq!((w.role("a"), w.role("b")), (Role::HotBackup, Role::Master));
    w
}

#[test]
fn a_new_plane_begins_with_the_newest_format() {
    let mut w = World::default();
    w.start_with("a", config("a", 0, Mode::Auto, T));
    w.run(Span::secs(1));
    assert!(w.write("a", "1"));
    assert_eq!(newest(&w), FORMAT);
}

#[test]
fn the_format_rises_when_the_release_before_has_been_gone_for_a_while() {
    let mut w = moved();
    w.run(FORMAT_CALM * 2);
    assert!(w.write("b", "2"));
    assert_eq!(newest(&w), FIRST_FORMAT, "a still lives");
    w.run(Span::secs(3));
    assert_eq!(w.node("a").folded, w.node("b").folded);
    w.input("a", Input::Stop);
    w.run(FORMAT_CALM - Span::secs(20));
    assert!(w.write("b", "3"));
    assert_eq!(newest(&w), FIRST_FORMAT, "there is time to go back");
    w.run(Span::secs(30));
    assert!(w.write("b", "4"));
    assert_eq!(newest(&w), FORMAT);
    // Who slept over it says so, and changes nothing; upgraded, it follows, rules, and writes so.
    w.start_with("a", earlier("a", 1, Mode::Auto));
    w.run(T * 3);
    let status = w.node("a").ha.status();
    assert_eq!(status.role, Some(Role::Failed));
    assert!(status.why.contains("has format 2, and this release knows up to 1"), "{}", status.why);
    assert_eq!(w.role("b"), Role::Master);
    w.input("a", Input::Stop);
    w.start_with("a", config("a", 2, Mode::Auto, T));
    w.run(Span::secs(5));
    assert_eq!(w.node("a").folded, w.node("b").folded);
    w.input("b", Input::Stop);
    w.run(Span::secs(5));
    assert!(w.write("a", "5"));
    assert_eq!(newest(&w), FORMAT);
}

#[test]
fn one_that_was_killed_counts_for_a_while_and_one_that_comes_back_at_once() {
    let mut w = half_upgraded();
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(FORMAT_CALM + Span::secs(30));
    assert_eq!(w.role("b"), Role::Master);
    assert!(w.write("b", "2"));
    assert_eq!(newest(&w), FIRST_FORMAT, "it may have been up a moment ago");
    // The operator starts the release before again: nothing has become of the switch.
    w.start_with("a", earlier("a", 1, Mode::Auto));
    w.run(FORMAT_CALM);
    assert_eq!(w.role("a"), Role::HotStandby);
    assert!(w.write("b", "3"));
    assert_eq!(newest(&w), FIRST_FORMAT);
    w.nodes.get_mut("a").unwrap().up = false;
    w.run(FORMAT_CALM * 2 + Span::secs(30));
    assert!(w.write("b", "4"));
    assert_eq!(newest(&w), FORMAT);
}

#[test]
fn a_master_that_was_away_knows_nothing_of_the_calm() {
    let mut w = moved();
    w.input("a", Input::Stop);
    w.run(FORMAT_CALM - Span::secs(30));
    w.nodes.get_mut("b").unwrap().up = false;
    // Meanwhile the release before joins, not to rule.
    w.start_with("c", earlier("c", 0, Mode::HotBackup));
    w.run(Span::secs(60));
    w.nodes.get_mut("b").unwrap().up = true;
    w.run(Span::secs(10));
    assert!(w.write("b", "2"));
    assert_eq!(newest(&w), FIRST_FORMAT);
    w.run(Span::secs(5));
    assert_eq!(w.node("c").folded, w.node("b").folded);
}

#[test]
fn the_format_in_force_outlives_the_records_in_checkpoints() {
    let mut w = World::default();
    w.start_with("a", earlier("a", 0, Mode::Auto));
    w.run(Span::secs(1));
    let marks = |w: &World| {
        let of = |(name, bytes): (&ha::verbs::Name, &std::sync::Arc<[u8]>)| {
            let floor = names::number(name.leaf(), ".ok").filter(|_| name.as_str().starts_with("ckpt/"));
            floor.map(|_| from_bytes::<OkFile>(bytes).unwrap().format)
        };
        w.files.iter().filter_map(of).collect::<Vec<_>>()
    };
    let fill = |w: &mut World, id: &str| {
        for i in 0..12 {
            assert!(w.write(id, &i.to_string()));
        }
        w.run(Span::secs(5));
    };
    fill(&mut w, "a");
    assert_eq!(marks(&w).last(), Some(&FIRST_FORMAT));
    w.input("a", Input::Stop);
    w.start_with("b", config("b", 0, Mode::Auto, T));
    w.run(FORMAT_CALM + Span::secs(30));
    fill(&mut w, "b");
    fill(&mut w, "b");
    assert_eq!(marks(&w).last(), Some(&FORMAT));
    // Loaded from there, the first record of the next reign is not written in an older one.
    w.input("b", Input::Stop);
    w.start_with("b", config("b", 1, Mode::Auto, T));
    w.run(Span::secs(5));
    assert_eq!((w.role("b"), newest(&w)), (Role::Master, FORMAT));
    w.start_with("a", earlier("a", 1, Mode::Auto));
    w.run(Span::secs(5));
    let why = w.node("a").ha.status().why;
    assert!(why.starts_with("checkpoint ") && why.contains("start a release that knows it"), "{why}");
}

#[test]
fn a_server_says_which_formats_it_reads() {
    let w = half_upgraded();
    let file = |id: &str| {
        let bytes = &w.files[&names::node(&base::NodeId::new(id)).unwrap()];
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        (from_bytes::<NodeFile>(bytes).unwrap().formats, text.contains("formats"))
    };
    assert_eq!((file("a"), file("b")), ((FIRST_FORMAT, false), (FORMAT, true)));
}

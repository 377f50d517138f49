//! Clauses 6 and 10: the owner of the last term rules on, and whoever claims cannot read that in its file.

use base::{NodeId, Span};
use ha::config::Mode;
use node::interface::Input;

use super::{A, B, Scene};
use crate::swarm::Draw;
use crate::world::{Cue, World};

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "cached-absence",
        tells: "a master whose file its claimant cannot see finds the claim by looking, in time",
        draw: cached_absence,
        play: seen_in_time,
    },
    Scene {
        name: "cached-absence-and-a-blind-master",
        tells: "the same master cannot look: its beats do not count, and its lease runs out in time",
        draw: cached_absence,
        play: blind_master,
    },
    Scene {
        name: "word-of-before",
        tells: "that a master once stood by is no word on the term that it has created since",
        draw: || Draw::quiet(2),
        play: word_of_before,
    },
];

fn cached_absence() -> Draw {
    let mut draw = Draw::quiet(2);
    draw.store.negative_cache = Span::secs(57);
    draw
}

/// B ruled once while A could not beat, cleared A's file, and has known since that there is none. A, which has written
/// it anew, rules. B sees no sign of life, and in time it claims.
fn unseen_master(w: &mut World) {
    w.open();
    w.ask_to_be(A, Mode::HotStandby);
    w.until("B rules", |w| w.is_master(B));
    w.cue(A, "put nodes/", Cue::Held);
    w.for_a_time(Span::secs(45));
    w.give(B, Input::ClearNodes(Some(NodeId::new("node0"))));
    w.for_a_time(Span::secs(3));
    w.expect("A's file is gone", w.file(A).is_none());
    w.go_on(A, "put nodes/");
    w.ask_to_be(B, Mode::HotStandby);
    w.until("A rules", |w| w.is_master(A));
    let before = w.beat(A);
    w.until("A's file stands", |w| w.beat(A) > before);
}

fn seen_in_time(w: &mut World) {
    unseen_master(w);
    w.until("B rules", |w| w.is_master(B));
}

fn blind_master(w: &mut World) {
    unseen_master(w);
    w.cue(A, "read leader.json", Cue::Held);
    w.until("B rules", |w| w.is_master(B));
}

/// A reads that B stands by, and then never again what B's file says. B rules; A claims for want of a sign of life.
fn word_of_before(w: &mut World) {
    w.open();
    w.for_a_time(Span::secs(3));
    w.cue(A, "read nodes/node1.json", Cue::Rotten);
    w.ask_to_be(A, Mode::HotStandby);
    w.until("B rules", |w| w.is_master(B));
    w.until("A rules", |w| w.is_master(A));
}

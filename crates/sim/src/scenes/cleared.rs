//! `ha/states/clear`: only the files of servers that are gone are removed.

use base::Span;
use node::interface::Input;

use super::{A, B, C, Scene};
use crate::swarm::Draw;
use crate::world::World;

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "cleared-among-the-living",
        tells: "the file of a server that is gone is removed, and those of the living stay",
        draw: || Draw::quiet(3),
        play: among_the_living,
    },
    Scene {
        name: "cleared-by-a-sleeper",
        tells: "a server that slept takes nobody for gone whom it has not read since",
        draw: || Draw::quiet(3),
        play: by_a_sleeper,
    },
];

/// Longer than any server that lives is silent, and shorter than until it would be forgotten without a word.
const SILENCE: Span = Span::secs(45);

/// Idle servers beat every ten seconds: a file that was removed under one would be missing now.
fn cleared_by(w: &mut World, node: usize) {
    w.give(node, Input::ClearNodes(None));
    w.for_a_time(Span::secs(1));
}

fn among_the_living(w: &mut World) {
    w.open();
    w.kill(C);
    cleared_by(w, A);
    w.expect("nobody is taken for gone yet", w.file(B).is_some() && w.file(C).is_some());
    w.for_a_time(SILENCE);
    cleared_by(w, A);
    w.expect("C's file is gone", w.file(C).is_none());
    w.expect("A's own file and B's stand", w.file(A).is_some() && w.file(B).is_some());
}

fn by_a_sleeper(w: &mut World) {
    w.open();
    w.sleep(C);
    w.for_a_time(SILENCE);
    w.wake(C);
    cleared_by(w, C);
    w.expect("all files stand", [A, B, C].iter().all(|node| w.file(*node).is_some()));
}

//! Assumption A4 fails: somebody empties the store under servers that run, or puts another plane into it. They say so
//! and write nothing, and when all is back they go on with all that was acknowledged.

use base::{Span, Term};

use super::{A, B, Scene};
use crate::store::StoreFaults;
use crate::swarm::Draw;
use crate::world::World;

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "emptied-bucket",
        tells: "servers of a bucket that was emptied write nothing to it, and go on when all is back",
        draw: bucket,
        play: emptied,
    },
    Scene {
        name: "emptied-folder",
        tells: "the same in a folder",
        draw: || Draw::quiet(2),
        play: emptied_folder,
    },
    Scene {
        name: "emptied-log",
        tells: "a master of a bucket finds that its log was emptied, also when nobody writes",
        draw: bucket,
        play: emptied_log,
    },
    Scene {
        name: "another-plane",
        tells: "servers write nothing where another plane was put in the place of theirs",
        draw: bucket,
        play: another_plane,
    },
];

fn bucket() -> Draw {
    Draw { store: StoreFaults { bucket: true, ..StoreFaults::default() }, ..Draw::quiet(2) }
}

fn says_so(w: &World, node: usize) -> bool {
    w.why(node).contains("brownstone store restore")
}

/// Both know that it is gone, and for a long time nobody rules, claims or beats.
fn held(w: &mut World) {
    w.until("A says so and rules no more", |w| says_so(w, A) && !w.is_master(A));
    w.until("B says so", |w| says_so(w, B));
    let beats = (w.beat(A), w.beat(B));
    w.for_a_time(Span::secs(60));
    w.expect("nobody rules", !w.is_master(A) && !w.is_master(B));
    w.expect("nobody has claimed or beaten", !w.has_term(Term(2)) && beats == (w.beat(A), w.beat(B)));
    // On a bucket a beat or two come before it is known.
    let others = w
        .lies_there()
        .into_iter()
        .filter(|name| !name.starts_with("nodes/") && *name != "plane.json")
        .count();
    w.expect("nothing but beats was written", others == 0);
}

/// Then all is there again.
fn goes_on(w: &mut World) {
    w.bring_back();
    w.until("A rules on", |w| w.is_master(A));
    w.expect("in its term", !w.has_term(Term(2)));
    w.written(A);
}

fn emptied(w: &mut World) {
    w.open();
    w.written(A);
    w.take_out("");
    held(w);
    goes_on(w);
}

/// A beat on a folder begins with the own file: that it is gone is seen before anything is written.
fn emptied_folder(w: &mut World) {
    w.open();
    w.written(A);
    w.take_out("");
    held(w);
    w.expect("nothing was written", w.lies_there().is_empty());
    goes_on(w);
}

fn emptied_log(w: &mut World) {
    w.open();
    w.written(A);
    w.take_out("log/");
    w.until("A says so and rules no more", |w| says_so(w, A) && !w.is_master(A));
    w.bring_back();
    w.until("A rules on", |w| w.is_master(A));
    w.written(A);
}

fn another_plane(w: &mut World) {
    w.open();
    w.written(A);
    w.take_out("");
    w.put_another_plane();
    held(w);
    goes_on(w);
}

//! Two record formats in one plane: the newer one is written when nobody who lives is hurt by it, and not sooner.

use base::Span;
use ha::config::Mode;

use super::{A, B, Scene};
use crate::swarm::Draw;
use crate::world::World;

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "formats-side-by-side",
        tells: "while a server of the release before lives, the log is written so that it can read it",
        draw: || Draw { checkpoint_records: 3, ..Draw::quiet(2) },
        play: side_by_side,
    },
    Scene {
        name: "formats-time-to-go-back",
        tells: "a server of the release before that was gone for a while can still come back",
        draw: || Draw { checkpoint_records: 3, ..Draw::quiet(2) },
        play: time_to_go_back,
    },
];

/// A is of the release before and follows; B is of this one and rules.
fn half_upgraded(w: &mut World) {
    w.earlier(A);
    w.open();
    w.written(A);
    w.ask_to_be(A, Mode::HotStandby);
    w.until("B rules", |w| w.is_master(B));
    w.written(B);
}

fn side_by_side(w: &mut World) {
    half_upgraded(w);
    for _ in 0..6 {
        w.for_a_time(Span::secs(20));
        w.written(B);
    }
    w.expect("A still reads the log", !w.is_switched());
    w.until("A follows", |w| w.follows(A, B));
    // Now it is upgraded, and after a while the newer format is written.
    w.kill(A);
    w.upgrade(A);
    w.begin(A);
    w.until("A follows again", |w| w.follows(A, B));
    w.for_a_time(Span::secs(50));
    w.written(B);
    w.expect("the newer format is written", w.is_switched());
}

fn time_to_go_back(w: &mut World) {
    half_upgraded(w);
    w.kill(A);
    // Longer than it counts as living, and not as long as the calm after that.
    w.for_a_time(Span::secs(35));
    w.written(B);
    w.begin(A);
    w.until("A follows again", |w| w.follows(A, B));
    w.written(B);
    w.expect("A can read all of it", !w.is_switched());
    w.upgrade(A);
}

//! Assumption A5 fails: a machine is restored from a memory image while the plane has gone on without it. What it then
//! writes is read by nobody; so it must acknowledge nothing, and leave nothing behind that others rest on.

use base::Span;

use super::{A, B, Scene};
use crate::swarm::Draw;
use crate::world::{Cue, Image, World};

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "own-record-of-before",
        tells: "a record with the own id in it, and other bytes, is not what was sent",
        draw: || Draw::quiet(1),
        play: own_record_of_before,
    },
    Scene {
        name: "below-the-floor",
        tells: "with strictAck a record on a number that was pruned is not acknowledged",
        draw: || Draw { strict_ack: true, checkpoint_records: 3, ..Draw::quiet(2) },
        play: below_the_floor,
    },
    Scene {
        name: "mark-of-another-history",
        tells: "a checkpoint is not marked by a master whose history the newest mark does not know",
        draw: || Draw { checkpoint_records: 3, ..Draw::quiet(2) },
        play: mark_of_another_history,
    },
];

/// Right after a beat of A, when nothing is on its way: it has half a second before the next one tells it the truth.
fn image(w: &mut World) -> Image {
    let before = w.beat(A);
    w.until("A beats", |w| w.beat(A) > before);
    w.until("A's beat counts", |w| w.is_idle(A));
    w.image(A)
}

fn own_record_of_before(w: &mut World) {
    w.film(A);
    w.open();
    let image = image(w);
    w.written(A);
    w.go_back(A, &image);
    let write = w.write(A);
    w.until("the client is answered", |w| w.is_answered(write));
}

/// A's next record, then B's reign, which marks and prunes it.
fn overtaken(w: &mut World) {
    let slot = w.applied(A).next();
    w.cue(A, "create log/", Cue::ReplyHeld);
    w.write(A);
    w.until("A's record stands", |w| w.stands(slot));
    w.sleep(A);
    w.until("B rules", |w| w.is_master(B));
    for _ in 0..8 {
        w.written(B);
    }
    w.until("A's record is pruned", |w| !w.stands(slot));
    w.go_on(A, "create log/");
}

fn below_the_floor(w: &mut World) {
    w.film(A);
    w.open();
    let image = image(w);
    overtaken(w);
    w.go_back(A, &image);
    w.write(A);
    w.for_a_time(Span::secs(1));
}

/// Without strictAck what A acknowledges until its next beat is outside the promise, so nobody is told. But with that
/// record a checkpoint is due.
fn mark_of_another_history(w: &mut World) {
    w.film(A);
    w.open();
    w.until("a checkpoint is marked", |w| w.marks().len() == 1);
    w.written(A);
    w.written(A);
    let image = image(w);
    let slot = w.applied(A).next();
    overtaken(w);
    w.go_back(A, &image);
    w.stray_write(A);
    w.until("A writes where it was pruned", |w| w.stands(slot));
    w.for_a_time(Span::secs(1));
}

//! Clauses 7 and 11: a master that slept, or was not answered, while another took over.

use base::Span;
use ha::config::Mode;

use super::{A, B, Scene};
use crate::swarm::Draw;
use crate::world::{Cue, World};

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "sleeper-that-cannot-read",
        tells: "a master that slept and cannot read its successor's file finds it out by a noop, and serves nothing before",
        draw: || Draw::quiet(2),
        play: sleeper_that_cannot_read,
    },
    Scene {
        name: "record-sent-again",
        tells: "a record that lands again, where it was recorded and pruned, gives no lease",
        draw: checkpoints,
        play: record_sent_again,
    },
    Scene {
        name: "given-up-in-doubt",
        tells: "a record of which nothing is known when the term is given up is not called lost",
        draw: || Draw::quiet(2),
        play: given_up_in_doubt,
    },
];

fn checkpoints() -> Draw {
    Draw { checkpoint_records: 3, ..Draw::quiet(2) }
}

/// A cannot read what would tell it of a newer term.
fn blind(w: &mut World) {
    w.cue(A, "read nodes/node1.json", Cue::Rotten);
    w.cue(A, "read leader.json", Cue::Rotten);
}

/// A sleeps for longer than its lease and B takes over. A wakes, its beats go through, and the files that name B are
/// rotten. Only the next slot of the log tells.
fn sleeper_that_cannot_read(w: &mut World) {
    w.open();
    w.sleep(A);
    w.until("B rules", |w| w.is_master(B));
    blind(w);
    w.wake(A);
    w.for_a_time(Span::secs(2));
    w.expect("B rules on", w.is_master(B));
}

/// The same with a record in hand: it stands, its reply was lost, B has folded it, marked it and pruned it. Sent again
/// it lands, as if nobody had taken over.
fn record_sent_again(w: &mut World) {
    w.open();
    w.cue(A, "create log/", Cue::ReplyHeld);
    w.write(A);
    let slot = w.applied(A).next();
    w.until("the record stands", |w| w.stands(slot));
    w.sleep(A);
    w.until("B rules", |w| w.is_master(B));
    for _ in 0..8 {
        w.written(B);
    }
    w.until("the record is pruned", |w| !w.stands(slot));
    blind(w);
    w.wake(A);
    let beat = w.beat(A);
    w.until("A beats", |w| w.beat(A) > beat);
    w.for_a_time(Span::millis(50));
    w.go_on(A, "create log/");
    w.until("the record lands again", |w| w.stands(slot));
    w.for_a_time(Span::millis(500));
}

/// A's record stands, and the reply does not come. A is asked to stand by: it must not tell the client that nothing
/// was recorded.
fn given_up_in_doubt(w: &mut World) {
    w.open();
    w.cue(A, "create log/", Cue::ReplyHeld);
    let write = w.write(A);
    let slot = w.applied(A).next();
    w.until("the record stands", |w| w.stands(slot));
    w.ask_to_be(A, Mode::Standby);
    w.until("the client is answered", |w| w.is_answered(write));
    w.until("B rules", |w| w.is_master(B));
}

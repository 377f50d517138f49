//! What operators order of the chair: pauses, hand-overs and plans; and what masters tell of their head.

use base::{NodeId, Span, Term};
use engine::input::Order;
use ha::config::Mode;
use node::interface::Input;

use super::{A, B, C, Scene};
use crate::swarm::Draw;
use crate::world::{Cue, World};

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "paused",
        tells: "a master dies in a pause: nobody follows, hot or cold, until the pause is lifted",
        draw: || Draw::quiet(3),
        play: paused,
    },
    Scene {
        name: "resumed",
        tells: "a server whose file still shows a pause brings it back to nobody",
        draw: || Draw::quiet(2),
        play: resumed,
    },
    Scene {
        name: "paused-again",
        tells: "a pause that was lifted at a server once holds it back the next time",
        draw: || Draw::quiet(2),
        play: paused_again,
    },
    Scene {
        name: "named",
        tells: "the others leave the way free for whom the chair is handed to",
        draw: || Draw::quiet(3),
        play: named,
    },
    Scene {
        name: "unfit",
        tells: "the chair is not handed to a server that never claims",
        draw: || Draw::quiet(2),
        play: unfit,
    },
    Scene {
        name: "drained",
        tells: "a write that was accepted before a hand-over is recorded before it",
        draw: || Draw::quiet(2),
        play: drained,
    },
    Scene {
        name: "planned",
        tells: "a switchover that was planned takes place once",
        draw: || Draw::quiet(2),
        play: planned,
    },
    Scene {
        name: "told-a-lie",
        tells: "a standby that is told of records which do not exist loses nothing by it",
        draw: || Draw::quiet(2),
        play: told_a_lie,
    },
    Scene {
        name: "told-by-the-deposed",
        tells: "a head of another term is not looked for: that it is absent would be remembered",
        draw: cached_absence,
        play: told_by_the_deposed,
    },
];

fn cached_absence() -> Draw {
    let mut draw = Draw::quiet(2);
    draw.store.negative_cache = Span::secs(57);
    draw
}

fn pause() -> Order {
    Order::Pause { until: None, why: "work on the network".to_owned() }
}

/// A pauses, and everybody knows.
fn pause_all(w: &mut World, by: usize) {
    w.ordered(by, pause());
    let all = w.up();
    w.until("everybody knows of the pause", move |w| all.iter().all(|node| w.knows_pause(*node)));
}

fn lift(w: &mut World, node: usize) {
    w.give(node, Input::LiftPause { by: "operator".to_owned() });
}

fn paused(w: &mut World) {
    w.open();
    w.ask_to_be(C, Mode::Standby);
    w.ordered(A, pause());
    w.for_a_time(Span::secs(3));
    w.kill(A);
    w.for_a_time(Span::secs(10));
    w.expect("nobody has claimed", !w.has_term(Term(2)));
    w.expect("B and C know of the pause", w.knows_pause(B) && w.knows_pause(C));
    lift(w, B);
    w.until("B rules", |w| w.is_master(B));
    w.until("the pause is over", |w| !w.knows_pause(B));
}

/// B's beats do not get through, so its file shows the pause that A has recorded the end of.
fn resumed(w: &mut World) {
    w.open();
    pause_all(w, A);
    w.for_a_time(Span::secs(1));
    w.cue(B, "put nodes/", Cue::Held);
    w.ordered(A, Order::Resume);
    w.for_a_time(Span::secs(3));
    w.go_on(B, "put nodes/");
    w.kill(A);
    w.until("B rules", |w| w.is_master(B));
}

fn paused_again(w: &mut World) {
    w.open();
    pause_all(w, A);
    w.kill(A);
    lift(w, B);
    w.until("B rules", |w| w.is_master(B));
    w.until("the pause is over", |w| !w.knows_pause(B));
    w.begin(A);
    w.until("A follows", |w| w.follows(A, B));
    w.ask_to_be(B, Mode::HotStandby);
    w.until("A rules", |w| w.is_master(A));
    pause_all(w, A);
    w.kill(A);
    w.for_a_time(Span::secs(10));
    w.expect("B has not claimed", !w.has_term(Term(4)));
    lift(w, B);
    w.until("B rules", |w| w.is_master(B));
}

/// C is named, and is slow to find out.
fn named(w: &mut World) {
    w.open();
    w.for_a_time(Span::secs(3));
    w.cue(C, "read ", Cue::Held);
    w.ordered(A, Order::HandOver { to: Some(NodeId::new("node2")) });
    w.for_a_time(Span::millis(900));
    w.go_on(C, "read ");
    w.until("there is a master", |w| w.is_master(B) || w.is_master(C));
    w.expect("it is C", w.is_master(C));
}

fn unfit(w: &mut World) {
    w.open();
    w.ask_to_be(B, Mode::HotBackup);
    w.for_a_time(Span::secs(3));
    w.order_at_once(A, Order::HandOver { to: Some(NodeId::new("node1")) });
    w.for_a_time(Span::secs(1));
    w.expect("A rules on", w.is_master(A) && !w.has_term(Term(2)));
}

/// The record with the order is on its way; a write is accepted behind it, and its record takes a while.
fn drained(w: &mut World) {
    w.open();
    w.cue(A, "create log/", Cue::Held);
    w.order_at_once(A, Order::HandOver { to: None });
    let write = w.write(A);
    w.for_a_time(Span::millis(300));
    w.go_on(A, "create log/");
    w.until("the client is answered", |w| w.is_answered(write));
    w.expect("its write is recorded", w.is_acknowledged(write));
    w.until("B rules", |w| w.is_master(B));
}

fn planned(w: &mut World) {
    w.open();
    let at = w.wall_in(A, Span::secs(2));
    w.ordered(A, Order::Plan { to: None, at });
    w.until("B rules", |w| w.is_master(B));
    w.for_a_time(Span::secs(5));
    w.expect("B rules on", w.is_master(B) && !w.has_term(Term(3)));
}

fn told_a_lie(w: &mut World) {
    w.open();
    let far = base::Lsn(w.applied(A).0 + 900);
    w.give(B, Input::ToldHead { term: Term(1), lsn: far });
    for _ in 0..50 {
        w.for_a_time(Span::millis(100));
        w.expect("B misses nothing", w.follows(B, A));
    }
    w.written(A);
    w.until("B follows", |w| w.follows(B, A));
    w.kill(A);
    w.until("B rules", |w| w.is_master(B));
}

fn told_by_the_deposed(w: &mut World) {
    w.open();
    w.give(B, Input::ToldHead { term: Term(0), lsn: w.applied(A).next() });
    w.for_a_time(Span::millis(100));
    w.written(A);
    w.for_a_time(Span::secs(5));
    w.expect("B follows", w.follows(B, A));
}

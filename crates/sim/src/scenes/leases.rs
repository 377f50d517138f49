//! Clauses 6 and 10: how long a lease lasts, and what a claimant waits for.

use base::Span;
use ha::config::Mode;

use super::{A, B, Scene};
use crate::swarm::Draw;
use crate::world::{Cue, World};

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "unseen-claimant",
        tells: "who claims on order waits until the old master, whose listing does not show it yet, is still",
        draw: cached_listings,
        play: unseen_claimant,
    },
    Scene {
        name: "slow-beat",
        tells: "a beat that counts late gives no longer lease than others wait for, clocks a quarter apart",
        draw: || Draw::quiet(2),
        play: slow_beat,
    },
];

fn cached_listings() -> Draw {
    let mut draw = Draw::quiet(2);
    draw.store.list_cache = Span::secs(20);
    draw.prune_after = Span::secs(41);
    draw
}

/// A rules; B starts, and A's cached listing does not show it for a while. B is ordered to be master. Only A's file
/// tells B that A carries its lease on: B must wait until that is still, or A has given up.
fn unseen_claimant(w: &mut World) {
    w.begin(A);
    w.until("A rules", |w| w.is_master(A));
    w.deploy(A);
    // The next listing is the one that A will know for twenty seconds.
    w.for_a_time(Span::secs(3));
    w.begin(B);
    w.until("B follows", |w| w.follows(B, A));
    w.ask_to_be(B, Mode::Master);
    w.for_a_time(Span::secs(5));
    w.expect("A, which cannot know, rules on", w.is_master(A));
    w.until("B rules, once A has found out", |w| w.is_master(B));
}

/// A's beat reaches the store, and the look after it takes long; then A is cut off. Its lease counts from when the beat
/// began, for B has seen that beat long before it counted.
fn slow_beat(w: &mut World) {
    w.clock(A, 900);
    w.clock(B, 1110);
    w.open();
    w.for_a_time(Span::secs(2));
    let before = w.beat(A);
    w.until("A beats", |w| w.beat(A) > before);
    w.cue(A, "read leader.json", Cue::Held);
    w.cue(A, "put nodes/", Cue::Held);
    w.for_a_time(Span::millis(950));
    w.go_on(A, "read leader.json");
    w.until("B rules", |w| w.is_master(B));
}

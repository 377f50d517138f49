//! Clauses 5 and 9: numbers that were pruned are free again, and mislead nobody; what is pruned leaves enough behind.

use base::{Lsn, Span};
use ha::names;

use super::{A, B, C, Scene};
use crate::swarm::Draw;
use crate::world::{Cue, World};

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "freed-number",
        tells: "a fence on a number that was pruned is void: its claimant loads the checkpoint, and who folded it too",
        draw: || Draw { checkpoint_records: 2, ..Draw::quiet(3) },
        play: freed_number,
    },
    Scene {
        name: "old-listing",
        tells: "who claims by a listing that is a minute old finds every record that it needs",
        draw: old_listings,
        play: old_listing,
    },
    Scene {
        name: "rotten-checkpoint",
        tells: "when the newest checkpoint rots, the one before it and the log since are still there",
        draw: || Draw { checkpoint_records: 3, ..Draw::quiet(2) },
        play: rotten_checkpoint,
    },
    Scene {
        name: "key-in-a-checkpoint",
        tells: "what was done once under a key is not done again by a master that began with a checkpoint",
        draw: || Draw { checkpoint_records: 3, ..Draw::quiet(2) },
        play: key_in_a_checkpoint,
    },
    Scene {
        name: "packed",
        tells: "what is pruned is in a pack before it goes, also when the reply for the pack is lost",
        draw: || Draw { checkpoint_records: 3, history: Span::secs(3600), ..Draw::quiet(1) },
        play: packed,
    },
];

fn old_listings() -> Draw {
    let mut draw = Draw { checkpoint_records: 2, ..Draw::quiet(2) };
    draw.store.list_cache = Span::secs(60);
    draw.prune_after = Span::secs(121);
    draw
}

/// A rules, and the others fall asleep when they know nothing of the log but A's fence.
fn asleep_at_the_fence(w: &mut World, sleepers: &[usize]) {
    w.cue(A, format!("create {}", names::record(Lsn(2))), Cue::Held);
    w.begin(A);
    w.until("A has fenced the log", |w| w.stands(Lsn(1)));
    for node in sleepers.iter().copied() {
        w.begin(node);
        w.until("it has the fence", |w| w.applied(node) == Lsn(1));
        w.sleep(node);
    }
    w.go_on(A, "");
    w.until("A rules", |w| w.is_master(A));
    w.deploy(A);
}

/// A writes one record a second until so many checkpoints are marked.
fn until_marked(w: &mut World, marks: usize) {
    while w.goes_well() && w.marks().len() < marks {
        w.written(A);
        w.for_a_time(Span::secs(1));
    }
}

/// B slept while records were written, marked and pruned; A is dead, and its file, which would tell B how far the log
/// reaches, is rotten. B's fence lands on the number of a record that is gone. C, which slept too, folds that fence.
fn freed_number(w: &mut World) {
    asleep_at_the_fence(w, &[B, C]);
    until_marked(w, 2);
    w.until("record 2 is pruned", |w| !w.stands(Lsn(2)));
    w.expect("record 3 stands", w.stands(Lsn(3)));
    w.cue(B, "read nodes/node0.json", Cue::Rotten);
    w.kill(A);
    w.wake(B);
    w.until("B rules", |w| w.is_master(B));
    w.expect("B's first fence is void", w.stands(Lsn(2)));
    w.wake(C);
    w.until("C follows", |w| w.follows(C, B));
}

/// The same, and B's client has a listing of the checkpoints from before the first of them. Until it is renewed
/// nothing may be pruned.
fn old_listing(w: &mut World) {
    asleep_at_the_fence(w, &[B]);
    until_marked(w, 3);
    // A looks every ten seconds for what it may prune.
    w.for_a_time(Span::secs(11));
    w.cue(B, "read nodes/node0.json", Cue::Rotten);
    w.kill(A);
    w.wake(B);
    w.until("B rules", |w| w.is_master(B));
}

fn rotten_checkpoint(w: &mut World) {
    w.begin(A);
    w.until("A rules", |w| w.is_master(A));
    w.deploy(A);
    until_marked(w, 3);
    w.until("the log is pruned", |w| !w.stands(Lsn(2)));
    w.for_a_time(Span::secs(11));
    w.kill(A);
    let newest = w.marks().last().copied().unwrap_or_default();
    w.rot(&format!("ckpt/{:020}/", newest.0));
    w.begin(B);
    w.until("B rules", |w| w.is_master(B));
}

fn key_in_a_checkpoint(w: &mut World) {
    w.begin(A);
    w.until("A rules", |w| w.is_master(A));
    w.deploy(A);
    let number = w.number(A);
    w.until("the number is acknowledged", |w| w.is_acknowledged(number));
    until_marked(w, 2);
    w.kill(A);
    w.begin(B);
    w.until("B rules", |w| w.is_master(B));
    w.number_again(B, number);
    w.for_a_time(Span::secs(1));
}

fn packed(w: &mut World) {
    w.cue(A, "create hist/", Cue::Lost);
    w.begin(A);
    w.until("A rules", |w| w.is_master(A));
    w.deploy(A);
    until_marked(w, 3);
    w.for_a_time(Span::secs(15));
    w.expect("without its pack nothing goes", w.stands(Lsn(2)));
    w.go_on(A, "create hist/");
    w.until("the log is pruned", |w| !w.stands(Lsn(2)));
    w.for_a_time(Span::secs(11));
}

//! A rolling upgrade: a server of a release from before the sums in small files rules while one of this release joins, and
//! the chair goes to and fro between them.

use base::Term;
use ha::config::Mode;

use super::{A, B, Scene};
use crate::swarm::Draw;
use crate::world::{Cue, World};

pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "rolling-upgrade",
        tells: "a server of an earlier release and one of this release follow each other, and nothing is lost",
        draw: || Draw { checkpoint_records: 3, ..Draw::quiet(2) },
        play: rolling_upgrade,
    },
    Scene {
        name: "rolling-upgrade-by-a-kill",
        tells: "a master of an earlier release dies under a standby of this release",
        draw: || Draw { checkpoint_records: 3, ..Draw::quiet(2) },
        play: by_a_kill,
    },
];

/// A is of the earlier release, and rules; its checkpoints and terms are what B takes over from.
fn earlier_rules(w: &mut World) {
    w.cue(A, "put ", Cue::Unsummed);
    w.cue(A, "create ", Cue::Unsummed);
    w.open();
    for _ in 0..8 {
        w.written(A);
    }
    w.until("A has marked two checkpoints", |w| w.marks().len() >= 2);
    w.expect("A writes as the earlier release did", w.is_unsummed(A, Term(1)));
}

fn rolling_upgrade(w: &mut World) {
    earlier_rules(w);
    w.ask_to_be(A, Mode::HotStandby);
    w.until("B rules", |w| w.is_master(B));
    for _ in 0..8 {
        w.written(B);
    }
    w.expect("B writes as this release does", !w.is_unsummed(B, Term(2)));
    w.until("the earlier release follows", |w| w.follows(A, B));
    w.ask_to_be(B, Mode::HotStandby);
    w.until("A rules again", |w| w.is_master(A));
    w.written(A);
    w.expect("in a term of the earlier release", w.is_unsummed(A, Term(3)));
    // Now it is upgraded as well.
    w.ask_to_be(A, Mode::HotStandby);
    w.until("B rules at last", |w| w.is_master(B));
    w.go_on(A, "");
    w.written(B);
}

fn by_a_kill(w: &mut World) {
    earlier_rules(w);
    w.written(A);
    w.kill(A);
    w.until("B rules", |w| w.is_master(B));
    w.written(B);
    w.go_on(A, "");
}

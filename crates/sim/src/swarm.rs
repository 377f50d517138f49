//! What a seed draws: how many nodes, which times, which faults exist at all.

use base::{Rng, Span};

use crate::store::StoreFaults;

/// One world's settings, all of them drawn from its seed.
#[derive(Clone, Debug)]
pub struct Draw {
    /// How many servers.
    pub nodes: usize,
    /// The configured timeout.
    pub timeout: Span,
    /// How the store misbehaves while faults are on.
    pub store: StoreFaults,
    /// Mean time between two troubles of nodes.
    pub trouble_every: Span,
    /// Which troubles exist.
    pub crash: bool,
    /// Nodes are stopped for a while (SIGSTOP, a paused machine).
    pub pause: bool,
    /// The store does not answer one node for a while.
    pub cut: bool,
    /// The store takes nothing more for a while.
    pub full: bool,
    /// The store denies one node everything for a while.
    pub denied: bool,
    /// One lane of one node hangs for a while.
    pub hangs: bool,
    /// Clocks begin to run at another rate.
    pub rates: bool,
    /// Wall clocks jump, also back.
    pub wall: bool,
    /// Hosts are lost with all that runs on them.
    pub host_loss: bool,
    /// Masters die right before or right after a record is created, once in so many records; 0 is never.
    pub record_crash: u64,
    /// A server of a newer release takes over and writes what this release does not know.
    pub newer: bool,
    /// All servers begin as those of the release before, and are upgraded as they start anew.
    pub upgrade: bool,
    /// How long all who live must read a newer record format before it is written.
    pub format_calm: Span,
    /// Somebody asks for another mode.
    pub modes: bool,
    /// Somebody orders switchovers, now and planned, and pauses of automatic fail-over.
    pub chair: bool,
    /// Servers tell each other how far the log reaches; in a storm also what is not so, and to look for no reason.
    pub link: bool,
    /// Nodes end gracefully.
    pub stop: bool,
    /// Whether the prover works.
    pub prover: bool,
    /// Clock rates differ by up to this many thousandths each way.
    pub rate_permille: u64,
    /// Records after which a checkpoint is due.
    pub checkpoint_records: u64,
    /// How long a checkpoint must have been seen before what it covers is pruned.
    pub prune_after: Span,
    /// How long what is pruned is kept in packs.
    pub history: Span,
    /// How long faults go on.
    pub storm: Span,
    /// Whether a record is looked at twice.
    pub strict_ack: bool,
    /// Clients call scripts and cancel them.
    pub scripts: bool,
    /// Clients make a policy resize a cluster.
    pub clusters: bool,
    /// Clients upload to the catalog.
    pub catalog: bool,
    /// Clients deploy, stop and delete small applications.
    pub apps: bool,
    /// Claimants that were misled fence above the floor, and die.
    pub misled: bool,
    /// The store forgets what is below the floor, fences as well (a bucket whose rule expires objects), while a
    /// master sleeps with a record in hand. Only where records are looked at twice.
    pub expire: bool,
}

impl Draw {
    /// What this seed means.
    pub fn of(rng: &mut Rng) -> Draw {
        let timeout = [Span::secs(2), Span::secs(2), Span::secs(5), Span::secs(10)][rng.below(4) as usize];
        let bucket = rng.one_in(3);
        let often = |rng: &mut Rng, n: u64| if rng.one_in(2) { n + rng.below(n * 4) } else { 0 };
        let strict_ack = rng.one_in(2);
        let list_cache = if rng.one_in(2) { Span::secs(rng.below(20)) } else { Span::ZERO };
        let mut draw = Draw {
            nodes: [1, 2, 2, 2, 3, 3, 4][rng.below(7) as usize],
            timeout,
            store: StoreFaults {
                bucket,
                lose_reply: often(rng, 20),
                lose_request: often(rng, 20),
                late: often(rng, 30),
                fail: often(rng, 20),
                slow: often(rng, 20),
                negative_cache: if rng.one_in(2) { Span::secs(3 + rng.below(57)) } else { Span::ZERO },
                list_cache,
            },
            trouble_every: timeout.scaled(1 + rng.below(4), 1),
            crash: !rng.one_in(3),
            pause: !rng.one_in(3),
            cut: rng.one_in(2),
            full: rng.one_in(5),
            denied: rng.one_in(4),
            hangs: rng.one_in(3),
            rates: rng.one_in(3),
            wall: rng.one_in(3),
            host_loss: rng.one_in(3),
            record_crash: if rng.one_in(3) { 30 + rng.below(100) } else { 0 },
            newer: rng.one_in(30),
            upgrade: false,
            // Longer than from one beat of a standby to when a master has read the next.
            format_calm: timeout * 2 + Span::secs(if bucket { 22 } else { 14 }),
            modes: rng.one_in(3),
            stop: rng.one_in(2),
            chair: false,
            link: false,
            prover: rng.one_in(2),
            rate_permille: if rng.one_in(2) { 110 } else { 5 },
            checkpoint_records: 3 + rng.below(40),
            history: Span::ZERO,
            // The clause: longer than any directory cache, and than two timeouts.
            prune_after: (timeout * 2).max(list_cache + list_cache) + Span::secs(1),
            storm: timeout * 12 + Span::secs(20),
            strict_ack,
            scripts: rng.one_in(2),
            clusters: rng.one_in(3),
            catalog: rng.one_in(3),
            apps: rng.one_in(4),
            misled: rng.one_in(4),
            expire: strict_ack && rng.one_in(4),
        };
        // These are not drawn, so that what each seed means for the rest stays.
        draw.chair = draw.checkpoint_records.is_multiple_of(4);
        draw.upgrade = draw.checkpoint_records % 5 == 3;
        if draw.upgrade {
            // A reign must last as long as the calm: fewer troubles, for longer.
            draw.trouble_every = draw.trouble_every * 4;
            draw.storm += draw.format_calm * 4;
        }
        draw.link = draw.checkpoint_records % 7 < 4;
        draw.history = [Span::ZERO, timeout * 4, Span::secs(3600)][(draw.checkpoint_records % 3) as usize];
        draw
    }

    /// A world in which nothing befalls anybody by itself: scenes lead it by the hand.
    pub fn quiet(nodes: usize) -> Draw {
        let timeout = Span::secs(2);
        Draw {
            nodes,
            timeout,
            store: StoreFaults::default(),
            trouble_every: timeout,
            crash: false,
            pause: false,
            cut: false,
            full: false,
            denied: false,
            hangs: false,
            rates: false,
            wall: false,
            host_loss: false,
            record_crash: 0,
            newer: false,
            upgrade: false,
            format_calm: Span::secs(20),
            modes: false,
            chair: false,
            link: false,
            stop: false,
            prover: false,
            rate_permille: 0,
            checkpoint_records: 1000,
            prune_after: timeout * 2,
            history: Span::ZERO,
            storm: Span::ZERO,
            strict_ack: false,
            scripts: false,
            clusters: false,
            catalog: false,
            apps: false,
            misled: false,
            expire: false,
        }
    }

    /// The same world after its troubles: nothing fails any more.
    pub fn calm(&self) -> StoreFaults {
        StoreFaults { bucket: self.store.bucket, ..StoreFaults::default() }
    }
}

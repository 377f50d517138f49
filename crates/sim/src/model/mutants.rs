//! The protocol with one rule broken at a time. A model that does not catch these shows nothing.

use super::lease::{Bounds as LeaseBounds, LeaseModel, Rules as LeaseRules, Wait};
use super::log::{Bounds, Exists, LogModel, Prune, Rules, Validation};
use super::report::Report;

/// Every report must be a violation.
pub fn mutants() -> Vec<Report> {
    let mut reports = log_mutants();
    reports.extend(lease_mutants());
    reports
}

fn log_mutants() -> Vec<Report> {
    let text = Rules::TEXT;
    let small = Bounds::of(2, 2, 1, 3);
    let third_term = Bounds::of(2, 3, 1, 3);
    let two_writes = Bounds::of(2, 2, 2, 4);
    let suspends = Bounds { suspends: true, ..small };
    let image = Bounds { memory_image: true, ..Bounds::of(2, 2, 2, 3) };
    let strict = Rules { strict_ack: true, strict_noop: true, ..text };
    let broken = [
        ("fences pruned", small, Rules { prune: Prune::FencesToo, ..text }),
        ("claimant's re-check dropped", small, Rules { validation: Validation::Dropped, ..text }),
        ("prune before a durable checkpoint", small, Rules { prune: Prune::BeforeCheckpoint, ..text }),
        ("EEXIST trusted without reading", small, Rules { exists: Exists::Trusted, ..text }),
        ("two appends in flight with one fence", two_writes, Rules { in_flight: 2, ..text }),
        (
            "fence > floor in place of the comparison",
            third_term,
            Rules { validation: Validation::FenceAboveFloor, ..text },
        ),
        (
            "no comparison before a standby's checkpoint",
            third_term,
            Rules { compares_before_checkpoint: false, ..text },
        ),
        ("\"own uid\" for \"my bytes\" (memory image)", image, Rules { exists: Exists::MyUid, ..strict }),
        ("a noop in place of the outstanding record", suspends, Rules { settles_outstanding: false, ..text }),
        ("\"not recorded\" judged by an old floor", small, Rules { refuses_by_fresh_floor: false, ..text }),
        ("a memory image without strictAck", image, Rules { strict_ack: false, ..strict }),
        (
            "strictAck for writes but not for the noop (memory image)",
            Bounds { suspends: true, ..image },
            Rules { strict_noop: false, ..strict },
        ),
        (
            "the term in a .ok unheeded: a sound store is accused",
            third_term,
            Rules { heeds_checkpoint_term: false, accuses_store: true, ..text },
        ),
    ];
    let explore = |(name, bounds, rules)| Report::of(&format!("log: {name}"), &LogModel::new(bounds, rules));
    broken.into_iter().map(explore).collect()
}

fn lease_mutants() -> Vec<Report> {
    let text = LeaseRules::TEXT;
    let small = LeaseBounds::of(2, 2, 3, 1);
    let ticks = LeaseBounds::of(2, 2, 2, 2);
    let third_term = LeaseBounds::of(2, 3, 2, 1);
    let late = LeaseBounds { late_beats: true, ..LeaseBounds::of(2, 2, 2, 1) };
    let late_ticks = LeaseBounds { late_beats: true, ..ticks };
    // With a look that sees: it does not help against late beats.
    let sees = LeaseRules { look_sees: true, ..text };
    let broken = [
        ("noop before the beat", small, LeaseRules { beat_before_noop: false, ..text }),
        ("a re-sent record as proof of resume", small, LeaseRules { resend_proves: true, ..text }),
        ("waiting T once instead of until still", ticks, LeaseRules { wait: Wait::Once, ..text }),
        (
            "only the owner of the last term waited for",
            third_term,
            LeaseRules { wait: Wait::LastOwnerOnly, ..text },
        ),
        ("silence that nobody has read", ticks, LeaseRules { still_is_read: false, ..text }),
        ("a beat revives a lease that is over", ticks, LeaseRules { beat_revives: true, ..text }),
        (
            "a late beat hides a newer one, and only a rise counts",
            late_ticks,
            LeaseRules { standby_needs_term: true, ..sees },
        ),
        (
            "a late STANDBY beat counts whatever term it shows",
            late,
            LeaseRules { change_is_life: true, ..sees },
        ),
    ];
    let explore =
        |(name, bounds, rules)| Report::of(&format!("lease: {name}"), &LeaseModel::new(bounds, rules));
    broken.into_iter().map(explore).collect()
}

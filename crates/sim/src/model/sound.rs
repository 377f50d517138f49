//! The protocol as it is to be built, in worlds small enough to be exhausted.

use super::lease::{Bounds as LeaseBounds, LeaseModel, Rules as LeaseRules};
use super::log::{Bounds, LogModel, Rules};
use super::report::Report;

/// How much time and memory an exploration may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Half a minute on one core, 0.3 GB: runs with the tests.
    Check,
    /// About ten minutes on one core and 3.1 GB: a documented command.
    Full,
}

/// Section 6.2, with what the models taught (see the module's first page): every report must hold.
pub fn sound_models(scale: Scale) -> Vec<Report> {
    let mut reports = log_models(scale);
    reports.extend(lease_models(scale));
    reports
}

fn log_models(scale: Scale) -> Vec<Report> {
    let text = Rules { accuses_store: true, ..Rules::TEXT };
    let strict = Rules { strict_ack: true, strict_noop: true, ..text };
    let slow = |bounds| Bounds { slow_checkpoints: true, late_deletes: true, ..bounds };
    let suspends = |bounds| Bounds { suspends: true, ..bounds };
    let image = |bounds| Bounds { memory_image: true, ..bounds };
    let worlds = match scale {
        Scale::Check => vec![
            ("2 nodes, 3 terms, 1 write, 4 slots", Bounds::of(2, 3, 1, 4), text),
            (
                "2 nodes, 3 terms, 1 write, 3 slots, slow checkpoints, late deletes",
                slow(Bounds::of(2, 3, 1, 3)),
                text,
            ),
            ("2 nodes, 2 terms, 2 writes, 4 slots", Bounds::of(2, 2, 2, 4), text),
            ("3 nodes, 3 terms, 1 write, 3 slots", Bounds::of(3, 3, 1, 3), text),
            (
                "2 nodes, 2 terms, 1 write, 4 slots, suspend and resume",
                suspends(Bounds::of(2, 2, 1, 4)),
                text,
            ),
            (
                "2 nodes, 2 terms, 1 write, 3 slots, a memory image, strictAck",
                image(Bounds::of(2, 2, 1, 3)),
                strict,
            ),
            (
                "2 nodes, 1 term, 2 writes, 3 slots, a memory image, suspend and resume, strictAck",
                image(suspends(Bounds::of(2, 1, 2, 3))),
                strict,
            ),
        ],
        Scale::Full => vec![
            ("2 nodes, 3 terms, 2 writes, 5 slots", Bounds::of(2, 3, 2, 5), text),
            ("2 nodes, 4 terms, 1 write, 4 slots", Bounds::of(2, 4, 1, 4), text),
            (
                "2 nodes, 3 terms, 1 write, 4 slots, slow checkpoints, late deletes",
                slow(Bounds::of(2, 3, 1, 4)),
                text,
            ),
            ("3 nodes, 3 terms, 2 writes, 4 slots", Bounds::of(3, 3, 2, 4), text),
            (
                "2 nodes, 2 terms, 1 write, 4 slots, slow checkpoints, late deletes, suspend and resume",
                slow(suspends(Bounds::of(2, 2, 1, 4))),
                text,
            ),
            (
                "2 nodes, 2 terms, 2 writes, 4 slots, a memory image, strictAck",
                image(Bounds::of(2, 2, 2, 4)),
                strict,
            ),
            (
                "2 nodes, 2 terms, 1 write, 3 slots, a memory image, suspend and resume, strictAck",
                image(suspends(Bounds::of(2, 2, 1, 3))),
                strict,
            ),
        ],
    };
    let explore = |(size, bounds, rules)| Report::of(&format!("log: {size}"), &LogModel::new(bounds, rules));
    worlds.into_iter().map(explore).collect()
}

fn lease_models(scale: Scale) -> Vec<Report> {
    let text = LeaseRules::TEXT;
    let sees = LeaseRules { look_sees: true, ..text };
    // Where a beat that was given up may still land, two rules more are needed.
    let guarded = LeaseRules { change_is_life: true, standby_needs_term: true, ..text };
    let late = |bounds| LeaseBounds { late_beats: true, ..bounds };
    let worlds = match scale {
        Scale::Check => vec![
            ("2 nodes, 2 terms, 3 slots, 2 ticks", LeaseBounds::of(2, 2, 3, 2), text),
            ("2 nodes, 2 terms, 3 slots, 2 ticks, the look sees", LeaseBounds::of(2, 2, 3, 2), sees),
            ("2 nodes, 3 terms, 2 slots, 1 tick", LeaseBounds::of(2, 3, 2, 1), text),
            (
                "2 nodes, 2 terms, 2 slots, 1 tick, late beats and the guards",
                late(LeaseBounds::of(2, 2, 2, 1)),
                guarded,
            ),
        ],
        Scale::Full => vec![
            ("2 nodes, 2 terms, 4 slots, 2 ticks", LeaseBounds::of(2, 2, 4, 2), text),
            ("2 nodes, 2 terms, 3 slots, 3 ticks", LeaseBounds::of(2, 2, 3, 3), text),
            ("2 nodes, 3 terms, 3 slots, 1 tick", LeaseBounds::of(2, 3, 3, 1), text),
            ("2 nodes, 3 terms, 2 slots, 2 ticks", LeaseBounds::of(2, 3, 2, 2), text),
            (
                "2 nodes, 2 terms, 2 slots, 2 ticks, late beats and the guards",
                late(LeaseBounds::of(2, 2, 2, 2)),
                guarded,
            ),
        ],
    };
    let explore =
        |(size, bounds, rules)| Report::of(&format!("lease: {size}"), &LeaseModel::new(bounds, rules));
    worlds.into_iter().map(explore).collect()
}

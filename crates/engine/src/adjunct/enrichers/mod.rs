//! Enrichers: sensors computed from sensors. One file each, and one line in [`ALL`].

mod aggregator;
mod delta_enricher;
mod http_latency_detector;
mod joiner;
mod many;
mod map_aggregator;
mod one_to_one;
mod percentage_enricher;
mod primary_running_enricher;
mod propagate_primary_enricher;
mod propagate_to_members;
mod propagator;
mod reducer;
mod rolling_mean_enricher;
mod rolling_time_window_mean_enricher;
mod service_failure_detector;
mod time_fraction_delta_enricher;
mod time_weighted_delta_enricher;
mod transformer;
mod updating_map;

use super::Act;

/// Whether an adjunct looks at all there is whatever it is told. Of many things that happen in one step it is told
/// once: else a thousand members that come would be a thousand times a thousand looks.
pub(super) fn looks_at_all(act: &Act) -> bool {
    [&aggregator::ACT, &map_aggregator::ACT].into_iter().any(|all| std::ptr::eq(all, act))
}

/// What each enricher does.
pub(super) static ALL: &[&Act] = &[
    &transformer::ACT,
    &propagator::ACT,
    &propagate_to_members::ACT,
    &aggregator::ACT,
    &joiner::ACT,
    &updating_map::ACT,
    &percentage_enricher::ACT,
    &map_aggregator::ACT,
    &reducer::ACT,
    &rolling_time_window_mean_enricher::ACT,
    &time_weighted_delta_enricher::ACT,
    &delta_enricher::ACT,
    &rolling_mean_enricher::ACT,
    &time_fraction_delta_enricher::ACT,
    &http_latency_detector::ACT,
    &service_failure_detector::ACT,
    &primary_running_enricher::ACT,
    &propagate_primary_enricher::ACT,
];

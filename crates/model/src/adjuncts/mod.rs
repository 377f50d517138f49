//! Policies, enrichers and feeds of this release: one file each with its table, and one line in [`ALL`].
//!
//! What one does stands in the engine under the same name. A table says what a blueprint may set; it is also what
//! forms and documentation are made from.

pub mod aggregator;
pub mod auto_scaler_policy;
pub mod conditional_suspend_policy;
pub mod connection_failure_detector;
pub mod create_password_sensor;
mod def;
pub mod delta_enricher;
pub mod duration_since_sensor;
pub mod elect_primary_policy;
pub mod enricher;
pub mod feed;
pub mod groups_change_policy;
pub mod http_latency_detector;
pub mod http_request_sensor;
pub mod innate;
pub mod invoke_effector_on_collection_sensor_change;
pub mod invoke_effector_on_sensor_change;
pub mod joiner;
mod later;
pub mod map_aggregator;
pub mod max_concurrency_sensor;
mod needs;
pub mod percentage_enricher;
pub mod periodic_effector_policy;
pub mod primary;
pub mod primary_running_enricher;
pub mod propagate_primary_enricher;
pub mod propagate_to_members;
pub mod propagator;
pub mod reducer;
pub mod rolling_mean_enricher;
pub mod rolling_time_window_mean_enricher;
pub mod schedule;
pub mod scheduled_effector_policy;
pub mod service_failure_detector;
pub mod service_replacer;
pub mod service_restarter;
pub mod ssh_command_sensor;
pub mod ssh_machine_failure_detector;
pub mod static_sensor;
pub mod stop_after_duration_policy;
pub mod time_fraction_delta_enricher;
pub mod time_weighted_delta_enricher;
pub mod transformer;
pub mod updating_map;

pub use crate::spec::AdjunctKind;
pub use crate::types::{ConfigDef, DefaultValue, EnumDef, ValueType};
pub use def::{AdjunctDef, Lookup, all_names, by_wire_name, lookup};
pub use needs::Wrong;

/// Every adjunct that can be asked for. Adding one means a file beside this one and a line here.
pub static ALL: &[&AdjunctDef] = &[
    &ssh_command_sensor::TYPE,
    &http_request_sensor::TYPE,
    &static_sensor::TYPE,
    &create_password_sensor::TYPE,
    &max_concurrency_sensor::TYPE,
    &duration_since_sensor::TYPE,
    &transformer::TYPE,
    &propagator::TYPE,
    &propagate_to_members::TYPE,
    &aggregator::TYPE,
    &joiner::TYPE,
    &updating_map::TYPE,
    &percentage_enricher::TYPE,
    &map_aggregator::TYPE,
    &reducer::TYPE,
    &rolling_time_window_mean_enricher::TYPE,
    &time_weighted_delta_enricher::TYPE,
    &delta_enricher::TYPE,
    &rolling_mean_enricher::TYPE,
    &time_fraction_delta_enricher::TYPE,
    &http_latency_detector::TYPE,
    &service_failure_detector::TYPE,
    &primary_running_enricher::TYPE,
    &propagate_primary_enricher::TYPE,
    &auto_scaler_policy::TYPE,
    &service_restarter::TYPE,
    &service_replacer::TYPE,
    &connection_failure_detector::TYPE,
    &ssh_machine_failure_detector::TYPE,
    &conditional_suspend_policy::TYPE,
    &periodic_effector_policy::TYPE,
    &scheduled_effector_policy::TYPE,
    &stop_after_duration_policy::TYPE,
    &invoke_effector_on_sensor_change::TYPE,
    &invoke_effector_on_collection_sensor_change::TYPE,
    &groups_change_policy::TYPE,
    &elect_primary_policy::TYPE,
];

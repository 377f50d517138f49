//! Policies: what calls effectors, or tells what others act on. One file each, and one line in [`ALL`].

mod auto_scaler_policy;
mod conditional_suspend_policy;
mod connection_failure_detector;
mod elect_primary_policy;
mod failure;
mod groups_change_policy;
mod invoke_effector_on_collection_sensor_change;
mod invoke_effector_on_sensor_change;
mod periodic_effector_policy;
mod schedule;
mod scheduled_effector_policy;
mod service_replacer;
mod service_restarter;
mod ssh_machine_failure_detector;
mod stop_after_duration_policy;

use super::Act;

pub(super) use failure::descriptor;

/// What each policy does.
pub(super) static ALL: &[&Act] = &[
    &auto_scaler_policy::ACT,
    &service_restarter::ACT,
    &service_replacer::ACT,
    &connection_failure_detector::ACT,
    &ssh_machine_failure_detector::ACT,
    &conditional_suspend_policy::ACT,
    &periodic_effector_policy::ACT,
    &scheduled_effector_policy::ACT,
    &stop_after_duration_policy::ACT,
    &invoke_effector_on_sensor_change::ACT,
    &invoke_effector_on_collection_sensor_change::ACT,
    &groups_change_policy::ACT,
    &elect_primary_policy::ACT,
];

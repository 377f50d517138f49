//! Feeds: sensors that are brought from outside or computed from time. One file each, and one line in [`ALL`].

mod create_password_sensor;
mod duration_since_sensor;
mod http_request_sensor;
mod max_concurrency_sensor;
mod polled;
mod ssh_command_sensor;
mod static_sensor;

use super::Act;

/// What each feed does.
pub(super) static ALL: &[&Act] = &[
    &ssh_command_sensor::ACT,
    &http_request_sensor::ACT,
    &static_sensor::ACT,
    &create_password_sensor::ACT,
    &max_concurrency_sensor::ACT,
    &duration_since_sensor::ACT,
];

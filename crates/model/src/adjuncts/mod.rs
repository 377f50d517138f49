//! Policies, enrichers and feeds of this release: one file each with its table, and one line in [`ALL`].
//!
//! What one does stands in the engine under the same name. A table says what a blueprint may set; it is also what
//! forms and documentation are made from.

pub mod create_password_sensor;
mod def;
pub mod duration_since_sensor;
pub mod feed;
pub mod http_request_sensor;
mod later;
pub mod max_concurrency_sensor;
pub mod ssh_command_sensor;
pub mod static_sensor;

pub use crate::spec::AdjunctKind;
pub use crate::types::{ConfigDef, DefaultValue, EnumDef, ValueType};
pub use def::{AdjunctDef, Lookup, all_names, by_wire_name, lookup};

/// Every adjunct that can be asked for. Adding one means a file beside this one and a line here.
pub static ALL: &[&AdjunctDef] = &[
    &ssh_command_sensor::TYPE,
    &http_request_sensor::TYPE,
    &static_sensor::TYPE,
    &create_password_sensor::TYPE,
    &max_concurrency_sensor::TYPE,
    &duration_since_sensor::TYPE,
];

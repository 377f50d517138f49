//! The entity types of this release: one file each, and one line in [`ALL`].

pub mod basic_application;
pub mod basic_entity;
pub mod basic_group;
pub mod basic_startable;
pub mod common;
pub mod conditional_entity;
pub mod data_entity;
mod def;
pub mod delegate_entity;
pub mod dynamic_cluster;
pub mod dynamic_fabric;
pub mod empty_software_process;
mod find;
pub mod group;
pub mod later;
pub mod machine_entity;
pub mod quarantine_group;
pub mod same_server_entity;
pub mod sequence_entity;
pub mod software_process;
pub mod vanilla_software_process;

pub use crate::value::{EnumDef, ValueType};
pub use def::{
    Action, Behaviour, ConfigDef, DefaultValue, EffectorDef, Inheritance, ParameterDef, SensorDef, TypeDef,
};
pub use find::{Lookup, all_names, by_wire_name, lookup};

/// The version of Brooklyn whose types these are; `NAME:VERSION` may say it.
pub const CORE_VERSION: &str = "1.1.0";

/// Every type that can be deployed. Adding one means a file beside this one and a line here.
pub static ALL: &[&TypeDef] = &[
    &basic_application::TYPE,
    &basic_entity::TYPE,
    &basic_group::TYPE,
    &basic_startable::TYPE,
    &conditional_entity::TYPE,
    &data_entity::TYPE,
    &delegate_entity::TYPE,
    &dynamic_cluster::TYPE,
    &dynamic_fabric::TYPE,
    &empty_software_process::TYPE,
    &machine_entity::TYPE,
    &quarantine_group::TYPE,
    &same_server_entity::TYPE,
    &sequence_entity::TYPE,
    &vanilla_software_process::TYPE,
];

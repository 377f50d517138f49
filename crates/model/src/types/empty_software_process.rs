//! `EmptySoftwareProcess`: a machine with nothing on it.

use super::{Behaviour, TypeDef, common, software_process as sp};

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &[
        "empty-software-process",
        "EmptySoftwareProcess",
        "server",
        "brooklyn.entity.basic.EmptySoftwareProcess",
    ],
    java_type: "org.apache.brooklyn.entity.software.base.EmptySoftwareProcess",
    description: "A machine without a process: up as soon as it is there",
    behaviour: Behaviour::Machine,
    config: &[&[&sp::SSH_MONITORING], sp::CONFIG, common::CONFIG],
    sensors: &[sp::HOST_SENSORS, sp::SENSORS, common::SENSORS],
    effectors: &[sp::EFFECTORS],
};

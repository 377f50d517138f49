//! `SameServerEntity`: one machine, on which all its children run.

use super::{Behaviour, TypeDef, common, group, software_process as sp};

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["same-server-entity", "SameServerEntity", "brooklyn.entity.basic.SameServerEntity"],
    java_type: "org.apache.brooklyn.entity.software.base.SameServerEntity",
    description: "Takes one machine and starts all its children there; is as healthy as they are",
    behaviour: Behaviour::SharedMachine,
    config: &[&[&sp::LATCH_START, &sp::BASE_DIR, &group::UP_ALL, &group::RUNNING_ALL], common::CONFIG],
    sensors: &[sp::HOST_SENSORS, common::SENSORS],
    effectors: &[&[common::START, common::STOP, common::RESTART]],
};

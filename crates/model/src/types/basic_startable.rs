//! `BasicStartable`: holds children, which it starts and stops.

use super::{Behaviour, TypeDef, common, group};

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["basic-startable", "BasicStartable", "brooklyn.entity.basic.BasicStartable"],
    java_type: "org.apache.brooklyn.entity.stock.BasicStartable",
    description: "Holds children: starts and stops them and is as healthy as they are",
    behaviour: Behaviour::Startable,
    config: &[&[&group::UP_ALL, &group::RUNNING_ALL], common::CONFIG],
    sensors: &[common::SENSORS],
    effectors: &[&[common::START, common::STOP, common::RESTART]],
};

//! `BasicEntity`: has no life cycle of its own; a place for sensors, effectors and children.

use super::{Behaviour, TypeDef, common};

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["basic-entity", "BasicEntity", "brooklyn.entity.basic.BasicEntity"],
    java_type: "org.apache.brooklyn.entity.stock.BasicEntity",
    description: "An entity without a life cycle: a place for sensors and effectors",
    behaviour: Behaviour::Plain,
    config: &[common::CONFIG],
    sensors: &[common::SENSORS],
    effectors: &[],
};

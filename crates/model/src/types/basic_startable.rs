//! `BasicStartable`: holds children, which it starts and stops.

use super::{Behaviour, ConfigDef, TypeDef, ValueType, common, group, software_process as sp};

/// Which locations its children are given: a Java object, so any value of it is refused.
static LOCATIONS_FILTER: ConfigDef = ConfigDef::new(
    "brooklyn.locationsFilter",
    ValueType::Any,
    "Which of the locations that it is started in its children get; needs Java",
)
.java("org.apache.brooklyn.core.location.Locations$LocationsFilter");

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["basic-startable", "BasicStartable", "brooklyn.entity.basic.BasicStartable"],
    java_type: "org.apache.brooklyn.entity.stock.BasicStartable",
    description: "Holds children: starts and stops them and is as healthy as they are",
    behaviour: Behaviour::Startable,
    config: &[&[&group::OWN_UP, &group::OWN_RUNNING, &sp::LATCH_START, &LOCATIONS_FILTER], common::CONFIG],
    sensors: &[common::SENSORS],
    effectors: &[&[common::START, common::STOP, common::RESTART]],
};

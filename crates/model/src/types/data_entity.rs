//! `DataEntity`: holds sensors, and is up from its start to its stop (`brooklyn-blueprints.md` 4.4).

use super::{Behaviour, ConfigDef, DefaultValue, TypeDef, ValueType, common};

/// How often its suppliers are asked. They are Java objects: no blueprint can give one, so it has no effect.
pub static POLL_PERIOD: ConfigDef = ConfigDef::new(
    "data.sensorpoll",
    ValueType::Int,
    "How often suppliers of sensors are asked, in milliseconds; suppliers are Java objects, which a blueprint cannot give",
)
.aliases(&["pollPeriod"])
.default(DefaultValue::Int(1000));

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["data-entity", "DataEntity"],
    java_type: "org.apache.brooklyn.entity.stock.DataEntity",
    description: "Holds sensors, which the blueprint or somebody from outside sets",
    behaviour: Behaviour::Data,
    config: &[&[&POLL_PERIOD], common::CONFIG],
    sensors: &[common::SENSORS],
    effectors: &[&[common::START, common::STOP, common::RESTART]],
};

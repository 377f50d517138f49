//! `InvokeEffectorOnSensorChange`: calls an effector when a sensor changes.

use super::{AdjunctDef, AdjunctKind, ConfigDef, ValueType};

/// Which sensor.
pub static SENSOR: ConfigDef =
    ConfigDef::new("sensor", ValueType::Any, "The sensor at whose changes it calls");

/// Whose.
pub static PRODUCER: ConfigDef =
    ConfigDef::new("sensor.producer", ValueType::Any, "The entity with that sensor; default: its own")
        .aliases(&["producer"]);

/// What it calls.
pub static EFFECTOR: ConfigDef = ConfigDef::new("effector", ValueType::Text, "The effector that is called");

/// What says that it is busy.
pub static IS_BUSY_SENSOR: ConfigDef = ConfigDef::new(
    "isBusySensor",
    ValueType::Any,
    "The sensor that is true while a call goes on or is due; default: none",
)
.aliases(&["isBusySensorName"]);

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["invoke-effector-on-sensor-change", "InvokeEffectorOnSensorChange"],
    java_type: "org.apache.brooklyn.policy.InvokeEffectorOnSensorChange",
    description: "Calls an effector of its entity when a sensor changes; one call at a time",
    config: &[&[&SENSOR, &PRODUCER, &EFFECTOR, &IS_BUSY_SENSOR]],
    needs: &[&[&SENSOR], &[&EFFECTOR]],
    check: None,
};

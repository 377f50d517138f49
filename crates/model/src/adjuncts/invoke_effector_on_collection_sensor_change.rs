//! `InvokeEffectorOnCollectionSensorChange`: calls an effector for what is added to a list and what is removed.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// Which sensor.
pub static SENSOR: ConfigDef =
    ConfigDef::new("sensor", ValueType::Any, "The sensor with the list").aliases(&["triggerSensor"]);

/// Whose.
pub static PRODUCER: ConfigDef =
    ConfigDef::new("sensor.producer", ValueType::Any, "The entity with that sensor; default: its own")
        .aliases(&["producer"]);

/// For what is new.
pub static ON_ADDED: ConfigDef =
    ConfigDef::new("onAdded", ValueType::Text, "The effector that is called for each element that was added")
        .aliases(&["onAdded.name"]);

/// For what is gone.
pub static ON_REMOVED: ConfigDef = ConfigDef::new(
    "onRemoved",
    ValueType::Text,
    "The effector that is called for each element that was removed",
)
.aliases(&["onRemoved.name"]);

/// How it is passed on.
pub static PARAMETER: ConfigDef =
    ConfigDef::new("parameterName", ValueType::Text, "The parameter as which the element is given")
        .default(DefaultValue::Text("value"));

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["invoke-effector-on-collection-sensor-change", "InvokeEffectorOnCollectionSensorChange"],
    java_type: "org.apache.brooklyn.policy.InvokeEffectorOnCollectionSensorChange",
    description: "Calls effectors of its entity for each element that comes into a list sensor or goes out of it",
    config: &[&[&SENSOR, &PRODUCER, &ON_ADDED, &ON_REMOVED, &PARAMETER]],
    needs: &[&[&SENSOR], &[&ON_ADDED, &ON_REMOVED]],
    check: None,
};

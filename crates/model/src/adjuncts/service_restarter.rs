//! `ServiceRestarter`: restarts a service that has failed.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// Within what time a second failure is one too many.
pub static WINDOW: ConfigDef = ConfigDef::new(
    "failOnRecurringFailuresInThisDuration",
    ValueType::Duration,
    "A second failure within this time is not answered with a restart",
)
.default(DefaultValue::Text("3m"));

/// Whether it burns then.
pub static SET_ON_FIRE: ConfigDef = ConfigDef::new(
    "setOnFireOnFailure",
    ValueType::Bool,
    "Whether the entity is expected to be on fire when restarting does not help",
)
.default(DefaultValue::Bool(true));

/// What tells a failure.
pub static FAILURE_SENSOR: ConfigDef =
    ConfigDef::new("failureSensorToMonitor", ValueType::Any, "The sensor that tells a failure")
        .java("org.apache.brooklyn.api.sensor.Sensor")
        .default(DefaultValue::Text("ha.entityFailed"));

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["service-restarter", "ServiceRestarter", "brooklyn.policy.ha.ServiceRestarter"],
    java_type: "org.apache.brooklyn.policy.ha.ServiceRestarter",
    description: "Restarts the entity when a sensor tells that it has failed",
    config: &[&[&WINDOW, &SET_ON_FIRE, &FAILURE_SENSOR]],
    needs: &[],
    check: None,
};

//! `ConditionalSuspendPolicy`: lets another policy rest between two signals.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// What lets it rest.
pub static SUSPEND_SENSOR: ConfigDef = ConfigDef::new(
    "suppressSensor",
    ValueType::Any,
    "The sensor at whose change the other policy is suspended",
)
.default(DefaultValue::Text("ha.connectionFailed"));

/// What lets it go on.
pub static RESUME_SENSOR: ConfigDef =
    ConfigDef::new("resetSensor", ValueType::Any, "The sensor at whose change the other policy is resumed")
        .default(DefaultValue::Text("ha.connectionRecovered"));

/// Which one.
pub static TARGET: ConfigDef = ConfigDef::new(
    "target",
    ValueType::Any,
    "The other policy of the same entity: its id, name, unique tag or type",
);

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["conditional-suspend-policy", "ConditionalSuspendPolicy"],
    java_type: "org.apache.brooklyn.policy.ha.ConditionalSuspendPolicy",
    description: "Suspends another policy of its entity at one signal and resumes it at another",
    config: &[&[&SUSPEND_SENSOR, &RESUME_SENSOR, &TARGET]],
    needs: &[&[&TARGET]],
    check: None,
};

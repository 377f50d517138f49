//! `StopAfterDurationPolicy`: stops an entity some time after it came up.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// For how long.
pub static LIFETIME: ConfigDef = ConfigDef::new(
    "lifetime",
    ValueType::Duration,
    "How long after reaching the state the entity is stopped",
);

/// Since which state.
pub static STATE: ConfigDef =
    ConfigDef::new("state", ValueType::Text, "The state from whose first time on it counts")
        .default(DefaultValue::Text("RUNNING"));

/// How often Brooklyn looks; here the time is waited for.
pub static PERIOD: ConfigDef =
    ConfigDef::new("pollPeriod", ValueType::Duration, "Has no effect: the time is waited for, not polled")
        .default(DefaultValue::Text("30s"));

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["stop-after-duration-policy", "StopAfterDurationPolicy"],
    java_type: "org.apache.brooklyn.policy.action.StopAfterDurationPolicy",
    description: "Stops its entity some time after it was first running",
    config: &[&[&LIFETIME, &STATE, &PERIOD]],
    needs: &[&[&LIFETIME]],
    check: None,
};

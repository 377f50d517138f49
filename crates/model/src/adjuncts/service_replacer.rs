//! `ServiceReplacer`: replaces a member of a cluster that has failed.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// Within what time failures count together.
pub static WINDOW: ConfigDef = ConfigDef::new(
    "failOnRecurringFailuresInThisDuration",
    ValueType::Duration,
    "Within which time replacements that failed count together",
)
.default(DefaultValue::Text("5m"));

/// How many are too many.
pub static TOO_MANY: ConfigDef = ConfigDef::new(
    "failOnNumRecurringFailures",
    ValueType::Int,
    "After so many replacements that failed no more are tried",
)
.default(DefaultValue::Int(5));

/// Whether it burns then.
pub static SET_ON_FIRE: ConfigDef = ConfigDef::new(
    "setOnFireOnFailure",
    ValueType::Bool,
    "Whether a replacement that fails is a problem of the cluster",
)
.default(DefaultValue::Bool(true));

/// What tells a failure.
pub static FAILURE_SENSOR: ConfigDef =
    ConfigDef::new("failureSensorToMonitor", ValueType::Any, "The sensor by which a member tells a failure")
        .default(DefaultValue::Text("ha.entityFailed.restart"));

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["service-replacer", "ServiceReplacer", "brooklyn.policy.ha.ServiceReplacer"],
    java_type: "org.apache.brooklyn.policy.ha.ServiceReplacer",
    description: "Replaces a member of its cluster when a sensor of the member tells that it has failed",
    config: &[&[&WINDOW, &TOO_MANY, &SET_ON_FIRE, &FAILURE_SENSOR]],
    needs: &[],
    check: None,
};

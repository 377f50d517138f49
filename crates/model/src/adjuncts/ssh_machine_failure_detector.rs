//! `SshMachineFailureDetector`: says when an entity's machine cannot be reached, and when it can again.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// How long one try may take.
pub static TIMEOUT: ConfigDef =
    ConfigDef::new("ha.sshConnection.timeout", ValueType::Duration, "How long one try may take")
        .default(DefaultValue::Text("10s"));

/// How often.
pub static PERIOD: ConfigDef =
    ConfigDef::new("failureDetector.pollPeriod", ValueType::Duration, "How often it is tried")
        .aliases(&["pollPeriod"])
        .default(DefaultValue::Text("1m"));

/// How long it must fail before it is told.
pub static FAILED_DELAY: ConfigDef = ConfigDef::new(
    "failureDetector.serviceFailedStabilizationDelay",
    ValueType::Duration,
    "How long it must fail before it is told",
)
.aliases(&["serviceFailedStabilizationDelay"])
.default(DefaultValue::Text("0ms"));

/// How long it must be well before it is told.
pub static RECOVERED_DELAY: ConfigDef = ConfigDef::new(
    "failureDetector.serviceRecoveredStabilizationDelay",
    ValueType::Duration,
    "How long it must go well before that is told",
)
.aliases(&["serviceRecoveredStabilizationDelay"])
.default(DefaultValue::Text("0ms"));

/// What tells a failure.
pub static FAIL_SENSOR: ConfigDef =
    ConfigDef::new("failureDetector.sensor.fail", ValueType::Any, "The sensor that tells a failure")
        .default(DefaultValue::Text("ha.connectionFailed"));

/// What tells a recovery.
pub static RECOVER_SENSOR: ConfigDef =
    ConfigDef::new("failureDetector.sensor.recover", ValueType::Any, "The sensor that tells a recovery")
        .default(DefaultValue::Text("ha.connectionRecovered"));

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["ssh-machine-failure-detector", "SshMachineFailureDetector"],
    java_type: "org.apache.brooklyn.policy.ha.SshMachineFailureDetector",
    description: "Tells by ha.connectionFailed and ha.connectionRecovered whether the entity's machine can be reached",
    config: &[&[&TIMEOUT, &PERIOD, &FAILED_DELAY, &RECOVERED_DELAY, &FAIL_SENSOR, &RECOVER_SENSOR]],
    needs: &[],
    check: None,
};

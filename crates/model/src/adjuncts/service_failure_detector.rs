//! `ServiceFailureDetector`: says when a service has failed and when it is well again.

use super::needs::{Wrong, given};
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};
use crate::Coerced;
use crate::spec::ConfigMap;

/// Whether one that never was up can fail.
pub static ONLY_IF_PREVIOUSLY_UP: ConfigDef = ConfigDef::new(
    "onlyReportIfPreviouslyUp",
    ValueType::Bool,
    "Whether a failure is told only of a service that has been up",
)
.aliases(&["entityFailed.onlyReportIfPreviouslyUp"])
.default(DefaultValue::Bool(true));

/// Whether problems count.
pub static MONITOR_PROBLEMS: ConfigDef = ConfigDef::new(
    "monitorServiceProblems",
    ValueType::Bool,
    "Whether entries of service.problems are failures",
)
.default(DefaultValue::Bool(true));

/// How long it must burn before its state says so.
pub static ON_FIRE_DELAY: ConfigDef = ConfigDef::new(
    "serviceOnFire.stabilizationDelay",
    ValueType::Duration,
    "How long a failure must last before the entity's state is on-fire",
)
.aliases(&["serviceOnFireStabilizationDelay"])
.default(DefaultValue::Text("0ms"));

/// How long it must burn before it is told.
pub static FAILED_DELAY: ConfigDef = ConfigDef::new(
    "entityFailed.stabilizationDelay",
    ValueType::Duration,
    "How long a failure must last before ha.entityFailed tells it",
)
.aliases(&["entityFailedStabilizationDelay"])
.default(DefaultValue::Text("0ms"));

/// How often it is told again.
pub static REPUBLISH: ConfigDef = ConfigDef::new(
    "entityFailed.republishTime",
    ValueType::Duration,
    "After how long a failure that goes on is told again; default: never",
)
.aliases(&["entityFailedRepublishTime"]);

/// How long it must be well before it is told.
pub static RECOVERED_DELAY: ConfigDef = ConfigDef::new(
    "entityRecovered.stabilizationDelay",
    ValueType::Duration,
    "How long a service must be well before ha.entityRecovered tells it",
)
.aliases(&["entityRecoveredStabilizationDelay"])
.default(DefaultValue::Text("0ms"));

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["service-failure-detector", "ServiceFailureDetector"],
    java_type: "org.apache.brooklyn.policy.ha.ServiceFailureDetector",
    description: "Tells by ha.entityFailed and ha.entityRecovered when the service has failed and when it is well again",
    config: &[&[
        &ONLY_IF_PREVIOUSLY_UP,
        &MONITOR_PROBLEMS,
        &ON_FIRE_DELAY,
        &FAILED_DELAY,
        &REPUBLISH,
        &RECOVERED_DELAY,
    ]],
    needs: &[],
    check: Some(check),
};

fn check(config: &ConfigMap) -> Option<Wrong> {
    let off = given(config, &MONITOR_PROBLEMS) == Some(Coerced::Bool(false));
    off.then(|| Wrong::new(&MONITOR_PROBLEMS, "cannot be false in this release"))
}

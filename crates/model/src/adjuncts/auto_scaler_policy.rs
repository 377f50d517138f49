//! `AutoScalerPolicy`: resizes a cluster by a metric.

use super::needs::{Wrong, given, is_set, needs_java};
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};
use crate::Coerced;
use crate::spec::ConfigMap;

/// What is measured.
pub static METRIC: ConfigDef = ConfigDef::new(
    "autoscaler.metric",
    ValueType::Any,
    "The sensor that says how busy a member is on average",
)
.aliases(&["metric"]);

/// Where.
pub static ENTITY_WITH_METRIC: ConfigDef = ConfigDef::new(
    "autoscaler.entityWithMetric",
    ValueType::Any,
    "The entity with that sensor; default: its own",
)
.aliases(&["entityWithMetric"]);

/// Below it is cold.
pub static LOWER: ConfigDef =
    ConfigDef::new("autoscaler.metricLowerBound", ValueType::Double, "Below this there are too many members")
        .aliases(&["metricLowerBound"]);

/// Above it is hot.
pub static UPPER: ConfigDef =
    ConfigDef::new("autoscaler.metricUpperBound", ValueType::Double, "Above this there are too few members")
        .aliases(&["metricUpperBound"]);

/// The smallest size.
pub static MIN_SIZE: ConfigDef =
    ConfigDef::new("autoscaler.minPoolSize", ValueType::Int, "It never makes the cluster smaller than this")
        .aliases(&["minPoolSize"])
        .default(DefaultValue::Int(1));

/// The largest size.
pub static MAX_SIZE: ConfigDef = ConfigDef::new(
    "autoscaler.maxPoolSize",
    ValueType::Int,
    "It never makes the cluster larger than this; default: no limit",
)
.aliases(&["maxPoolSize"]);

/// The largest size, after one that could not be reached.
pub static HIGH_WATER_MARK: ConfigDef = ConfigDef::new(
    "autoscaler.insufficientCapacityHighWaterMark",
    ValueType::Int,
    "A limit like maxPoolSize, set where the location has no room for more",
)
.aliases(&["insufficientCapacityHighWaterMark"]);

/// The shortest pause.
pub static MIN_PERIOD: ConfigDef = ConfigDef::new(
    "autoscaler.minPeriodBetweenExecs",
    ValueType::Duration,
    "The shortest time between two changes of size",
)
.aliases(&["minPeriodBetweenExecs"])
.default(DefaultValue::Text("100ms"));

/// How long hot must last.
pub static UP_DELAY: ConfigDef = ConfigDef::new(
    "autoscaler.resizeUpStabilizationDelay",
    ValueType::Duration,
    "How long more members must be wanted before there are more",
)
.aliases(&["resizeUpStabilizationDelay"])
.default(DefaultValue::Text("0ms"));

/// How long cold must last.
pub static DOWN_DELAY: ConfigDef = ConfigDef::new(
    "autoscaler.resizeDownStabilizationDelay",
    ValueType::Duration,
    "How long fewer members must be wanted before there are fewer",
)
.aliases(&["resizeDownStabilizationDelay"])
.default(DefaultValue::Text("0ms"));

/// By how many at a time.
pub static UP_INCREMENT: ConfigDef =
    ConfigDef::new("autoscaler.resizeUpIterationIncrement", ValueType::Int, "It grows by a multiple of this")
        .aliases(&["resizeUpIterationIncrement"])
        .default(DefaultValue::Int(1));

/// By how many at most.
pub static UP_MAX: ConfigDef = ConfigDef::new(
    "autoscaler.resizeUpIterationMax",
    ValueType::Int,
    "It grows by no more than this at a time; default: no limit",
)
.aliases(&["resizeUpIterationMax"]);

/// By how many at a time.
pub static DOWN_INCREMENT: ConfigDef = ConfigDef::new(
    "autoscaler.resizeDownIterationIncrement",
    ValueType::Int,
    "It shrinks by a multiple of this",
)
.aliases(&["resizeDownIterationIncrement"])
.default(DefaultValue::Int(1));

/// By how many at most.
pub static DOWN_MAX: ConfigDef = ConfigDef::new(
    "autoscaler.resizeDownIterationMax",
    ValueType::Int,
    "It shrinks by no more than this at a time; default: no limit",
)
.aliases(&["resizeDownIterationMax"]);

/// What tells that it cannot grow.
pub static MAX_REACHED_SENSOR: ConfigDef = ConfigDef::new(
    "autoscaler.maxSizeReachedSensor",
    ValueType::Any,
    "The sensor that tells that more members are wanted than are allowed",
)
.aliases(&["maxSizeReachedSensor"]);

/// After how long.
pub static MAX_REACHED_DELAY: ConfigDef = ConfigDef::new(
    "autoscaler.maxReachedNotificationDelay",
    ValueType::Duration,
    "How long that must last before it is told",
)
.aliases(&["maxReachedNotificationDelay"])
.default(DefaultValue::Text("0ms"));

/// Java functions and the sensors of Java balancers: nothing here gives them.
pub static JAVA_ONLY: [ConfigDef; 5] = [
    ConfigDef::new("autoscaler.poolHotSensor", ValueType::Any, "What a balancer in Java tells")
        .aliases(&["poolHotSensor"]),
    ConfigDef::new("autoscaler.poolColdSensor", ValueType::Any, "What a balancer in Java tells")
        .aliases(&["poolColdSensor"]),
    ConfigDef::new("autoscaler.poolOkSensor", ValueType::Any, "What a balancer in Java tells")
        .aliases(&["poolOkSensor"]),
    ConfigDef::new("autoscaler.resizeOperator", ValueType::Any, "Needs Java").aliases(&["resizeOperator"]),
    ConfigDef::new("autoscaler.currentSizeOperator", ValueType::Any, "Needs Java")
        .aliases(&["currentSizeOperator"]),
];

/// Those that Brooklyn lets be changed while the policy is there.
pub(super) static RECONFIGURABLE: [&ConfigDef; 11] = [
    &LOWER,
    &UPPER,
    &UP_INCREMENT,
    &UP_MAX,
    &DOWN_INCREMENT,
    &DOWN_MAX,
    &UP_DELAY,
    &DOWN_DELAY,
    &MIN_SIZE,
    &MAX_SIZE,
    &HIGH_WATER_MARK,
];

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["auto-scaler", "AutoScalerPolicy", "autoscaler", "brooklyn.policy.autoscaling.AutoScalerPolicy"],
    java_type: "org.apache.brooklyn.policy.autoscaling.AutoScalerPolicy",
    description: "Makes a cluster larger or smaller so that a metric stays between two bounds",
    config: &[&[
        &METRIC,
        &ENTITY_WITH_METRIC,
        &LOWER,
        &UPPER,
        &MIN_SIZE,
        &MAX_SIZE,
        &HIGH_WATER_MARK,
        &MIN_PERIOD,
        &UP_DELAY,
        &DOWN_DELAY,
        &UP_INCREMENT,
        &UP_MAX,
        &DOWN_INCREMENT,
        &DOWN_MAX,
        &MAX_REACHED_SENSOR,
        &MAX_REACHED_DELAY,
        &JAVA_ONLY[0],
        &JAVA_ONLY[1],
        &JAVA_ONLY[2],
        &JAVA_ONLY[3],
        &JAVA_ONLY[4],
    ]],
    needs: &[],
    check: Some(check),
};

fn check(config: &ConfigMap) -> Option<Wrong> {
    if let Some(wrong) = JAVA_ONLY.iter().find_map(|key| needs_java(config, key)) {
        return Some(wrong);
    }
    let size = |key: &ConfigDef| match given(config, key) {
        Some(Coerced::Int(size)) => Some(size),
        _ => None,
    };
    let is_known = |key: &ConfigDef| size(key).is_some() || !is_set(config, key);
    let (min, max) = (size(&MIN_SIZE).unwrap_or(1), size(&MAX_SIZE)?);
    let crossed = is_known(&MIN_SIZE) && min > max;
    crossed.then(|| Wrong::new(&MAX_SIZE, format!("must not be below {} ({min})", MIN_SIZE.said_as())))
}

//! `MaxConcurrencySensor`: a latch that lets so many through at a time, as the value of a sensor.

use super::{AdjunctDef, AdjunctKind, ConfigDef, ValueType, feed};

/// How many.
pub static MAX: ConfigDef = ConfigDef::new(
    "latch.concurrency.max",
    ValueType::Int,
    "How many may pass the latch at a time; default: any number",
);

/// The feed.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Feed,
    names: &["max-concurrency-sensor", "MaxConcurrencySensor"],
    java_type: "org.apache.brooklyn.core.sensor.MaxConcurrencySensor",
    description: "Sets a sensor once to a latch that lets so many through at a time",
    config: &[&[&MAX], feed::CONFIG],
    needs: &[],
    check: None,
};

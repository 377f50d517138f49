//! `DurationSinceSensor`: how long ago a moment was, by default that of its own creation.

use super::{AdjunctDef, AdjunctKind, ConfigDef, ValueType, feed};

/// Since when.
pub static EPOCH: ConfigDef = ConfigDef::new(
    "duration.since.epochsupplier",
    ValueType::Any,
    "The moment from which it counts, in milliseconds since 1970; default: when it was added",
);

/// Until when.
pub static NOW: ConfigDef = ConfigDef::new(
    "duration.since.timesupplier",
    ValueType::Any,
    "The moment up to which it counts, in milliseconds since 1970; default: now",
);

/// The feed.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Feed,
    names: &["duration-since-sensor", "DurationSinceSensor"],
    java_type: "org.apache.brooklyn.core.sensor.DurationSinceSensor",
    description: "Sets a sensor to the time that has passed since a moment, again and again",
    config: &[&[&EPOCH, &NOW, &feed::PERIOD], feed::CONFIG],
    needs: &[],
    check: None,
};

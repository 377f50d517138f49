//! `StaticSensor` whose value is an expression: set once, as soon as the value is there. One with a plain value is
//! no feed ([`crate::spec::StaticSensorSpec`]).

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType, feed};

/// The value.
pub static VALUE: ConfigDef =
    ConfigDef::new("static.value", ValueType::Any, "The value of the sensor").aliases(&["value"]);

/// How long to wait for it.
pub static TIMEOUT: ConfigDef =
    ConfigDef::new("static.timeout", ValueType::Duration, "How long to wait until the value is there")
        .default(DefaultValue::Text("forever"));

/// The feed.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Feed,
    names: &["static-sensor", "StaticSensor"],
    java_type: "org.apache.brooklyn.core.sensor.StaticSensor",
    description: "Sets a sensor once to a given value, which it may have to wait for",
    config: &[&[&VALUE, &TIMEOUT], feed::CONFIG],
    needs: &[],
    check: None,
};

//! `Transformer`: a sensor that is computed when another one changes.

use super::enricher::{PRODUCER, SOURCE, SUPPRESS_DUPLICATES, TARGET, TARGET_TYPE};
use super::needs::needs_java;
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// What makes it compute anew.
pub static TRIGGERS: ConfigDef = ConfigDef::new(
    "enricher.triggerSensors",
    ValueType::Any,
    "Sensors whose changes make it compute anew, besides the source",
)
.java("java.util.List<? extends org.apache.brooklyn.api.sensor.Sensor<?>>")
.default(DefaultValue::Ints(&[]))
.aliases(&["triggerSensors"]);

/// What the value is.
pub static TARGET_VALUE: ConfigDef = ConfigDef::new(
    "enricher.targetValue",
    ValueType::Any,
    "The value, usually an expression; without one, that of the source",
)
.aliases(&["targetValue"]);

/// How the source's value becomes it.
pub static TRANSFORMATION: ConfigDef = ConfigDef::new(
    "enricher.transformation",
    ValueType::Any,
    "A function of the source's value: Functions.forMap or a replacement by a regular expression",
)
.aliases(&["transformation"]);

/// How an event of the source becomes it.
pub static OF_EVENT: ConfigDef = ConfigDef::new(
    "enricher.transformation.fromevent",
    ValueType::Any,
    "A function of the source's event: needs Java, which Brownstone does not run",
);

/// Whether it may change what it reads.
pub static ALLOW_CYCLIC: ConfigDef = ConfigDef::new(
    "enricher.allowCyclicPublishing",
    ValueType::Bool,
    "Whether it may set the sensor that it reads",
)
.aliases(&["allowCyclicPublishing"])
.default(DefaultValue::Bool(false));

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["transformer", "Transformer", "brooklyn.enricher.basic.Transformer"],
    java_type: "org.apache.brooklyn.enricher.stock.Transformer",
    description: "Sets a sensor from another one or from an expression",
    config: &[&[
        &PRODUCER,
        &SOURCE,
        &TARGET,
        &TARGET_TYPE,
        &SUPPRESS_DUPLICATES,
        &TRIGGERS,
        &TARGET_VALUE,
        &TRANSFORMATION,
        &OF_EVENT,
        &ALLOW_CYCLIC,
    ]],
    needs: &[&[&SOURCE, &TARGET_VALUE]],
    check: Some(|config| needs_java(config, &OF_EVENT)),
};

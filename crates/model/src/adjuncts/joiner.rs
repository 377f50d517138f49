//! `Joiner`: a list or map as one text.

use super::enricher::ONE_TO_ONE;
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// What stands between.
pub static SEPARATOR: ConfigDef =
    ConfigDef::new("enricher.joiner.separator", ValueType::Text, "What stands between the parts")
        .aliases(&["separator"])
        .default(DefaultValue::Text(","));

/// What stands between a key and its value.
pub static KEY_VALUE_SEPARATOR: ConfigDef = ConfigDef::new(
    "enricher.joiner.keyValueSeparator",
    ValueType::Text,
    "What stands between a key and its value",
)
.aliases(&["keyValueSeparator"])
.default(DefaultValue::Text("="));

/// Whether keys are joined too.
pub static JOIN_MAP_ENTRIES: ConfigDef = ConfigDef::new(
    "enricher.joiner.joinMapEntries",
    ValueType::Bool,
    "Whether the keys of a map stand before its values",
)
.aliases(&["joinMapEntries"])
.default(DefaultValue::Bool(false));

/// Whether parts are quoted.
pub static QUOTE: ConfigDef =
    ConfigDef::new("enricher.joiner.quote", ValueType::Bool, "Whether each part stands in quotes")
        .aliases(&["quote"])
        .default(DefaultValue::Bool(true));

/// How many parts there must be.
pub static MINIMUM: ConfigDef =
    ConfigDef::new("enricher.joiner.minimum", ValueType::Int, "With fewer parts than this there is no value")
        .aliases(&["minimum"])
        .default(DefaultValue::Int(0));

/// How many parts there may be.
pub static MAXIMUM: ConfigDef = ConfigDef::new(
    "enricher.joiner.maximum",
    ValueType::Int,
    "No more parts than this are joined; default: all",
)
.aliases(&["maximum"]);

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["joiner", "Joiner", "brooklyn.enricher.basic.Joiner"],
    java_type: "org.apache.brooklyn.enricher.stock.Joiner",
    description: "Sets a sensor to the parts of a list or map, joined to one text",
    config: &[&[&SEPARATOR, &KEY_VALUE_SEPARATOR, &JOIN_MAP_ENTRIES, &QUOTE, &MINIMUM, &MAXIMUM], ONE_TO_ONE],
    needs: &[&[&super::enricher::SOURCE]],
    check: None,
};

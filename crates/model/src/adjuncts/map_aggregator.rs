//! `MapAggregator`: a map out of two sensors of many entities.

use super::enricher::{FROM_MANY, SUPPRESS_DUPLICATES, TARGET};
use super::{AdjunctDef, AdjunctKind, ConfigDef, ValueType};

/// The key of an entity's entry.
pub static KEY_SENSOR: ConfigDef =
    ConfigDef::new("keySensor", ValueType::Any, "The sensor whose value is the key of an entity's entry")
        .aliases(&["enricher.keySensor"]);

/// The value of an entity's entry.
pub static VALUE_SENSOR: ConfigDef =
    ConfigDef::new("valueSensor", ValueType::Any, "The sensor whose value is the value of an entity's entry")
        .aliases(&["enricher.valueSensor"]);

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["map-aggregator", "MapAggregator"],
    java_type: "org.apache.brooklyn.enricher.stock.MapAggregator",
    description: "Sets a sensor to a map with an entry for each member or child, of two of their sensors",
    config: &[&[&KEY_SENSOR, &VALUE_SENSOR, &TARGET, &SUPPRESS_DUPLICATES], FROM_MANY],
    needs: &[&[&KEY_SENSOR], &[&VALUE_SENSOR], &[&TARGET]],
    check: None,
};

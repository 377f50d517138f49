//! `PercentageEnricher`: one sensor as a part of another.

use super::enricher::{PRODUCER, SUPPRESS_DUPLICATES, TARGET};
use super::{AdjunctDef, AdjunctKind, ConfigDef, ValueType};

/// The part.
pub static CURRENT: ConfigDef =
    ConfigDef::new("enricher.sourceCurrentSensor", ValueType::Any, "The sensor with the part")
        .aliases(&["sourceCurrentSensor"]);

/// The whole.
pub static TOTAL: ConfigDef =
    ConfigDef::new("enricher.sourceTotalSensor", ValueType::Any, "The sensor with the whole")
        .aliases(&["sourceTotalSensor"]);

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["percentage-enricher", "PercentageEnricher"],
    java_type: "org.apache.brooklyn.enricher.stock.PercentageEnricher",
    description: "Sets a sensor to what part of another sensor a third one is, from 0 to 1",
    config: &[&[&PRODUCER, &CURRENT, &TOTAL, &TARGET, &SUPPRESS_DUPLICATES]],
    needs: &[&[&CURRENT], &[&TOTAL], &[&TARGET]],
    check: None,
};

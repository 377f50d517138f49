//! `YamlTimeWeightedDeltaEnricher`: how fast a sensor grows.

use super::enricher::ONE_TO_ONE;
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// For how long the growth is told.
pub static PERIOD: ConfigDef =
    ConfigDef::new("enricher.delta.period", ValueType::Duration, "The time for which the growth is told")
        .aliases(&["deltaPeriod", "unitMillis"])
        .default(DefaultValue::Text("1s"));

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &[
        "time-weighted-delta",
        "YamlTimeWeightedDeltaEnricher",
        "TimeWeightedDeltaEnricher",
        "org.apache.brooklyn.policy.enricher.TimeWeightedDeltaEnricher",
    ],
    java_type: "org.apache.brooklyn.enricher.stock.YamlTimeWeightedDeltaEnricher",
    description: "Sets a sensor to how much another one grows, for each second or another time",
    config: &[&[&PERIOD], ONE_TO_ONE],
    needs: &[&[&super::enricher::SOURCE]],
    check: None,
};

//! `RollingMeanEnricher`: the mean of the last values of a sensor.

use super::enricher::ONE_TO_ONE;
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// How many.
pub static WINDOW_SIZE: ConfigDef =
    ConfigDef::new("enricher.rolling.windowSize", ValueType::Int, "How many values back count")
        .aliases(&["windowSize"])
        .default(DefaultValue::Int(10));

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["RollingMeanEnricher"],
    java_type: "org.apache.brooklyn.policy.enricher.RollingMeanEnricher",
    description: "Sets a sensor to the mean of the last values of another one",
    config: &[&[&WINDOW_SIZE], ONE_TO_ONE],
    needs: &[&[&super::enricher::SOURCE]],
    check: None,
};

//! `YamlRollingTimeWindowMeanEnricher`: the mean of a sensor over the last while.

use super::enricher::ONE_TO_ONE;
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// How long that is.
pub static WINDOW: ConfigDef =
    ConfigDef::new("enricher.window.duration", ValueType::Duration, "How far back values count")
        .aliases(&["enricher.rolling.window", "windowDuration", "timePeriod"])
        .default(DefaultValue::Text("1m"));

/// How much of it must be known.
pub static CONFIDENCE: ConfigDef = ConfigDef::new(
    "enricher.window.confidenceRequired",
    ValueType::Double,
    "Which part of that time must be known; with less, the mean is not set",
)
.aliases(&["confidenceRequired"])
.default(DefaultValue::Text("0.8"));

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &[
        "rolling-time-window-mean",
        "YamlRollingTimeWindowMeanEnricher",
        "RollingTimeWindowMeanEnricher",
        "org.apache.brooklyn.policy.enricher.RollingTimeWindowMeanEnricher",
    ],
    java_type: "org.apache.brooklyn.enricher.stock.YamlRollingTimeWindowMeanEnricher",
    description: "Sets a sensor to the mean of another one over the last while, each value weighted by its time",
    config: &[&[&WINDOW, &CONFIDENCE], ONE_TO_ONE],
    needs: &[&[&super::enricher::SOURCE]],
    check: None,
};

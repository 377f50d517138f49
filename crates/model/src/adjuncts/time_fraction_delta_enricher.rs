//! `TimeFractionDeltaEnricher`: which part of the time something took, from a sensor that counts its time.

use super::enricher::ONE_TO_ONE;
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType};

/// What one of the sensor's units is.
pub static UNIT: ConfigDef =
    ConfigDef::new("nanosPerOrigUnit", ValueType::Long, "How many nanoseconds one unit of the source is")
        .default(DefaultValue::Int(1_000_000));

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["TimeFractionDeltaEnricher"],
    java_type: "org.apache.brooklyn.policy.enricher.TimeFractionDeltaEnricher",
    description: "Sets a sensor to the part of the time that another one, which counts time, has grown by",
    config: &[&[&UNIT], ONE_TO_ONE],
    needs: &[&[&super::enricher::SOURCE]],
    check: None,
};

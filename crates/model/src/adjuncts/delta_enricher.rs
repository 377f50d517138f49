//! `DeltaEnricher`: by how much a sensor has changed.

use super::enricher::ONE_TO_ONE;
use super::{AdjunctDef, AdjunctKind};

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["DeltaEnricher"],
    java_type: "org.apache.brooklyn.policy.enricher.DeltaEnricher",
    description: "Sets a sensor to the difference between another one and what that was before",
    config: &[ONE_TO_ONE],
    needs: &[&[&super::enricher::SOURCE]],
    check: None,
};

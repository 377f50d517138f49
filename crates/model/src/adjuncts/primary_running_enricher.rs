//! `PrimaryRunningEnricher`: without a primary that runs, an entity is not up.

use super::{AdjunctDef, AdjunctKind, primary};

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["primary-running-enricher", "PrimaryRunningEnricher"],
    java_type: "org.apache.brooklyn.policy.failover.PrimaryRunningEnricher",
    description: "Says that its entity is not up while its primary is not running",
    config: &[&[&primary::SENSOR_NAME]],
    needs: &[],
    check: None,
};

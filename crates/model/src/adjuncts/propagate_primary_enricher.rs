//! `PropagatePrimaryEnricher`: the primary's sensors, again on the entity that elected it.

use super::enricher::SUPPRESS_DUPLICATES;
use super::propagator::{ALL, ALL_BUT, PROPAGATING};
use super::{AdjunctDef, AdjunctKind, primary};

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["propagate-primary-enricher", "PropagatePrimaryEnricher"],
    java_type: "org.apache.brooklyn.policy.failover.PropagatePrimaryEnricher",
    description: "Sets sensors to what they are at the primary, whoever that is",
    config: &[&[&primary::SENSOR_NAME, &PROPAGATING, &ALL, &ALL_BUT, &SUPPRESS_DUPLICATES]],
    needs: &[],
    check: None,
};

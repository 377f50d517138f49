//! `ElectPrimaryPolicy`: one of several entities is the primary.

use super::{AdjunctDef, AdjunctKind, primary};

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["elect-primary-policy", "ElectPrimaryPolicy"],
    java_type: "org.apache.brooklyn.policy.failover.ElectPrimaryPolicy",
    description: "Elects one of the members or children as the primary, and another when that is lost",
    config: &[&[
        &primary::TARGET_MODE,
        &primary::SELECTION_MODE,
        &primary::STOPPED_WAIT,
        &primary::STARTING_WAIT,
        &primary::SENSOR_NAME,
        &primary::WEIGHT_NAME,
        &primary::PROMOTE,
        &primary::DEMOTE,
        &primary::PROPAGATE,
    ]],
    needs: &[],
    check: None,
};

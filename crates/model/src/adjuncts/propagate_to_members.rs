//! `PropagateToMembers`: sensors of a group, again on each of its members.

use super::{AdjunctDef, AdjunctKind, ConfigDef, ValueType};

/// Which sensors.
pub static PROPAGATING: ConfigDef = ConfigDef::new(
    "enricher.propagating.inclusions",
    ValueType::Any,
    "The sensors that each member gets as they are at the group",
)
.aliases(&["propagating"]);

/// The enricher.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Enricher,
    names: &["propagate-to-members", "PropagateToMembers"],
    java_type: "org.apache.brooklyn.enricher.stock.PropagateToMembers",
    description: "Sets sensors of all members to what they are at the group",
    config: &[&[&PROPAGATING]],
    needs: &[&[&PROPAGATING]],
    check: None,
};

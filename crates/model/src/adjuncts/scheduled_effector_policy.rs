//! `ScheduledEffectorPolicy`: calls an effector at a given time, or when a sensor says so.

use super::{AdjunctDef, AdjunctKind, schedule};

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["scheduled-effector-policy", "ScheduledEffectorPolicy"],
    java_type: "org.apache.brooklyn.policy.action.ScheduledEffectorPolicy",
    description: "Calls an effector of its entity at a given time, and when scheduler.invoke.now or .at say so",
    config: &[schedule::CONFIG],
    needs: &[&[&schedule::EFFECTOR]],
    check: Some(schedule::check),
};

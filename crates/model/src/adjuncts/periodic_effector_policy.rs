//! `PeriodicEffectorPolicy`: calls an effector again and again.

use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType, schedule};

/// How often.
pub static PERIOD: ConfigDef =
    ConfigDef::new("period", ValueType::Duration, "How often the effector is called")
        .default(DefaultValue::Text("1h"));

/// The policy.
pub static TYPE: AdjunctDef = AdjunctDef {
    kind: AdjunctKind::Policy,
    names: &["periodic-effector-policy", "PeriodicEffectorPolicy"],
    java_type: "org.apache.brooklyn.policy.action.PeriodicEffectorPolicy",
    description: "Calls an effector of its entity again and again",
    config: &[&[&PERIOD], schedule::CONFIG],
};

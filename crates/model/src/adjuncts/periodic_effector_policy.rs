//! `PeriodicEffectorPolicy`: calls an effector again and again.

use super::needs::{Wrong, given};
use super::{AdjunctDef, AdjunctKind, ConfigDef, DefaultValue, ValueType, schedule};
use crate::Coerced;
use crate::spec::ConfigMap;

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
    needs: &[&[&schedule::EFFECTOR]],
    check: Some(check),
};

fn check(config: &ConfigMap) -> Option<Wrong> {
    if let Some(wrong) = schedule::check(config) {
        return Some(wrong);
    }
    match given(config, &PERIOD)? {
        Coerced::Duration(Some(period)) if period.as_millis() > 0 => None,
        _ => Some(Wrong::new(&PERIOD, "must be a time above 0")),
    }
}

//! `QuarantineGroup`: what a cluster could not start, set aside to be looked at.

use super::{Action, Behaviour, DefaultValue, EffectorDef, ParameterDef, TypeDef, ValueType, common, group};

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["quarantine-group", "QuarantineGroup", "brooklyn.entity.group.QuarantineGroup"],
    java_type: "org.apache.brooklyn.entity.group.QuarantineGroup",
    description: "Members of a cluster that failed to start, set aside to be looked at",
    behaviour: Behaviour::Quarantine,
    config: &[common::CONFIG],
    sensors: &[group::SENSORS, common::SENSORS],
    effectors: &[&[EffectorDef {
        name: "expungeMembers",
        action: Action::ExpungeMembers,
        return_type: "void",
        description: "Removes all members of the quarantine",
        parameters: &[ParameterDef {
            name: "stopFirst",
            java_type: "boolean",
            value_type: ValueType::Bool,
            description: "Whether to stop them before",
            default: DefaultValue::Bool(true),
        }],
    }]],
};

//! `BasicGroup`: members that somebody puts into it, or all its children.

use super::{Behaviour, ConfigDef, DefaultValue, TypeDef, ValueType, common, group};

/// Whether children are members.
pub static CHILDREN_AS_MEMBERS: ConfigDef = ConfigDef::new(
    "childrenAsMembers",
    ValueType::Bool,
    "Whether children that are added become members, and stop being some when they go",
)
.aliases(&["children.as.members"])
.default(DefaultValue::Bool(false));

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["basic-group", "BasicGroup", "group", "brooklyn.entity.basic.BasicGroup"],
    java_type: "org.apache.brooklyn.entity.group.BasicGroup",
    description: "A group whose members are put into it",
    behaviour: Behaviour::Group,
    config: &[&[&CHILDREN_AS_MEMBERS, &group::UP_ONE, &group::RUNNING_ALL], common::CONFIG],
    sensors: &[group::SENSORS, common::SENSORS],
    effectors: &[],
};

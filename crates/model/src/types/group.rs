//! What all groups share: members, and how many of them must be well (`brooklyn-blueprints.md` 4.4).

use super::{ConfigDef, DefaultValue, Inheritance, SensorDef, ValueType};

const QUORUM: &str = "org.apache.brooklyn.util.collections.QuorumCheck";

/// How many must be up for the whole to be up; each type that has it gives its own default.
pub const fn up_quorum(default: &'static str) -> ConfigDef {
    ConfigDef::new(
        "quorum.up",
        ValueType::Any,
        "How many of its members or children must be up for it to be up",
    )
    .aliases(&["upQuorumCheck"])
    .default(DefaultValue::Text(default))
    .inheritance(Inheritance::NotReinherited)
    .java(QUORUM)
}

/// How many must be running for the whole to be well.
pub const fn running_quorum(default: &'static str) -> ConfigDef {
    ConfigDef::new(
        "quorum.running",
        ValueType::Any,
        "How many of its members or children must be running well for it to have no problem",
    )
    .aliases(&["runningQuorumCheck"])
    .default(DefaultValue::Text(default))
    .inheritance(Inheritance::NotReinherited)
    .java(QUORUM)
}

/// All must be up.
pub static UP_ALL: ConfigDef = up_quorum("all");
/// One must be up.
pub static UP_ONE: ConfigDef = up_quorum("atLeastOne");
/// All must be well.
pub static RUNNING_ALL: ConfigDef = running_quorum("all");

const ENTITY: &str = "org.apache.brooklyn.api.entity.Entity";

/// Sensors of every group.
pub static SENSORS: &[SensorDef] = &[
    SensorDef {
        name: "group.members",
        java_type: "java.util.Collection",
        description: "The members of the group",
    },
    SensorDef {
        name: "group.members.count",
        java_type: "java.lang.Integer",
        description: "How many members the group has",
    },
    SensorDef { name: "cluster.first.entity", java_type: ENTITY, description: "The member that came first" },
];

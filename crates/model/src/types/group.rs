//! What all groups share: members, and how many of them must be well (`brooklyn-blueprints.md` 4.4).

use super::{ConfigDef, DefaultValue, Inheritance, SensorDef, ValueType};

/// The class of a quorum on the wire.
pub const QUORUM: &str = "org.apache.brooklyn.util.collections.QuorumCheck";

/// How many must be up, by the name that groups have it by. State of an earlier release has it by the alias.
pub static UP_ONE: ConfigDef = up_quorum(
    "enricher.service_state.children_and_members.quorum.up",
    &["quorum.up", "upQuorumCheck"],
    "atLeastOne",
);

/// How many must be running well, by the name that groups have it by.
pub static RUNNING_ALL: ConfigDef = running_quorum(
    "enricher.service_state.children_and_members.quorum.running",
    &["quorum.running", "runningQuorumCheck"],
);

/// How many must be up, by the name that applications have it by.
pub static APP_UP: ConfigDef = up_quorum(
    "quorum.up",
    &["enricher.service_state.children_and_members.quorum.up", "upQuorumCheck"],
    "all",
);

/// How many must be running well, by the name that applications have it by.
pub static APP_RUNNING: ConfigDef = running_quorum(
    "quorum.running",
    &["enricher.service_state.children_and_members.quorum.running", "runningQuorumCheck"],
);

/// How many must be up, where that is all.
pub static UP_ALL: ConfigDef = up_quorum(UP_ONE.name, UP_ONE.aliases, "all");

/// How many must be up, where Brooklyn's type does not declare it and it can be said here all the same.
pub static OWN_UP: ConfigDef = up_quorum(UP_ONE.name, UP_ONE.aliases, "all").unlisted();

/// How many must be running well, likewise.
pub static OWN_RUNNING: ConfigDef = running_quorum(RUNNING_ALL.name, RUNNING_ALL.aliases).unlisted();

const fn up_quorum(name: &'static str, aliases: &'static [&'static str], default: &'static str) -> ConfigDef {
    ConfigDef::new(name, ValueType::Any, "How many of its members or children must be up for it to be up")
        .aliases(aliases)
        .default(DefaultValue::Text(default))
        .inheritance(Inheritance::NotReinherited)
        .java(QUORUM)
}

const fn running_quorum(name: &'static str, aliases: &'static [&'static str]) -> ConfigDef {
    ConfigDef::new(
        name,
        ValueType::Any,
        "How many of its members or children must be running well for it to have no problem",
    )
    .aliases(aliases)
    .default(DefaultValue::Text("all"))
    .inheritance(Inheritance::NotReinherited)
    .java(QUORUM)
}

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

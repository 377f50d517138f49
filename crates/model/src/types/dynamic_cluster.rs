//! `DynamicCluster`: members made from one spec, as many as wanted (`brooklyn-blueprints.md` 4.5).

use super::{
    Action, Behaviour, ConfigDef, DefaultValue, EffectorDef, Inheritance, ParameterDef, SensorDef, TypeDef,
    ValueType, common, group,
};

/// How many members it starts with.
pub static INITIAL_SIZE: ConfigDef =
    ConfigDef::new("cluster.initial.size", ValueType::Int, "How many members the cluster starts with")
        .aliases(&["initialSize"])
        .default(DefaultValue::Int(1));
/// How many of them must start.
pub static INITIAL_QUORUM: ConfigDef = ConfigDef::new(
    "cluster.initial.quorumSize",
    ValueType::Int,
    "How many of the first members must start for the start to succeed; below 0: all",
)
.aliases(&["initialQuorumSize"])
.default(DefaultValue::Int(-1));
/// How many it may have.
pub static MAX_SIZE: ConfigDef =
    ConfigDef::new("cluster.max.size", ValueType::Int, "How many members the cluster may have at most")
        .default(DefaultValue::Int(i32::MAX as i64));
/// What members are made from.
pub static MEMBER_SPEC: ConfigDef =
    ConfigDef::new("dynamiccluster.memberspec", ValueType::Any, "What members are made from")
        .aliases(&["memberSpec"])
        .inheritance(Inheritance::Never);
/// What the first member is made from.
pub static FIRST_MEMBER_SPEC: ConfigDef = ConfigDef::new(
    "dynamiccluster.firstmemberspec",
    ValueType::Any,
    "What the first member is made from, if it is another",
)
.aliases(&["firstMemberSpec"])
.inheritance(Inheritance::Never);
/// How `restart` treats members.
pub static RESTART_MODE: ConfigDef = ConfigDef::new(
    "dynamiccluster.restartMode",
    ValueType::Text,
    "How members are restarted: off, sequential or parallel; without it the cluster cannot be restarted",
)
.aliases(&["restartMode"]);
/// Whether members that fail to start are set aside.
pub static QUARANTINE: ConfigDef = ConfigDef::new(
    "dynamiccluster.quarantineFailedEntities",
    ValueType::Bool,
    "Whether members that fail to start are set aside instead of being removed",
)
.aliases(&["quarantineFailedEntities"])
.default(DefaultValue::Bool(true));
/// Config that each member is given.
pub static CUSTOM_CHILD_FLAGS: ConfigDef = ConfigDef::new(
    "dynamiccluster.customChildFlags",
    ValueType::Map,
    "Config that each member is given beside that of its spec",
)
.aliases(&["customChildFlags"]);
/// How many effector calls on members go on at once.
pub static AT_ONCE: ConfigDef = ConfigDef::new(
    "dynamiccluster.maxConcurrentChildCommands",
    ValueType::Int,
    "How many members are started, stopped or restarted at once; 0: all",
)
.aliases(&["maxConcurrentChildCommands"])
.default(DefaultValue::Int(0));
/// Whether members are spread over zones.
pub static ZONES_ENABLED: ConfigDef = ConfigDef::new(
    "dynamiccluster.zone.enable",
    ValueType::Bool,
    "Whether members are spread over the zones of the location (the parts of a multi location)",
)
.aliases(&["enableAvailabilityZones"])
.default(DefaultValue::Bool(false));
/// Over which.
pub static ZONE_NAMES: ConfigDef = ConfigDef::new(
    "dynamiccluster.availabilityZones",
    ValueType::List,
    "The names of the zones to use; without it all",
)
.aliases(&["availabilityZoneNames"]);
/// Over how many.
pub static ZONE_COUNT: ConfigDef =
    ConfigDef::new("dynamiccluster.numAvailabilityZones", ValueType::Int, "How many zones to use")
        .aliases(&["numAvailabilityZones"]);
/// The number that a member has in its cluster.
pub static MEMBER_ID: ConfigDef =
    ConfigDef::new("cluster.member.id", ValueType::Int, "The number of a member in its cluster, from 0")
        .aliases(&["clusterMemberId"]);

const fn sensor(name: &'static str, java_type: &'static str, description: &'static str) -> SensorDef {
    SensorDef { name, java_type, description }
}

const fn number(name: &'static str, description: &'static str) -> ParameterDef {
    ParameterDef {
        name,
        java_type: "java.lang.Integer",
        value_type: ValueType::Int,
        description,
        default: DefaultValue::None,
    }
}

/// What everything of which there can be more or fewer can be told.
pub static EFFECTORS: &[EffectorDef] = &[
    EffectorDef {
        name: "resize",
        action: Action::Resize,
        return_type: "java.lang.Integer",
        description: "Changes the size of the entity (e.g. the number of nodes in a cluster)",
        parameters: &[number("desiredSize", "The new size of the cluster")],
    },
    EffectorDef {
        name: "resizeByDelta",
        action: Action::ResizeByDelta,
        return_type: "java.util.Collection",
        description: "Changes the size of the cluster.",
        parameters: &[ParameterDef { java_type: "int", ..number("delta", "The change in number of nodes") }],
    },
    EffectorDef {
        name: "replaceMember",
        action: Action::ReplaceMember,
        return_type: "java.lang.String",
        description: "Replaces the entity with the given ID, if it is a member; \
                      first adds a new member, then removes this one. Returns id of the new entity; \
                      or throws exception if couldn't be replaced.",
        parameters: &[ParameterDef {
            name: "memberId",
            java_type: "java.lang.String",
            value_type: ValueType::Text,
            description: "The entity id of a member to be replaced",
            default: DefaultValue::None,
        }],
    },
];

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &[
        "dynamic-cluster",
        "DynamicCluster",
        "cluster",
        "Cluster",
        "brooklyn.entity.group.DynamicCluster",
    ],
    java_type: "org.apache.brooklyn.entity.group.DynamicCluster",
    description: "A cluster of entities made from one spec, of any size",
    behaviour: Behaviour::Cluster,
    config: &[
        &[
            &INITIAL_SIZE,
            &INITIAL_QUORUM,
            &MAX_SIZE,
            &MEMBER_SPEC,
            &FIRST_MEMBER_SPEC,
            &RESTART_MODE,
            &QUARANTINE,
            &CUSTOM_CHILD_FLAGS,
            &AT_ONCE,
            &ZONES_ENABLED,
            &ZONE_NAMES,
            &ZONE_COUNT,
            &MEMBER_ID,
            &group::UP_ONE,
            &group::RUNNING_ALL,
        ],
        common::CONFIG,
    ],
    sensors: &[
        &[
            sensor(
                "dynamiccluster.quarantineGroup",
                "org.apache.brooklyn.entity.group.QuarantineGroup",
                "Group of quarantined entities that failed to start",
            ),
            sensor(
                "cluster.one_and_all.members.up",
                "java.lang.Boolean",
                "Whether the cluster is running, there is at least one member, and all members are up",
            ),
            sensor("cluster.member", "java.lang.Boolean", "Set on an entity that is a member of a cluster"),
            sensor("cluster.entity", "org.apache.brooklyn.api.entity.Entity", "The cluster of a member"),
            sensor("next.cluster.member.id", "java.lang.Object", "The number that the next member gets"),
            sensor("dynamiccluster.subLocations", "java.util.List", "The zones in use"),
            sensor("dynamiccluster.failedSubLocations", "java.util.Set", "Zones that seem to have failed"),
        ],
        group::SENSORS,
        common::SENSORS,
    ],
    effectors: &[&[common::START, common::STOP, common::RESTART], EFFECTORS],
};

//! `DynamicFabric`: one member for each location (`brooklyn-blueprints.md` 4.6).

use super::{Behaviour, ConfigDef, DefaultValue, Inheritance, SensorDef, TypeDef, ValueType, common, group};

/// What members are made from.
pub static MEMBER_SPEC: ConfigDef = ConfigDef::new(
    "dynamicfabric.memberspec",
    ValueType::Any,
    "What members are made from, one for each location",
)
.aliases(&["memberSpec", "dynamiccfabric.memberspec"])
.inheritance(Inheritance::Never);
/// What the first member is made from.
pub static FIRST_MEMBER_SPEC: ConfigDef = ConfigDef::new(
    "dynamicfabric.firstmemberspec",
    ValueType::Any,
    "What the first member is made from, if it is another",
)
.aliases(&["firstMemberSpec", "dynamiccfabric.firstmemberspec"])
.inheritance(Inheritance::Never);
/// What stands before the location's name in a member's.
pub static NAME_PREFIX: ConfigDef =
    ConfigDef::new("dynamicfabric.displayNamePrefix", ValueType::Text, "What a member's name begins with")
        .aliases(&["displayNamePrefix"]);
/// What stands behind it.
pub static NAME_SUFFIX: ConfigDef =
    ConfigDef::new("dynamicfabric.displayNameSuffix", ValueType::Text, "What a member's name ends with")
        .aliases(&["displayNameSuffix"]);
/// Config that each member is given.
pub static CUSTOM_CHILD_FLAGS: ConfigDef = ConfigDef::new(
    "dynamicfabric.customChildFlags",
    ValueType::Map,
    "Config that each member is given beside that of its spec",
)
.aliases(&["customChildFlags"]);
/// Whether children that are there already count.
pub static INCLUDE_CHILDREN: ConfigDef = ConfigDef::new(
    "dynamicfabric.includeInitialChildren",
    ValueType::Bool,
    "Whether children that are there already become members and take the first locations",
)
.aliases(&["includeInitialChildren"])
.default(DefaultValue::Bool(true));

/// The sensor that says how large it is.
pub const SIZE: &str = "fabric.size";

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["dynamic-fabric", "DynamicFabric", "brooklyn.entity.group.DynamicFabric"],
    java_type: "org.apache.brooklyn.entity.group.DynamicFabric",
    description: "A fabric: one member, made from one spec, for each location",
    behaviour: Behaviour::Fabric,
    config: &[
        &[
            &MEMBER_SPEC,
            &FIRST_MEMBER_SPEC,
            &NAME_PREFIX,
            &NAME_SUFFIX,
            &CUSTOM_CHILD_FLAGS,
            &INCLUDE_CHILDREN,
            &group::UP_ONE,
            &group::RUNNING_ALL,
        ],
        common::CONFIG,
    ],
    sensors: &[
        &[SensorDef {
            name: SIZE,
            java_type: "java.lang.Integer",
            description: "How many members the members have in all",
        }],
        group::SENSORS,
        common::SENSORS,
    ],
    effectors: &[&[common::START, common::STOP, common::RESTART]],
};

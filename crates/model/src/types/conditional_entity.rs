//! `ConditionalEntity`: has a child if its config says so when it is started.

use super::{Behaviour, ConfigDef, DefaultValue, Inheritance, SensorDef, TypeDef, ValueType, common, group};

/// What the child is made from.
pub static SPEC: ConfigDef =
    ConfigDef::new("conditional.entity.spec", ValueType::Any, "The entity to create")
        .aliases(&["entitySpec"])
        .inheritance(Inheritance::Never);
/// Whether it is made.
pub static CREATE: ConfigDef =
    ConfigDef::new("conditional.entity.create", ValueType::Bool, "Whether the entity is created")
        .aliases(&["create"]);
/// Whether the child's sensors are shown here as well.
pub static PROPAGATE: ConfigDef = ConfigDef::new(
    "conditional.entity.propagate",
    ValueType::Bool,
    "Whether sensors of the created entity are published here as well",
)
.aliases(&["propagateSensors"])
.default(DefaultValue::Bool(true));
/// Which.
pub static SENSORS_LIST: ConfigDef = ConfigDef::new(
    "conditional.entity.sensors",
    ValueType::List,
    "Which sensors are published here as well; without it all but those of the life cycle",
)
.aliases(&["sensorsToPropagate"]);

/// The sensor that names the child.
pub const CHILD: &str = "conditional.entity";

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["conditional-entity", "ConditionalEntity"],
    java_type: "org.apache.brooklyn.entity.stock.ConditionalEntity",
    description: "Has a child, made from a spec, if its config says so when it is started",
    behaviour: Behaviour::Conditional,
    config: &[
        &[&SPEC, &CREATE, &PROPAGATE, &SENSORS_LIST, &group::OWN_UP, &group::OWN_RUNNING],
        common::CONFIG,
    ],
    sensors: &[
        &[SensorDef {
            name: CHILD,
            java_type: "org.apache.brooklyn.api.entity.Entity",
            description: "The created entity",
        }],
        common::SENSORS,
    ],
    effectors: &[&[common::START, common::STOP, common::RESTART]],
};

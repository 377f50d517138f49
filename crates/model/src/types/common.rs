//! What every entity has, whatever its type, and what everything that starts and stops has.

use super::{
    Action, ConfigDef, DefaultValue, EffectorDef, EnumDef, Inheritance, ParameterDef, SensorDef, ValueType,
};

/// The `id` that a blueprint gives to an entity. Who reads it sees that of an entity above where there is none, as was
/// observed; a reference finds only the entity that was given it.
pub static PLAN_ID: ConfigDef = ConfigDef::new(
    "camp.plan.id",
    ValueType::Text,
    "The id by which the blueprint's other entities name this one",
)
.unlisted();

/// What an entity is called that has no `name`.
pub static DEFAULT_NAME: ConfigDef =
    ConfigDef::new("defaultDisplayName", ValueType::Text, "What it is called unless it is given a name")
        .inheritance(Inheritance::Never);

/// Set on an application that was put around services which are none themselves.
pub static WRAPPER_APP: ConfigDef = ConfigDef::new(
    "brooklyn.wrapper_app",
    ValueType::Bool,
    "Whether the application only wraps the services",
)
.unlisted();

/// Config of every entity.
pub static CONFIG: &[&ConfigDef] = &[&PLAN_ID, &DEFAULT_NAME];

/// Sensors of every entity.
pub static SENSORS: &[SensorDef] = &[
    SensorDef { name: "entity.id", java_type: "java.lang.String", description: "The id of the entity" },
    SensorDef {
        name: "application.id",
        java_type: "java.lang.String",
        description: "The id of the application that it belongs to",
    },
    SensorDef {
        name: "catalog.id",
        java_type: "java.lang.String",
        description: "The catalog item that it was made from",
    },
];

const IS_UP: SensorDef = SensorDef {
    name: "service.isUp",
    java_type: "java.lang.Boolean",
    description: "Whether the service is active and available (confirmed and monitored)",
};

/// How it is, as far as anything says so: no type declares these, they are there once they have a value.
pub static STATE: &[SensorDef] = &[
    IS_UP,
    SensorDef {
        name: "service.notUp.indicators",
        java_type: "java.util.Map",
        description: "Why the service is not up, by source; empty when it is",
    },
    SensorDef {
        name: "service.problems",
        java_type: "java.util.Map",
        description: "What is wrong with the service while it is meant to run, by source",
    },
    SensorDef {
        name: "service.state",
        java_type: "org.apache.brooklyn.core.entity.lifecycle.Lifecycle",
        description: "The actual state of the service in its life cycle",
    },
    SensorDef {
        name: "service.state.expected",
        java_type: "org.apache.brooklyn.core.entity.lifecycle.Lifecycle$Transition",
        description: "The state that the service was last told to be in, and since when",
    },
];

const LOCATIONS: ParameterDef = ParameterDef {
    name: "locations",
    java_type: "java.lang.Object",
    value_type: ValueType::Any,
    description: "Where to start it, unless the blueprint says so",
    default: DefaultValue::None,
};

/// `start` of everything that can be started.
pub const START: EffectorDef = EffectorDef {
    name: "start",
    action: Action::Start,
    return_type: "void",
    description: "Start the process/service represented by an entity",
    parameters: &[LOCATIONS],
};

/// `stop` of what has no machine of its own.
pub const STOP: EffectorDef = EffectorDef {
    name: "stop",
    action: Action::Stop,
    return_type: "void",
    description: "Stop the process/service represented by an entity",
    parameters: &[],
};

/// `restart` of what has no machine of its own.
pub const RESTART: EffectorDef = EffectorDef {
    name: "restart",
    action: Action::Restart,
    return_type: "void",
    description: "Restart the process/service represented by an entity",
    parameters: &[],
};

/// Whether `stop` touches the process, and the machine.
pub static STOP_MODE: EnumDef = EnumDef {
    java_type: "org.apache.brooklyn.entity.software.base.SoftwareProcess$StopSoftwareParameters$StopMode",
    constants: &["ALWAYS", "IF_NOT_STOPPED", "NEVER"],
};

//! `BasicApplication`: the root of what is deployed together; starts and stops what is below it.

use super::{
    Behaviour, ConfigDef, DefaultValue, Inheritance, TypeDef, ValueType, common, group,
    software_process as sp,
};

/// Whether `stop` also forgets the application.
pub static STOP_SHOULD_DESTROY: ConfigDef = ConfigDef::new(
    "application.stop.shouldDestroy",
    ValueType::Bool,
    "Whether the application and what is below it is removed once it has been stopped",
)
.default(DefaultValue::Bool(true))
.inheritance(Inheritance::Never);

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["basic-application", "BasicApplication", "brooklyn.entity.basic.BasicApplication"],
    java_type: "org.apache.brooklyn.entity.stock.BasicApplication",
    description: "An application: starts and stops its children and is as healthy as they are",
    behaviour: Behaviour::Application,
    config: &[
        &[&STOP_SHOULD_DESTROY, &common::WRAPPER_APP, &group::APP_UP, &group::APP_RUNNING, &sp::LATCH_START],
        common::CONFIG,
    ],
    sensors: &[common::SENSORS],
    effectors: &[&[common::START, common::STOP, common::RESTART]],
};

//! `DelegateEntity`: stands for another entity.

use super::{Behaviour, ConfigDef, Inheritance, SensorDef, TypeDef, ValueType, common};

/// The entity that it stands for.
pub static DELEGATE: ConfigDef =
    ConfigDef::new("delegate.entity", ValueType::Any, "The entity that this one stands for")
        .inheritance(Inheritance::Never);

/// The type.
pub static TYPE: TypeDef = TypeDef {
    names: &["delegate-entity", "DelegateEntity"],
    java_type: "org.apache.brooklyn.entity.stock.DelegateEntity",
    description: "Stands for another entity",
    behaviour: Behaviour::Plain,
    config: &[&[&DELEGATE], common::CONFIG],
    sensors: &[
        &[SensorDef {
            name: "webapp.url",
            java_type: "java.lang.String",
            description: "Where the other entity is shown",
        }],
        common::SENSORS,
    ],
    effectors: &[],
};

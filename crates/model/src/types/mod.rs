//! The entity types of this release: one file each, and one line in [`ALL`].

pub mod common;
mod def;

pub use def::{
    Action, Behaviour, ConfigDef, DefaultValue, EffectorDef, Inheritance, ParameterDef, SensorDef, TypeDef,
};

/// Every type that can be deployed. Adding one means a file beside this one and a line here.
pub static ALL: &[&TypeDef] = &[];

/// The type with this name on the wire or in a record.
pub fn by_wire_name(name: &str) -> Option<&'static TypeDef> {
    ALL.iter().copied().find(|t| t.java_type == name)
}

//! A declared config key, wherever it was declared: in a type's table or in a blueprint's `brooklyn.parameters`.

use serde_json::Value;

use crate::spec::KeySpec;
use crate::types::{ConfigDef, Inheritance};
use crate::value::ValueType;

/// A declared key. What a parameter does not say of it is as the type has it.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// What the blueprint declares.
    pub spec: Option<&'a KeySpec>,
    /// What the type declares.
    pub def: Option<&'static ConfigDef>,
    name: &'a str,
}

impl From<&'static ConfigDef> for Key<'_> {
    fn from(def: &'static ConfigDef) -> Self {
        Self { spec: None, def: Some(def), name: def.name }
    }
}

impl<'a> Key<'a> {
    /// A parameter, and the key of that name that the type has.
    pub fn of_spec(spec: &'a KeySpec, def: Option<&'static ConfigDef>) -> Self {
        Self { spec: Some(spec), def, name: &spec.name }
    }

    /// Its canonical name.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Other names under which a value may stand.
    pub fn aliases(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let of_spec = self.spec.into_iter().flat_map(|s| s.aliases.iter().map(String::as_str));
        of_spec.chain(self.def.into_iter().flat_map(|d| d.aliases.iter().copied()))
    }

    /// What its values are.
    pub fn value_type(&self) -> ValueType {
        match (self.spec, self.def) {
            (Some(spec), _) => spec.value_type(),
            (None, Some(def)) => def.value_type,
            (None, None) => ValueType::Any,
        }
    }

    /// The class of its values on the wire.
    pub fn java_type(&self) -> &'a str {
        match (self.spec, self.def) {
            (Some(spec), _) => ValueType::java_class(&spec.type_name),
            (None, Some(def)) => def.java_type(),
            (None, None) => ValueType::Any.java_type(),
        }
    }

    /// How entities below see its values.
    pub fn inheritance(&self) -> Inheritance {
        let of_type = || self.def.map(|d| d.inheritance);
        self.spec.and_then(|s| s.inheritance).or_else(of_type).unwrap_or(Inheritance::Overwrite)
    }

    /// Whether Brooklyn keeps each entry of it as a key of its own (a `MapConfigKey`): maps that types declare.
    pub fn is_map(&self) -> bool {
        self.spec.is_none() && self.value_type() == ValueType::Map
    }

    /// Whether lists of keys name it: what the blueprint declares, and what Brooklyn's type does.
    pub fn is_listed(&self) -> bool {
        self.spec.is_some() || self.def.is_none_or(|d| d.is_listed)
    }

    /// Its value where none is given, as given.
    pub fn default(&self) -> Option<Value> {
        let of_type = || self.def.and_then(|d| d.default.value());
        self.spec.and_then(|s| s.default.as_ref()).map(|v| v.given().clone()).or_else(of_type)
    }

    /// For people.
    pub fn description(&self) -> Option<&'a str> {
        self.spec.and_then(|s| s.description.as_deref()).or_else(|| self.def.map(|d| d.description))
    }

    /// Whether `name` means this key.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases().any(|a| a == name)
    }
}

//! The type of a body as data: what a description of the wire shows of it, and whether a value is of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// The schemas of named types: what references point to.
pub type Schemas = BTreeMap<String, Value>;

/// A type that can be described.
pub trait Described: ToSchema + Serialize + DeserializeOwned {}

impl<T: ToSchema + Serialize + DeserializeOwned> Described for T {}

/// The type of a body.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    schema: fn(&mut Schemas) -> Value,
    check: fn(&Value) -> Result<(), String>,
}

/// One value of a type.
pub fn one<T: Described>() -> Shape {
    Shape { schema: reference::<T>, check: check::<T> }
}

/// A list of them.
pub fn many<T: Described>() -> Shape {
    let schema = |all: &mut Schemas| json!({ "type": "array", "items": reference::<T>(all) });
    Shape { schema, check: check::<Vec<T>> }
}

/// A map from names to them.
pub fn by_name<T: Described>() -> Shape {
    let schema = |all: &mut Schemas| json!({ "type": "object", "additionalProperties": reference::<T>(all) });
    Shape { schema, check: check::<BTreeMap<String, T>> }
}

impl Shape {
    /// Its schema; what that refers to is put into `all`.
    pub fn schema(&self, all: &mut Schemas) -> Value {
        (self.schema)(all)
    }

    /// Whether a value is of this type, with nothing left out and nothing beside it; what is not, in words.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        (self.check)(value)
    }
}

/// A reference to a type that has fields or words of its own; any other is written where it stands.
fn reference<T: ToSchema>(all: &mut Schemas) -> Value {
    let own = written(&T::schema());
    if ["properties", "enum", "oneOf"].iter().all(|form| own.get(form).is_none()) {
        return own;
    }
    let name = T::name().into_owned();
    let mut parts = vec![(name.clone(), T::schema())];
    T::schemas(&mut parts);
    for (name, part) in parts {
        let part = written(&part);
        let before = all.insert(name.clone(), part.clone());
        assert!(before.is_none_or(|before| before == part), "two types of the wire are called {name}");
    }
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn written(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).expect("a schema is plain data")
}

fn check<T: Serialize + DeserializeOwned>(value: &Value) -> Result<(), String> {
    let read: T = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
    let back = serde_json::to_value(&read).map_err(|e| e.to_string())?;
    if back == *value { Ok(()) } else { Err(format!("{value} reads as {back}")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::ApplicationSummary;

    #[test]
    fn a_type_with_fields_is_referred_to_and_brings_what_it_is_made_of() {
        let mut all = Schemas::new();
        let list = many::<ApplicationSummary>().schema(&mut all);
        assert_eq!(list["items"]["$ref"], "#/components/schemas/ApplicationSummary");
        assert!(all.contains_key("ApplicationSummary") && all.contains_key("ApplicationLinks"), "{all:?}");
        assert_eq!(one::<bool>().schema(&mut all), json!({ "type": "boolean" }));
    }

    #[test]
    fn a_value_with_a_field_too_many_or_too_few_is_of_another_type() {
        let links = |value| one::<crate::application::ApplicationLinks>().check(&value);
        assert_eq!(links(json!({ "self": "a", "entities": "b" })), Ok(()));
        assert!(links(json!({ "self": "a" })).is_err());
        assert!(links(json!({ "self": "a", "entities": "b", "more": 1 })).is_err());
    }
}

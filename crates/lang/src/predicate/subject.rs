//! What predicates are asked of.

use serde_json::Value;

use crate::java;

/// A value, an entity, a location, an error: whatever the engine lets predicates see. What does not apply to it is
/// absent; the defaults say so.
pub trait Subject: Clone {
    /// A value alone.
    fn of(value: Value) -> Self;

    /// The value, when it is a value alone.
    fn value(&self) -> Option<&Value>;

    /// What a pattern is matched against when it is no value alone: an error's message.
    fn text(&self) -> Option<String> {
        None
    }

    /// Whether it is equal to a value: an entity to its id.
    fn equals(&self, value: &Value) -> bool {
        self.value() == Some(value)
    }

    /// The value of a config key, unless it is not declared or would have to be waited for.
    fn config(&self, _key: &str) -> Option<Self> {
        None
    }

    /// The value of a sensor, unless there is none.
    fn sensor(&self, _name: &str) -> Option<Self> {
        None
    }

    /// The tags of what can have some.
    fn tags(&self) -> Option<Vec<Self>> {
        None
    }

    /// The locations of an entity, or of the nearest one above that has some.
    fn locations(&self) -> Option<Vec<Self>> {
        None
    }

    /// Whether it is itself a location.
    fn is_location(&self) -> bool {
        false
    }

    /// The children of an entity.
    fn children(&self) -> Option<Vec<Self>> {
        None
    }

    /// A field of an error.
    fn error_field(&self, _name: &str) -> Option<Self> {
        None
    }

    /// Whether it is an error.
    fn is_error(&self) -> bool {
        false
    }

    /// The error's cause.
    fn error_cause(&self) -> Option<Self> {
        None
    }

    /// The names of its type and of the types above it, full ones; short ones follow from them.
    fn type_names(&self) -> Vec<String> {
        self.value().map(value_types).unwrap_or_default().into_iter().map(str::to_owned).collect()
    }
}

/// The classes of a plain value, and the names that Brooklyn registers for them.
fn value_types(value: &Value) -> Vec<&'static str> {
    let more: &[&str] = match value {
        Value::Null => return Vec::new(),
        Value::Bool(_) => &["boolean"],
        Value::String(_) => &["string", "java.lang.CharSequence"],
        Value::Number(n) if n.is_f64() => &["double", "java.lang.Number"],
        Value::Number(_) => &["integer", "long", "java.lang.Number"],
        Value::Array(_) => &["list", "java.util.Collection", "java.lang.Iterable"],
        Value::Object(_) => &["map"],
    };
    let mut names = vec![java::class_name(value)];
    names.extend(more);
    if matches!(value, Value::Bool(_) | Value::String(_) | Value::Number(_)) {
        names.extend(["java.lang.Comparable", "java.io.Serializable"]);
    }
    names.push("java.lang.Object");
    names
}

/// A value alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Plain(pub Value);

impl Subject for Plain {
    fn of(value: Value) -> Self {
        Self(value)
    }

    fn value(&self) -> Option<&Value> {
        Some(&self.0)
    }
}

//! Config on read: which value counts ([`effective`]), and what it means ([`resolve`]).
//!
//! Values are kept as they were given. All reading goes through [`value_of`]: this is where `$brooklyn:`
//! expressions are evaluated, by an [`Evaluate`] that knows the entity at whose level the value was found.

mod awaited;
mod coerce;
mod evaluate;
mod inherit;
mod key;
mod read;

use serde_json::Value;

use crate::spec::ConfigValue;
use crate::value::{Coerced, ValueType};

pub use awaited::{Awaited, Patience};
pub(crate) use evaluate::merge;
pub use evaluate::{Evaluate, Unresolved, value_of};
pub use inherit::{Effective, Level, all_names, default_of, effective, effective_named, entry_or_named};
pub use key::Key;
pub use read::{as_env, as_span, as_variable, read, read_named};

/// Why a value cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is not of the type that its key has. The text is Brooklyn's.
    #[error("Cannot coerce {given} to {wanted}: {why}")]
    Coercion {
        /// Whose value.
        key: String,
        /// What it is; the text of a secret is left out.
        given: String,
        /// Which type it should have.
        wanted: &'static str,
        /// Why not.
        why: String,
    },
    /// It needs what is not there yet.
    #[error("the value of '{key}' waits for sensor '{}' of entity '{}'", awaited.sensor, awaited.entity)]
    NotReady {
        /// Whose value.
        key: String,
        /// What it waits for.
        awaited: Box<Awaited>,
    },
    /// It holds an expression that has no value.
    #[error("Cannot resolve '{key}': {why}")]
    Failed {
        /// Whose value.
        key: String,
        /// Why, for people.
        why: String,
    },
    /// It holds an expression, where only a plain value can be read.
    #[error(
        "the value of '{key}' is an expression ({function}), which cannot be evaluated here; write a value"
    )]
    Deferred {
        /// Whose value.
        key: String,
        /// The expression's function: `$brooklyn:attributeWhenReady`.
        function: String,
    },
}

impl ConfigError {
    /// Whose value it is.
    pub fn key(&self) -> &str {
        match self {
            Self::Coercion { key, .. }
            | Self::NotReady { key, .. }
            | Self::Failed { key, .. }
            | Self::Deferred { key, .. } => key,
        }
    }
}

/// What a plain value means as a value of this type. One with an expression in it is an error: [`value_of`] reads it.
pub fn resolve(key: &str, value_type: ValueType, raw: &ConfigValue) -> Result<Coerced, ConfigError> {
    if let Some(function) = deferred(raw.given()) {
        return Err(ConfigError::Deferred { key: key.to_owned(), function });
    }
    coerce::coerce(key, value_type, raw.given())
}

/// The name of the first `$brooklyn:` function in a value, its arguments left out (they may be secret).
pub fn deferred(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => function_name(s),
        Value::Array(items) => items.iter().find_map(deferred),
        Value::Object(map) => map.iter().find_map(|(k, v)| function_name(k).or_else(|| deferred(v))),
        _ => None,
    }
}

/// Whether a value as a whole is an expression: what it is (a map, say) cannot be seen by looking at it.
pub(crate) fn is_expression(value: &Value) -> bool {
    match value {
        Value::String(s) => function_name(s).is_some(),
        Value::Object(map) => map.len() == 1 && map.keys().all(|k| function_name(k).is_some()),
        _ => false,
    }
}

fn function_name(text: &str) -> Option<String> {
    let rest = text.trim_start().strip_prefix("$brooklyn:")?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_'))).unwrap_or(rest.len());
    Some(format!("$brooklyn:{}", &rest[..end.min(60)]))
}

#[cfg(test)]
mod tests;

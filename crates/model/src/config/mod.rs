//! Config on read: which value counts ([`effective`]), and what it means ([`resolve`]).
//!
//! Values are kept as they were given. All reading goes through [`resolve`]: this is where `$brooklyn:`
//! expressions will be evaluated, in the entity at whose level the value was found.

mod awaited;
mod coerce;
mod inherit;
mod read;

use serde_json::Value;

use crate::spec::ConfigValue;
use crate::value::{Coerced, ValueType};

pub use awaited::{Awaited, Patience};
pub use inherit::{Effective, Level, all_names, effective, effective_named};
pub use read::{bool, env, env_from, read, span, text};

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
    /// It holds an expression, which this release does not evaluate.
    #[error(
        "the value of '{key}' uses the DSL ({function}), which is not in this release; it comes in a later one"
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
            Self::Coercion { key, .. } | Self::NotReady { key, .. } | Self::Deferred { key, .. } => key,
        }
    }
}

/// What a value means as a value of this type: the one place where values are resolved and coerced.
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

fn function_name(text: &str) -> Option<String> {
    let rest = text.trim_start().strip_prefix("$brooklyn:")?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_'))).unwrap_or(rest.len());
    Some(format!("$brooklyn:{}", &rest[..end.min(60)]))
}

#[cfg(test)]
mod tests;

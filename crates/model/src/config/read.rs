//! Reading a declared key: the value that counts, else its default, as the type that it has.

use base::Span;
use serde_json::Value;

use super::{ConfigError, Level, effective, resolve};
use crate::spec::ConfigValue;
use crate::types::{ConfigDef, software_process};
use crate::value::{Coerced, ValueType};

/// The value of a key, its default if none is set, [`Coerced::Null`] if it has none either.
pub fn read(chain: &[Level<'_>], key: &ConfigDef) -> Result<Coerced, ConfigError> {
    let given = effective(chain, key).map(|e| e.value).or_else(|| key.default.value().map(ConfigValue::new));
    match given {
        Some(value) => resolve(key.name, key.value_type, &value),
        None => Ok(Coerced::Null),
    }
}

/// The value of a text key (or the constant of an enum key).
pub fn text(chain: &[Level<'_>], key: &ConfigDef) -> Result<Option<String>, ConfigError> {
    Ok(read(chain, key)?.text())
}

/// The value of a flag; false where there is none.
pub fn bool(chain: &[Level<'_>], key: &ConfigDef) -> Result<bool, ConfigError> {
    Ok(matches!(read(chain, key)?, Coerced::Bool(true)))
}

/// The value of a duration; `None` for `never` and where there is none.
pub fn span(chain: &[Level<'_>], key: &ConfigDef) -> Result<Option<Span>, ConfigError> {
    Ok(match read(chain, key)? {
        Coerced::Duration(span) => span,
        _ => None,
    })
}

/// The environment that `shell.env` gives, in the order of its names.
pub fn env(chain: &[Level<'_>]) -> Result<Vec<(String, String)>, ConfigError> {
    Ok(variables(read(chain, &software_process::SHELL_ENV)?))
}

/// The environment that a map elsewhere gives (an effector's own `shell.env`).
pub fn env_from(key: &str, raw: &ConfigValue) -> Result<Vec<(String, String)>, ConfigError> {
    Ok(variables(resolve(key, ValueType::Map, raw)?))
}

/// Texts as they are, nothing as an empty text, everything else as JSON.
fn variables(map: Coerced) -> Vec<(String, String)> {
    let Coerced::Map(map) = map else { return Vec::new() };
    map.into_iter()
        .map(|(name, value)| match value {
            Value::String(s) => (name, s),
            Value::Null => (name, String::new()),
            other => (name, other.to_string()),
        })
        .collect()
}

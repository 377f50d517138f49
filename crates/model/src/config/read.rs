//! Reading a declared key: the value that counts, else its default, as the type that it has.

use base::Span;
use serde_json::Value;

use super::{ConfigError, Effective, Evaluate, Key, Level, default_of, effective, entry_or_named, value_of};
use crate::spec::ConfigValue;
use crate::value::{Coerced, ValueType};

/// The value of a key, its default if none is set, [`Coerced::Null`] if it has none either.
pub fn read<'a>(
    chain: &[Level<'_>],
    key: impl Into<Key<'a>>,
    evaluator: &dyn Evaluate,
) -> Result<Coerced, ConfigError> {
    let asked = key.into();
    // The blueprint may say more of the key than the type does.
    let key = chain.first().and_then(|l| l.keys().find(|k| k.name() == asked.name())).unwrap_or(asked);
    let own = || key.default().map(|v| Effective::one(ConfigValue::new(v), 0));
    let given = effective(chain, key).or_else(own).or_else(|| default_of(chain, key.name()));
    match given {
        Some(given) => value_of(key.name(), key.value_type(), &given, evaluator),
        None => Ok(Coerced::Null),
    }
}

/// The value of a key by any of its names, declared or not.
pub fn read_named(chain: &[Level<'_>], name: &str, evaluator: &dyn Evaluate) -> Result<Coerced, ConfigError> {
    if let Some(key) = chain.first().and_then(|l| l.key(name)) {
        return read(chain, key, evaluator);
    }
    match entry_or_named(chain, name).or_else(|| default_of(chain, name)) {
        Some(given) => value_of(name, ValueType::Any, &given, evaluator),
        None => Ok(Coerced::Null),
    }
}

/// A duration; `None` for `never` and where there is none.
pub fn as_span(value: Coerced) -> Option<Span> {
    match value {
        Coerced::Duration(span) => span,
        _ => None,
    }
}

/// An environment, in the order of its names: texts as they are, nothing as an empty text, everything else as JSON.
pub fn as_env(map: Coerced) -> Vec<(String, String)> {
    let Coerced::Map(map) = map else { return Vec::new() };
    map.into_iter().map(|(name, value)| (name, as_variable(value))).collect()
}

/// The value of a variable of an environment.
pub fn as_variable(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

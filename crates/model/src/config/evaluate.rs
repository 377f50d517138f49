//! What values need to be read: somebody who knows what expressions mean.

use serde_json::{Map, Value};

use super::{Awaited, ConfigError, Effective, deferred};
use crate::value::{Coerced, ValueType};

/// Evaluates the expressions of values.
pub trait Evaluate {
    /// What a value means that was set `level` entities above the one that is read from (0: on itself).
    fn evaluate(&self, given: &Value, level: usize) -> Result<Value, Unresolved>;
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// It will have one.
    NotReady(Box<Awaited>),
    /// It never will; why, for people.
    Failed(String),
}

/// What the value that counts means as a value of this type. Each part is evaluated where it was set.
pub fn value_of(
    key: &str,
    value_type: ValueType,
    given: &Effective,
    evaluator: &dyn Evaluate,
) -> Result<Coerced, ConfigError> {
    let unresolved = |e| match e {
        Unresolved::NotReady(awaited) => ConfigError::NotReady { key: key.to_owned(), awaited },
        Unresolved::Failed(why) => ConfigError::Failed { key: key.to_owned(), why },
    };
    let evaluated = |part: &Value, level| {
        if deferred(part).is_some() {
            evaluator.evaluate(part, level).map_err(unresolved)
        } else {
            Ok(part.clone())
        }
    };
    let Some(((level, near), far)) = given.parts.split_first() else { return Ok(Coerced::Null) };
    let mut value = evaluated(near, *level)?;
    for (level, part) in far {
        // What stands nearer was a map, or an expression that has just turned out to be one.
        let Value::Object(near) = &value else { break };
        if let Value::Object(far) = evaluated(part, *level)? {
            value = Value::Object(merge(near, &far));
        }
    }
    super::coerce::coerce(key, value_type, &value)
}

/// Both maps in one, the nearer entry of each name.
pub(crate) fn merge(near: &Map<String, Value>, far: &Map<String, Value>) -> Map<String, Value> {
    let mut out = far.clone();
    for (name, value) in near {
        let merged = match (value, far.get(name)) {
            (Value::Object(n), Some(Value::Object(f))) => Value::Object(merge(n, f)),
            _ => value.clone(),
        };
        out.insert(name.clone(), merged);
    }
    out
}

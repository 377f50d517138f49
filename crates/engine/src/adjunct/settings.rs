//! Reading an adjunct's own config. It inherits nothing; expressions in it are evaluated at its entity.

use base::{EntityId, Span};
use model::config::{Awaited, ConfigError};
use model::spec::{ConfigMap, ConfigValue};
use model::types::ConfigDef;
use model::{Coerced, ValueType, config};
use serde_json::Value;

use super::Desk;
use crate::condition;
use crate::entity::Entity;
use crate::quorum::Quorum;
use crate::state::Root;

/// The value of a key of an adjunct of `entity`.
pub(crate) fn read(
    root: &Root,
    entity: &EntityId,
    given: &ConfigMap,
    key: &ConfigDef,
) -> Result<Coerced, ConfigError> {
    let default = || key.default.value().map(ConfigValue::new);
    match given.get(key.name).cloned().or_else(default) {
        Some(value) => evaluate(root, entity, key.name, key.value_type, &value),
        None => Ok(Coerced::Null),
    }
}

/// What a value means at an entity.
pub(crate) fn evaluate(
    root: &Root,
    entity: &EntityId,
    name: &str,
    value_type: ValueType,
    value: &ConfigValue,
) -> Result<Coerced, ConfigError> {
    root.resolve_at(entity, name, value_type, value)
}

/// A value as a sensor's type (a name as blueprints have it); one of a type that nobody knows stays as it is.
pub(crate) fn coerce(sensor: &str, type_name: &str, value: Value) -> Result<Value, String> {
    let Some(value_type) = ValueType::by_name(type_name) else { return Ok(value) };
    let coerced = config::resolve(sensor, value_type, &ConfigValue::new(value)).map_err(|e| e.to_string())?;
    Ok(coerced.into_json())
}

impl Desk<'_> {
    pub(crate) fn text(&self, key: &ConfigDef) -> Result<Option<String>, String> {
        Ok(self.read(key)?.text().filter(|t| !t.is_empty()))
    }

    pub(crate) fn must_text(&self, key: &ConfigDef) -> Result<String, String> {
        self.text(key)?.ok_or_else(|| missing(key))
    }

    pub(crate) fn flag(&self, key: &ConfigDef) -> Result<bool, String> {
        Ok(matches!(self.read(key)?, Coerced::Bool(true)))
    }

    /// A length of time; `None` where there is none or it is `never`.
    pub(crate) fn span(&self, key: &ConfigDef) -> Result<Option<Span>, String> {
        Ok(match self.read(key)? {
            Coerced::Duration(span) => span,
            _ => None,
        })
    }

    pub(crate) fn whole(&self, key: &ConfigDef) -> Result<Option<i64>, String> {
        Ok(match self.read(key)? {
            Coerced::Int(n) => Some(n),
            _ => None,
        })
    }

    pub(crate) fn number(&self, key: &ConfigDef) -> Result<Option<f64>, String> {
        Ok(match self.read(key)? {
            Coerced::Double(n) => Some(n),
            Coerced::Int(n) => Some(n as f64),
            _ => None,
        })
    }

    /// Any value, null where there is none.
    pub(crate) fn value(&self, key: &ConfigDef) -> Result<Value, String> {
        Ok(self.read(key)?.into_json())
    }

    /// A config value as its key's type; the key's default where none is given.
    pub(crate) fn read(&self, key: &ConfigDef) -> Result<Coerced, String> {
        self.try_read(key).map_err(|e| e.to_string())
    }

    fn try_read(&self, key: &ConfigDef) -> Result<Coerced, ConfigError> {
        read(self.root(), self.id(), &self.adjunct.spec.config, key)
    }

    /// What a value that stands within that of a key means.
    pub(crate) fn evaluated(&self, key: &ConfigDef, value: &Value) -> Result<Value, String> {
        let value = ConfigValue::new(value.clone());
        let value = evaluate(self.root(), self.id(), key.name, ValueType::Any, &value);
        Ok(value.map_err(|e| e.to_string())?.into_json())
    }

    /// As [`Desk::evaluated`]; null where it is not ready.
    pub(crate) fn evaluated_now(&self, key: &ConfigDef, value: &Value) -> Result<Value, String> {
        let value = ConfigValue::new(value.clone());
        match evaluate(self.root(), self.id(), key.name, ValueType::Any, &value) {
            Err(ConfigError::NotReady { .. }) => Ok(Value::Null),
            other => other.map(Coerced::into_json).map_err(|e| e.to_string()),
        }
    }

    /// A value that may be an expression: null where that is not ready.
    pub(crate) fn value_now(&self, key: &ConfigDef) -> Result<Value, String> {
        match self.try_read(key) {
            Err(ConfigError::NotReady { .. }) => Ok(Value::Null),
            other => other.map(Coerced::into_json).map_err(|e| e.to_string()),
        }
    }

    /// The sensor that a value waits for; `None`: it is ready.
    pub(crate) fn awaited(&self, key: &ConfigDef) -> Result<Option<Box<Awaited>>, String> {
        match self.try_read(key) {
            Err(ConfigError::NotReady { awaited, .. }) => Ok(Some(awaited)),
            other => other.map(|_| None).map_err(|e| e.to_string()),
        }
    }

    pub(crate) fn is_set(&self, key: &ConfigDef) -> bool {
        self.adjunct.spec.config.contains_key(key.name)
    }

    /// A list, where one is given.
    pub(crate) fn list(&self, key: &ConfigDef) -> Result<Option<Vec<Value>>, String> {
        Ok(match self.read(key)? {
            Coerced::List(list) => Some(list),
            _ => None,
        })
    }

    /// A text that may be empty or blank.
    pub(crate) fn given_text(&self, key: &ConfigDef) -> Result<String, String> {
        Ok(self.read(key)?.text().unwrap_or_default())
    }

    /// Whether an entity has members.
    pub(crate) fn is_group(&self, id: &EntityId) -> bool {
        self.root().entity(id).is_some_and(Entity::is_group)
    }

    /// Whether an entity, or a value of it, fulfils a condition.
    pub(crate) fn fulfils(
        &self,
        key: &ConfigDef,
        entity: &EntityId,
        value: Option<&Value>,
    ) -> Result<bool, String> {
        let held = condition::holds(self.root(), &self.value_now(key)?, entity, value);
        held.map_err(|why| format!("'{}': {why}", key.name))
    }

    /// Whether `well` of `total` are enough.
    pub(crate) fn is_quorate(&self, key: &ConfigDef, well: usize, total: usize) -> Result<bool, String> {
        let quorum = Quorum::read(&self.value(key)?)?;
        Ok(quorum.is_met(u32::try_from(well).unwrap_or(u32::MAX), u32::try_from(total).unwrap_or(u32::MAX)))
    }

    /// The name of a sensor, given as a name or as `$brooklyn:sensor(..)`.
    pub(crate) fn sensor_name(&self, key: &ConfigDef) -> Result<Option<String>, String> {
        let value = match self.adjunct.spec.config.get(key.name) {
            Some(given) => given.given().clone(),
            None => key.default.value().unwrap_or_default(),
        };
        if value.is_null() {
            return Ok(None);
        }
        let named = named_sensor(&value);
        named.map(Some).ok_or_else(|| format!("'{}' is no sensor: {value}", key.name))
    }

    pub(crate) fn must_sensor(&self, key: &ConfigDef) -> Result<String, String> {
        self.sensor_name(key)?.ok_or_else(|| missing(key))
    }

    /// Names of sensors: one, or a list.
    pub(crate) fn sensor_names(&self, key: &ConfigDef) -> Result<Vec<String>, String> {
        let Some(given) = self.adjunct.spec.config.get(key.name) else { return Ok(Vec::new()) };
        let one = |v: &Value| named_sensor(v).ok_or_else(|| format!("'{}' names no sensor: {v}", key.name));
        match given.given() {
            Value::Array(list) => list.iter().map(one).collect(),
            Value::String(text) if !text.starts_with("$brooklyn:") => {
                Ok(text.split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect())
            }
            other => Ok(vec![one(other)?]),
        }
    }

    /// The entity that a key names; its own where none is given.
    pub(crate) fn entity_of(&self, key: &ConfigDef) -> Result<EntityId, String> {
        match self.value(key)? {
            Value::Null => Ok(self.id().clone()),
            value => self.as_entity(&value).ok_or_else(|| format!("'{}' names no entity: {value}", key.name)),
        }
    }

    /// The entity that a value stands for: a reference, or an id.
    pub(crate) fn as_entity(&self, value: &Value) -> Option<EntityId> {
        let id = EntityId::new(value.get("id").unwrap_or(value).as_str()?);
        self.root().entity(&id).map(|e| e.id.clone())
    }
}

/// A value as a text shows it: a collection as its JSON.
pub(crate) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Java's `String.format`.
pub(crate) fn formatted(pattern: &str, values: &[Value]) -> Result<String, String> {
    lang::format::format(pattern, values).map_err(|e| e.to_string())
}

pub(crate) fn missing(key: &ConfigDef) -> String {
    format!("'{}' must be set", key.name)
}

/// The name in a sensor's name, `$brooklyn:sensor("NAME")`, or its forms with a class before and as a map.
pub(crate) fn named_sensor(value: &Value) -> Option<String> {
    let last = |args: &str| {
        let name = args.rsplit(',').next()?.trim().trim_matches(['"', '\'']);
        (!name.is_empty()).then(|| name.to_owned())
    };
    match value {
        Value::String(text) => match text.trim().strip_prefix("$brooklyn:sensor(") {
            Some(rest) => last(rest.strip_suffix(')')?),
            None if text.starts_with("$brooklyn:") || text.trim().is_empty() => None,
            None => Some(text.trim().to_owned()),
        },
        Value::Object(map) => match map.get("$brooklyn:sensor") {
            Some(Value::Array(args)) => args.last().and_then(Value::as_str).map(str::to_owned),
            Some(Value::String(args)) => last(args),
            _ => map.get("name").and_then(Value::as_str).map(str::to_owned),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sensor_may_be_named_in_all_of_brooklyns_forms() {
        for (given, name) in [
            (json!("x.y"), Some("x.y")),
            (json!("$brooklyn:sensor(\"x.y\")"), Some("x.y")),
            (json!("$brooklyn:sensor(\"org.acme.Thing\", \"x.y\")"), Some("x.y")),
            (json!({ "$brooklyn:sensor": ["org.acme.Thing", "x.y"] }), Some("x.y")),
            (json!({ "$brooklyn:sensor": "x.y" }), Some("x.y")),
            (json!("$brooklyn:config(\"x\")"), None),
            (json!(7), None),
        ] {
            assert_eq!(named_sensor(&given).as_deref(), name, "{given}");
        }
    }
}

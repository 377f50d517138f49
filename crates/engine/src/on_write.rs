//! Small writes: a sensor, a config value, a name.

use std::collections::BTreeMap;

use base::EntityId;
use base::limits::VALUE_BYTES_MAX;
use model::config::deferred;
use model::spec::ConfigValue;
use serde_json::{Value, json};

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Refusal, Reply};
use crate::limits::{CONFIG_KEYS_MAX, NAME_BYTES_MAX, SENSORS_MAX, WRITES_BYTES_MAX};

/// What a record has for each of several writes besides its name and value.
const WRITE_BYTES: usize = 64;

impl Draft {
    pub(crate) fn on_set_sensor(
        &mut self,
        id: &EntityId,
        name: &str,
        value: Value,
    ) -> Result<Reply, Refusal> {
        let entity = self.must_have(id)?;
        check_name("sensor", name)?;
        check_size("sensor", name, &value)?;
        if entity.sensors.size() >= SENSORS_MAX && entity.sensor(name).is_none() {
            return Err(Refusal::Overloaded(format!(
                "{} has {SENSORS_MAX} sensors already",
                entity.described()
            )));
        }
        self.set_sensor(id, name, value);
        Ok(Reply::Done)
    }

    // Of several values one may be refused late: what a refused command has changed goes with it.

    pub(crate) fn on_set_sensors(
        &mut self,
        id: &EntityId,
        values: BTreeMap<String, Value>,
    ) -> Result<Reply, Refusal> {
        self.must_have(id)?;
        check_sum(1, &values)?;
        for (sensor, value) in values {
            self.on_set_sensor(id, &sensor, value)?;
        }
        Ok(Reply::Done)
    }

    pub(crate) fn on_set_configs(
        &mut self,
        ids: &[EntityId],
        values: &BTreeMap<String, Value>,
    ) -> Result<Reply, Refusal> {
        check_sum(ids.len(), values)?;
        for id in ids {
            for (key, value) in values {
                self.on_set_config(id, key, value.clone())?;
            }
        }
        Ok(Reply::Done)
    }

    pub(crate) fn on_clear_sensor(&mut self, id: &EntityId, name: String) -> Result<Reply, Refusal> {
        self.must_have(id)?;
        self.clear_sensor(id, name);
        Ok(Reply::Done)
    }

    pub(crate) fn on_set_config(&mut self, id: &EntityId, key: &str, value: Value) -> Result<Reply, Refusal> {
        let entity = self.must_have(id)?;
        check_name("config key", key)?;
        check_size("config key", key, &value)?;
        // One name for one value: an alias would be a second one beside it.
        let levels = self.root.levels(id);
        let declared = levels.first().and_then(|level| level.key(key));
        let key = declared.map_or(key, |k| k.name()).to_owned();
        if entity.config.len() >= CONFIG_KEYS_MAX && !entity.config.contains_key(&key) {
            let text = format!("{} has {CONFIG_KEYS_MAX} config keys already", entity.described());
            return Err(Refusal::Overloaded(text));
        }
        let value = as_data(value);
        self.check_constraints_of(&entity, &key, &value)?;
        let entity = id.clone();
        self.record(Change::ConfigSet { entity, key, value });
        Ok(Reply::Done)
    }

    pub(crate) fn on_rename(&mut self, id: &EntityId, name: String) -> Result<Reply, Refusal> {
        self.must_have(id)?;
        check_name("entity", &name)?;
        self.record(Change::Renamed { entity: id.clone(), name });
        Ok(Reply::Done)
    }

    /// The entity, or the refusal that says that it is not there.
    pub(crate) fn must_have(&self, id: &EntityId) -> Result<std::sync::Arc<crate::entity::Entity>, Refusal> {
        self.entity(id).ok_or_else(|| Refusal::NotFound(format!("Cannot find entity '{id}'")))
    }
}

/// What comes from outside is data: text that looks like an expression stays text, as in Brooklyn.
pub(crate) fn as_data(value: Value) -> ConfigValue {
    let is_expression = deferred(&value).is_some();
    ConfigValue::new(if is_expression { json!({ "$brooklyn:literal": value }) } else { value })
}

fn check_name(what: &str, name: &str) -> Result<(), Refusal> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
        return Err(Refusal::Invalid(format!(
            "the name of a {what} has 1 to {NAME_BYTES_MAX} bytes and no control characters"
        )));
    }
    Ok(())
}

pub(crate) fn check_size(what: &str, name: &str, value: &Value) -> Result<(), Refusal> {
    // A cheap bound first: almost every value is small and none needs to be written out to know it.
    let size = rough_size(value);
    if size > VALUE_BYTES_MAX {
        return Err(Refusal::Invalid(format!(
            "the value of {what} '{name}' is larger than {VALUE_BYTES_MAX} bytes (VALUE_BYTES_MAX); \
             put it into a file and set its address"
        )));
    }
    Ok(())
}

/// What is written at once is one record.
fn check_sum(entities: usize, values: &BTreeMap<String, Value>) -> Result<(), Refusal> {
    let each = values.iter().map(|(name, value)| name.len() + rough_size(value) + WRITE_BYTES).sum::<usize>();
    if each.saturating_mul(entities) > WRITES_BYTES_MAX {
        return Err(Refusal::Invalid(format!(
            "all values together are larger than {WRITES_BYTES_MAX} bytes (WRITES_BYTES_MAX); set fewer at once"
        )));
    }
    Ok(())
}

fn rough_size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(s) => s.len() + 2,
        Value::Array(list) => 2 + list.iter().map(|v| rough_size(v) + 1).sum::<usize>(),
        Value::Object(map) => 2 + map.iter().map(|(k, v)| k.len() + 4 + rough_size(v)).sum::<usize>(),
    }
}

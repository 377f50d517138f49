//! What is shown of an adjunct to people: its name, its config, its schedule, the tasks that it began.

use base::{AdjunctId, EntityId};
use model::adjuncts::{self, schedule};
use model::spec::ConfigValue;
use model::types::ConfigDef;
use serde_json::Value;

use super::settings;
use crate::entity::{Adjunct, Entity};
use crate::state::Root;
use crate::task::Task;

impl Adjunct {
    /// The name to show: its own, or its type's.
    pub fn display_name(&self) -> String {
        let class = self.spec.type_name.as_str();
        let of_type = || match adjuncts::by_wire_name(class) {
            Some(def) => def.default_name().to_owned(),
            None => class.to_owned(),
        };
        self.spec.name.clone().unwrap_or_else(of_type)
    }

    /// How error texts show it.
    pub fn described(&self, entity: &Entity) -> String {
        let class = self.spec.type_name.as_str();
        let in_catalog = || adjuncts::by_wire_name(class)?.catalog_name();
        let name = self.spec.name.as_deref().or_else(in_catalog).filter(|name| *name != class);
        let name = name.map(|name| format!("name={name}, ")).unwrap_or_default();
        let tag = self.unique_tag().map(|tag| format!("uniqueTag={tag}, ")).unwrap_or_default();
        let (simple, running) = (self.spec.type_name.simple(), !self.suspended);
        format!("{simple}{{{name}{tag}running={running}, entity={}, id={}}}", entity.described(), self.id)
    }

    /// The sensor that a key of it names.
    pub fn sensor_named(&self, key: &ConfigDef) -> Option<String> {
        let given = self.spec.config.get(key.name).map(|value| value.given().clone());
        settings::named_sensor(&given.or_else(|| key.default.value())?)
    }

    /// Since when its schedule is, in milliseconds since 1970.
    pub fn scheduled_since(&self) -> Option<u64> {
        self.memory.get("since").and_then(Value::as_u64).filter(|_| self.is_scheduled())
    }

    fn is_scheduled(&self) -> bool {
        let def = adjuncts::by_wire_name(self.spec.type_name.as_str());
        def.is_some_and(|def| def.declares(&schedule::SCHEDULED))
    }

    /// What the server keeps of its schedule under a key, once there is something.
    fn kept(&self, key: &ConfigDef) -> Option<Value> {
        let due = self.memory.get("due").filter(|_| self.is_scheduled())?;
        let has_begun = self.memory.get("started").is_none_or(|started| *started == Value::Bool(true));
        if std::ptr::eq(key, &raw const schedule::RUNNING) {
            return has_begun.then_some(Value::Bool(true));
        }
        let list = due.as_array().cloned().unwrap_or_else(|| vec![due.clone()]);
        (std::ptr::eq(key, &raw const schedule::SCHEDULED) && !list.is_empty()).then_some(Value::Array(list))
    }

    /// The keys that have a value: those that are set, and what the server keeps.
    pub fn config_names(&self) -> impl Iterator<Item = &str> {
        let kept = schedule::KEPT.into_iter().filter(|key| self.kept(key).is_some()).map(|key| key.name);
        self.spec.config.keys().map(String::as_str).chain(kept)
    }
}

impl Root {
    /// A config value of an adjunct of `entity`, to be shown: as it is now (nobody waits), or as it was given where it
    /// cannot be told; `None` where it is not set, or is a default and those are not asked for.
    pub fn adjunct_config_shown(
        &self,
        entity: &EntityId,
        adjunct: &Adjunct,
        key: &str,
        or_default: bool,
    ) -> Option<Value> {
        let declared =
            adjuncts::by_wire_name(adjunct.spec.type_name.as_str()).and_then(|t| t.config_key(key));
        if let Some(kept) = declared.and_then(|key| adjunct.kept(key)) {
            return Some(kept);
        }
        let name = declared.map_or(key, |d| d.name);
        let given = adjunct.spec.config.get(name).cloned();
        let default = || declared?.default.value().filter(|_| or_default).map(ConfigValue::new);
        let value = given.or_else(default)?;
        let value_type = declared.map_or(model::ValueType::Any, |d| d.value_type);
        let now = settings::evaluate(self, entity, name, value_type, &value);
        Some(now.map_or_else(|_| value.given().clone(), model::Coerced::into_json))
    }

    /// The tasks that an adjunct began, in the order of their ids.
    pub fn tasks_by_adjunct(&self, adjunct: &AdjunctId) -> impl Iterator<Item = &Task> {
        let by = asked_by(adjunct);
        self.tasks().filter(move |t| t.caller.as_ref().is_some_and(|c| c.uri == by))
    }
}

/// What stands for the request in the caller of a task that an adjunct began.
pub(super) fn asked_by(adjunct: &AdjunctId) -> String {
    format!("adjunct:{adjunct}")
}

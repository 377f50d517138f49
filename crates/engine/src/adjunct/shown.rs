//! What is shown of an adjunct to people: its name, its config, the tasks that it began.

use base::{AdjunctId, EntityId};
use model::adjuncts;
use model::spec::ConfigValue;
use serde_json::Value;

use super::settings;
use crate::entity::Adjunct;
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

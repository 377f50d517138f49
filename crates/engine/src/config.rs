//! Reading an entity's config: what is set on it and above it, through the model's one function, with expressions
//! evaluated over the state.

use base::{EntityId, Span};
use model::config::{self, ConfigError, Effective, Key, Level, Unresolved};
use model::spec::ConfigValue;
use model::types::{ConfigDef, group};
use model::value::{Coerced, ValueType};
use serde_json::{Map, Value};

use crate::advance::Flow;
use crate::dsl::{Place, Reader};
use crate::machine::Try;
use crate::quorum::Quorum;
use crate::state::Root;

/// What a step does that cannot read a value: it waits for what the value needs, or fails.
pub(crate) fn unreadable<T>(error: ConfigError) -> Try<T> {
    Err(match error {
        ConfigError::NotReady { awaited, .. } => Flow::Await(awaited),
        other => Flow::Fail(other.to_string()),
    })
}

impl Root {
    /// An entity's own config and that of what is above it, nearest first: what [`model::config`] reads from.
    pub fn levels(&self, id: &EntityId) -> Vec<Level<'_>> {
        let level = |e| {
            let e: &crate::Entity = e;
            Level { config: &e.config, parameters: &e.def.parameters, type_def: e.type_def() }
        };
        self.ancestry(id).map(level).collect()
    }

    /// The config keys that an entity declares: those of its blueprint first, then those of its type.
    pub fn config_keys(&self, id: &EntityId) -> Vec<Key<'_>> {
        self.levels(id).first().map_or_else(Vec::new, |level| level.keys().collect())
    }

    /// What is set for an entity, on it or above it, by key; never a default.
    pub fn config_names(&self, id: &EntityId) -> Vec<String> {
        config::all_names(&self.levels(id))
    }

    /// A value that is set for an entity, to be shown: as it is now (nobody waits), or as it was given where it cannot
    /// be told or is not `resolved`.
    pub fn config_shown(&self, id: &EntityId, name: &str, resolved: bool) -> Option<Value> {
        let levels = self.levels(id);
        let key = levels.first().and_then(|level| level.key(name));
        let name = key.map_or(name, |k| k.name());
        let given = config::entry_or_named(&levels, name)?;
        let reader = Reader::new(self, id, Place::Reader);
        let value_type = key.map_or(ValueType::Any, |k| k.value_type());
        let read = || config::value_of(name, value_type, &given, &reader).ok();
        let shown = if resolved { read() } else { None };
        let shown = shown.map_or_else(|| given.value.given().clone(), Coerced::into_json);
        let is_quorum = resolved && key.is_some_and(|k| k.java_type() == group::QUORUM);
        let quorum = Quorum::read(&shown).ok().filter(|_| is_quorum);
        Some(quorum.map_or(shown, |quorum| quorum.as_json()))
    }

    /// Which entities set a key for an entity, nearest first: those whose values count or would, if nearer ones were not
    /// there. The number says which of them the value that counts begins at; `None`: none of them.
    pub fn config_setters(&self, id: &EntityId, name: &str) -> (Vec<&crate::Entity>, Option<usize>) {
        let levels = self.levels(id);
        let key = levels.first().and_then(|level| level.key(name));
        let name = key.map_or(name, |k| k.name());
        let counts = config::effective_named(&levels, name).map(|e| e.level);
        let chain: Vec<&crate::Entity> = self.ancestry(id).collect();
        let names: Vec<&str> = key.into_iter().flat_map(|k| k.aliases()).chain([name]).collect();
        let sets = |e: &crate::Entity| names.iter().any(|name| e.config.contains_key(*name));
        let setters = chain.iter().enumerate().filter(|(_, e)| sets(e));
        let (at, setters): (Vec<usize>, Vec<&crate::Entity>) = setters.map(|(i, e)| (i, *e)).unzip();
        (setters, counts.and_then(|level| at.iter().position(|i| *i == level)))
    }

    /// The value of a key.
    pub(crate) fn config(&self, id: &EntityId, key: &'static ConfigDef) -> Result<Coerced, ConfigError> {
        config::read(&self.levels(id), key, &Reader::new(self, id, Place::Declarer))
    }

    /// What a value means that stands at an entity without being its config: in an effector, beside an adjunct.
    pub(crate) fn resolve_at(
        &self,
        id: &EntityId,
        name: &str,
        value_type: ValueType,
        given: &ConfigValue,
    ) -> Result<Coerced, ConfigError> {
        let given = Effective::one(given.clone(), 0);
        config::value_of(name, value_type, &given, &Reader::new(self, id, Place::Declarer))
    }

    /// The value of a key as it was written, its expressions evaluated, whatever type the key has.
    pub(crate) fn config_uncoerced(&self, id: &EntityId, name: &str) -> Result<Value, ConfigError> {
        let levels = self.levels(id);
        let given = config::effective_named(&levels, name).or_else(|| config::default_of(&levels, name));
        let Some(given) = given else { return Ok(Value::Null) };
        let reader = Reader::new(self, id, Place::Declarer);
        config::value_of(name, ValueType::Any, &given, &reader).map(Coerced::into_json)
    }

    /// A template of an entity with everything filled in; `given` counts before what the entity has.
    pub(crate) fn filled_in(
        &self,
        id: &EntityId,
        name: &str,
        text: &str,
        given: Map<String, Value>,
    ) -> Try<String> {
        Reader::new(self, id, Place::Declarer).fill_in(text, given).map_err(|e| match e {
            Unresolved::NotReady(awaited) => Flow::Await(awaited),
            Unresolved::Failed(why) => Flow::Fail(format!("{name}: {why}")),
        })
    }

    pub(crate) fn config_text(
        &self,
        id: &EntityId,
        key: &'static ConfigDef,
    ) -> Result<Option<String>, ConfigError> {
        Ok(self.config(id, key)?.text())
    }

    /// A command: `None` when none is given or it is blank.
    pub(crate) fn config_command(
        &self,
        id: &EntityId,
        key: &'static ConfigDef,
    ) -> Result<Option<String>, ConfigError> {
        Ok(self.config_text(id, key)?.filter(|t| !t.trim().is_empty()))
    }

    pub(crate) fn config_flag(&self, id: &EntityId, key: &'static ConfigDef) -> Result<bool, ConfigError> {
        Ok(matches!(self.config(id, key)?, Coerced::Bool(true)))
    }

    /// A whole number; 0 where there is none.
    pub(crate) fn config_int(&self, id: &EntityId, key: &'static ConfigDef) -> Result<i64, ConfigError> {
        Ok(match self.config(id, key)? {
            Coerced::Int(n) => n,
            _ => 0,
        })
    }

    /// A length of time; one that never ends is a very long one.
    pub(crate) fn config_span(&self, id: &EntityId, key: &'static ConfigDef) -> Result<Span, ConfigError> {
        Ok(config::as_span(self.config(id, key)?).unwrap_or(Span::FOREVER))
    }
}

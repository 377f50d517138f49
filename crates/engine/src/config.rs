//! Reading an entity's config: what is set on it and above it, through the model's one function.

use base::{EntityId, Span};
use model::config::{self, ConfigError, Level};
use model::types::ConfigDef;
use model::value::Coerced;

use crate::advance::Flow;
use crate::machine::Try;
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
        self.ancestry(id).map(|e| Level { config: &e.config, type_def: e.type_def() }).collect()
    }

    pub(crate) fn config_text(&self, id: &EntityId, key: &ConfigDef) -> Result<Option<String>, ConfigError> {
        config::text(&self.levels(id), key)
    }

    /// A command: `None` when none is given or it is blank.
    pub(crate) fn config_command(
        &self,
        id: &EntityId,
        key: &ConfigDef,
    ) -> Result<Option<String>, ConfigError> {
        Ok(self.config_text(id, key)?.filter(|t| !t.trim().is_empty()))
    }

    pub(crate) fn config_flag(&self, id: &EntityId, key: &ConfigDef) -> Result<bool, ConfigError> {
        config::bool(&self.levels(id), key)
    }

    /// A whole number; 0 where there is none.
    pub(crate) fn config_int(&self, id: &EntityId, key: &ConfigDef) -> Result<i64, ConfigError> {
        Ok(match config::read(&self.levels(id), key)? {
            Coerced::Int(n) => n,
            _ => 0,
        })
    }

    /// A length of time; one that never ends is a very long one.
    pub(crate) fn config_span(&self, id: &EntityId, key: &ConfigDef) -> Result<Span, ConfigError> {
        Ok(config::span(&self.levels(id), key)?.unwrap_or(Span::FOREVER))
    }
}

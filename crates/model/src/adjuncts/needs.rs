//! What keeps an adjunct from working and can be told from its config alone, so that its author hears of it when the
//! blueprint is compiled. What an expression stands for is not known then: values with expressions pass.

use super::{AdjunctDef, ConfigDef};
use crate::Coerced;
use crate::config::resolve;
use crate::spec::ConfigMap;

/// A value with which an adjunct cannot work.
#[derive(Debug)]
pub struct Wrong {
    /// The key that it is set under.
    pub key: &'static ConfigDef,
    /// What is wrong, to be read behind the key's name.
    pub why: String,
}

impl Wrong {
    pub(super) fn new(key: &'static ConfigDef, why: impl Into<String>) -> Self {
        Self { key, why: why.into() }
    }
}

/// Finds a value with which an adjunct cannot work.
pub(super) type Check = fn(&ConfigMap) -> Option<Wrong>;

impl AdjunctDef {
    /// The groups of keys of which one must be set, and none is.
    pub fn lacking(&self, config: &ConfigMap) -> impl Iterator<Item = &'static [&'static ConfigDef]> {
        self.needs.iter().copied().filter(|keys| !keys.iter().any(|key| is_set(config, key)))
    }

    /// A value with which it cannot work.
    pub fn wrong(&self, config: &ConfigMap) -> Option<Wrong> {
        self.check.and_then(|check| check(config))
    }
}

impl ConfigDef {
    /// The name by which blueprints usually call it: without what stands before a dot where that may be left out.
    pub fn said_as(&self) -> &'static str {
        let short = self.aliases.first().copied().filter(|_| self.name.contains('.'));
        short.unwrap_or(self.name)
    }
}

/// Whether a key is set to something.
pub(super) fn is_set(config: &ConfigMap, key: &ConfigDef) -> bool {
    config.get(key.name).is_some_and(|value| !value.given().is_null())
}

/// The value that a key is set to; `None` where there is none, or an expression.
pub(super) fn given(config: &ConfigMap, key: &ConfigDef) -> Option<Coerced> {
    config.get(key.name).and_then(|value| resolve(key.name, key.value_type, value).ok())
}

/// A function that only Java could run.
pub(super) fn needs_java(config: &ConfigMap, key: &'static ConfigDef) -> Option<Wrong> {
    is_set(config, key).then(|| Wrong::new(key, "needs Java, which Brownstone does not run"))
}

//! The shape of an adjunct's table, and how a blueprint's name finds it.

use super::ALL;
use crate::spec::AdjunctKind;
use crate::types::ConfigDef;

/// A policy, enricher or feed.
#[derive(Debug)]
pub struct AdjunctDef {
    /// What it is.
    pub kind: AdjunctKind,
    /// The names by which a blueprint may call it, besides `java_type`: hyphen form, `CamelCase`, old class names.
    pub names: &'static [&'static str],
    /// Its name on the wire and in records.
    pub java_type: &'static str,
    /// For people.
    pub description: &'static str,
    /// Its config: its own table first, then those that it shares.
    pub config: &'static [&'static [&'static ConfigDef]],
}

impl AdjunctDef {
    /// Whether a blueprint may mean this one by `name`.
    pub fn is_called(&self, name: &str) -> bool {
        self.java_type == name || self.names.contains(&name)
    }

    /// The last part of the wire name: `AutoScalerPolicy`.
    pub fn simple_name(&self) -> &'static str {
        self.java_type.rsplit('.').next().unwrap_or(self.java_type)
    }

    /// All config keys that it declares.
    pub fn config_keys(&self) -> impl Iterator<Item = &'static ConfigDef> + use<> {
        self.config.iter().flat_map(|table| table.iter().copied())
    }

    /// The key that `name` means here: canonical or an alias.
    pub fn config_key(&self, name: &str) -> Option<&'static ConfigDef> {
        self.config_keys().find(|k| k.is_called(name))
    }
}

/// What a name in a blueprint stands for.
#[derive(Debug)]
pub enum Lookup {
    /// An adjunct of this release.
    Known(&'static AdjunctDef),
    /// Nothing that is known.
    Unknown,
}

/// The adjunct with this name on the wire or in a record.
pub fn by_wire_name(name: &str) -> Option<&'static AdjunctDef> {
    ALL.iter().copied().find(|a| a.java_type == name)
}

/// Finds what a blueprint means by `name`, with `catalog:`, `brooklyn:` or `java:` before it and `:VERSION` behind.
pub fn lookup(name: &str) -> Lookup {
    let bare =
        ["catalog:", "brooklyn:", "java:"].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name).trim();
    let symbol = bare.split(':').next().unwrap_or(bare);
    ALL.iter().copied().find(|a| a.is_called(symbol)).map_or(Lookup::Unknown, Lookup::Known)
}

//! What `brooklyn.cfg` says of locations (`brooklyn-blueprints.md` 9.5): of all, of a kind, of a named one.

use super::super::surroundings::Surroundings;
use super::secrets;
use crate::spec::{ConfigMap, ConfigValue};

/// Flags from properties, and what is to be said of them.
#[derive(Default)]
pub(super) struct Found {
    pub(super) flags: ConfigMap,
    /// Keys in the old form, with hyphens.
    pub(super) old: Vec<String>,
}

impl Found {
    fn put(&mut self, prefix: &str, key: &str, value: &str) {
        let name = camel(key);
        if name != key {
            self.old.push(format!("brooklyn.location.{prefix}{key}"));
            // Written both ways, the new one counts.
            if self.flags.contains_key(&name) {
                return;
            }
        }
        let value = if secrets::is_secret(&name) {
            secrets::of_property(&format!("{prefix}{key}"))
        } else {
            ConfigValue::new(value)
        };
        self.flags.insert(name, value);
    }
}

/// The text that defines a named location.
pub(super) fn definition<'a>(around: &'a Surroundings, name: &str) -> Option<&'a str> {
    // A name with a dot would be a property of another one.
    if name.contains('.') {
        return None;
    }
    around.locations.get(&format!("named.{name}")).map(String::as_str)
}

/// The names of all definitions.
pub(super) fn names(around: &Surroundings) -> impl Iterator<Item = &str> {
    around.locations.keys().filter_map(|k| k.strip_prefix("named.")).filter(|n| !n.contains('.'))
}

/// The properties of a named location.
pub(super) fn of_named(around: &Surroundings, name: &str) -> Found {
    below(around, &format!("named.{name}."))
}

/// The properties of every location, and over them those of its kind.
pub(super) fn of_kind(around: &Surroundings, kind: &str) -> Found {
    let mut found = Found::default();
    for (key, value) in around.locations.iter().filter(|(k, _)| !k.contains('.')) {
        found.put("", key, value);
    }
    let nearer = below(around, &format!("{kind}."));
    found.flags.extend(nearer.flags);
    found.old.extend(nearer.old);
    found
}

fn below(around: &Surroundings, prefix: &str) -> Found {
    let mut found = Found::default();
    let all = around.locations.range(prefix.to_owned()..).take_while(|(k, _)| k.starts_with(prefix));
    // Keys without hyphens first: they count.
    let mut all: Vec<(&str, &String)> = all.map(|(k, v)| (&k[prefix.len()..], v)).collect();
    all.sort_by_key(|(key, _)| key.contains('-'));
    for (key, value) in all {
        found.put(prefix, key, value);
    }
    found
}

/// `private-key-file` as `privateKeyFile`.
pub(super) fn camel(key: &str) -> String {
    let mut parts = key.split('-');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut chars = part.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    out
}

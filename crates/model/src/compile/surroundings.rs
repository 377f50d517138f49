//! What a blueprint is compiled among: what the server's configuration says of locations and external providers,
//! and the catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::Catalog;

/// Set where `localhost` is to be reached over SSH; also the name of the location's flag.
pub const LOCALHOST_OVER_SSH: &str = "brownstone.localhost.ssh";

/// The external provider that every Brooklyn has, for its tutorials (`brooklyn-blueprints.md` 2.5).
pub(super) const DEMO_EXTERNAL: &str = "brooklyn-demo-sample";

/// What is known outside a blueprint. No `Debug`: values may be passwords.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// `brooklyn.location.*` of `brooklyn.cfg`, without that prefix (`named.prod`, `localhost.user`).
    pub locations: BTreeMap<String, String>,
    /// The names of external providers (`brooklyn.external.NAME`).
    pub externals: BTreeSet<String>,
    /// What blueprints may name beside what this release has built in.
    pub catalog: Arc<Catalog>,
}

impl Surroundings {
    /// The same with this catalog.
    #[must_use]
    pub fn with_catalog(&self, catalog: &Arc<Catalog>) -> Self {
        Self { catalog: Arc::clone(catalog), ..self.clone() }
    }

    /// The named locations of `brooklyn.cfg`, each with the text that defines it.
    pub fn named_locations(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = self.locations.iter().filter_map(|(k, v)| Some((k.strip_prefix("named.")?, v.as_str())));
        // A name with a dot would be a property of another one.
        named.filter(|(name, _)| !name.contains('.'))
    }

    /// What `brooklyn.cfg` says of a named location beside that.
    pub fn location_properties(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let prefix = format!("named.{name}.");
        self.locations.iter().filter_map(move |(k, v)| Some((k.strip_prefix(&prefix)?, v.as_str())))
    }

    /// Whether blueprints may name `localhost`.
    pub fn has_localhost(&self) -> bool {
        self.locations.get("localhost.enabled").is_none_or(|v| !v.trim().eq_ignore_ascii_case("false"))
    }

    /// What is in a server's properties; keys that are about something else are passed over.
    pub fn of_properties(properties: impl IntoIterator<Item = (impl AsRef<str>, impl Into<String>)>) -> Self {
        let mut all = Self::default();
        for (key, value) in properties {
            let key = key.as_ref();
            if let Some(rest) = location_key(key) {
                all.locations.insert(rest.to_owned(), value.into());
            } else if key == LOCALHOST_OVER_SSH {
                // Whether `localhost` is reached over SSH is a flag of that location like any other.
                all.locations.insert(format!("localhost.{key}"), value.into());
            } else if let Some(name) = key.strip_prefix("brooklyn.external.")
                && !name.contains('.')
            {
                all.externals.insert(name.to_owned());
            }
        }
        all
    }
}

/// The part of a property's name that says what it tells of which location, if it is about locations.
pub fn location_key(property: &str) -> Option<&str> {
    // The plural is an old spelling.
    ["brooklyn.location.", "brooklyn.locations."].iter().find_map(|prefix| property.strip_prefix(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::ConfigValue;

    #[test]
    fn localhost_over_ssh_is_a_flag_of_that_location() {
        let around =
            Surroundings::of_properties([(LOCALHOST_OVER_SSH, "true"), ("brooklyn.location.user", "joe")]);
        let text = "location: localhost\nservices: [{type: BasicEntity}]\n";
        let app = crate::compile("app.yaml", text, &around).unwrap_or_else(|e| panic!("{e:?}"));
        let locations = app.root.locations.unwrap_or_default();
        let flags = &locations.first().unwrap_or_else(|| panic!("a location")).flags;
        assert_eq!(flags.get(LOCALHOST_OVER_SSH), Some(&ConfigValue::new("true")));
        assert_eq!(flags.get("user"), Some(&ConfigValue::new("joe")));
    }
}

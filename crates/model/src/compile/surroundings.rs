//! What a blueprint is compiled among: what the server's configuration says of locations and external providers.

use std::collections::{BTreeMap, BTreeSet};

/// What is known outside a blueprint. No `Debug`: values may be passwords.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// `brooklyn.location.*` of `brooklyn.cfg`, without that prefix (`named.prod`, `localhost.user`).
    pub locations: BTreeMap<String, String>,
    /// The names of external providers (`brooklyn.external.NAME`).
    pub externals: BTreeSet<String>,
}

impl Surroundings {
    /// What is in a server's properties; keys that are about something else are passed over.
    pub fn of_properties(properties: impl IntoIterator<Item = (impl AsRef<str>, impl Into<String>)>) -> Self {
        let mut all = Self::default();
        for (key, value) in properties {
            let key = key.as_ref();
            // The plural is an old spelling.
            if let Some(rest) =
                ["brooklyn.location.", "brooklyn.locations."].iter().find_map(|p| key.strip_prefix(p))
            {
                all.locations.insert(rest.to_owned(), value.into());
            } else if let Some(name) = key.strip_prefix("brooklyn.external.")
                && !name.contains('.')
            {
                all.externals.insert(name.to_owned());
            }
        }
        all
    }
}

//! Secrets from outside (`brooklyn-blueprints.md` 2.5). A server reads what its own configuration says of them when it
//! starts; they are looked up at each use and are in no record.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Secret;

use super::{Eval, fail};

/// The provider that every server has: Brooklyn's documentation uses it.
const DEMO: (&str, &str, &str) = ("brooklyn-demo-sample", "hidden-brooklyn-password", "br00k11n");

/// The external providers of a server, by name.
#[derive(Clone, Debug, Default)]
pub struct Externals {
    providers: Arc<BTreeMap<String, Provider>>,
    /// What the configuration says of locations, by key below `brooklyn.location.`.
    locations: Arc<BTreeMap<String, Secret>>,
}

/// Where secrets come from.
#[derive(Clone, Debug)]
pub enum Provider {
    /// They are known, by key.
    Values(BTreeMap<String, Secret>),
    /// They cannot be read; why, for people.
    Broken(String),
}

impl Externals {
    /// Takes what a server's configuration says.
    pub fn new(providers: BTreeMap<String, Provider>) -> Self {
        Self { providers: Arc::new(providers), locations: Arc::default() }
    }

    /// The same with what the configuration says of locations (`brooklyn.location.KEY`, by that key): a named one's
    /// password is in no record.
    #[must_use]
    pub fn with_locations(self, locations: BTreeMap<String, Secret>) -> Self {
        Self { locations: Arc::new(locations), ..self }
    }

    /// The secret of a location that a record refers to.
    pub(crate) fn location_secret(&self, reference: &str) -> Option<Secret> {
        let property = |key: &str| self.locations.get(key).map(Secret::reveal);
        model::compile::location_secret(reference, property).map(Secret::new)
    }

    pub(super) fn get(&self, provider: &str, key: &str) -> Eval<String> {
        let missing = || fail(format!("external provider '{provider}' has no value for key '{key}'"));
        match self.providers.get(provider) {
            Some(Provider::Values(values)) => {
                values.get(key).map_or_else(missing, |secret| Ok(secret.reveal().to_owned()))
            }
            Some(Provider::Broken(why)) => fail(format!("external provider '{provider}': {why}")),
            None if provider == DEMO.0 && key == DEMO.1 => Ok(DEMO.2.to_owned()),
            None if provider == DEMO.0 => missing(),
            None => fail(format!(
                "No external provider '{provider}' is configured: set brooklyn.external.{provider} in brooklyn.cfg"
            )),
        }
    }
}

//! Config: which keys a type declares, and which values count.

use api::config::{ConfigLinks, ConfigSummary};
use engine::Entity;
use engine::Root;
use model::ConfigMap;
use model::config::{Level, all_names, effective_named, resolve};
use model::types::ConfigDef;
use serde_json::{Map, Value};

/// The keys that an entity's type declares.
pub(in crate::http) fn list(entity: &Entity) -> Vec<ConfigSummary> {
    let (app, id) = (entity.app.as_str(), entity.id.as_str());
    entity
        .type_def()
        .into_iter()
        .flat_map(model::types::TypeDef::config_keys)
        .map(|key| ConfigSummary {
            name: key.name.to_owned(),
            kind: key.value_type.java_type().to_owned(),
            description: Some(key.description.to_owned()),
            default_value: key.default.value(),
            reconfigurable: false,
            constraints: Vec::new(),
            links: ConfigLinks::new(app, id, key.name),
        })
        .collect()
}

/// An entity's config with that of all above it.
pub(in crate::http) struct Chain(Vec<(ConfigMap, Option<&'static model::types::TypeDef>)>);

impl Chain {
    pub(in crate::http) fn of(root: &Root, entity: &Entity) -> Chain {
        let level = |e: &Entity| {
            let given = e.config.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
            (given, e.type_def())
        };
        Chain(root.ancestry(&entity.id).map(level).collect())
    }

    fn levels(&self) -> Vec<Level<'_>> {
        self.0.iter().map(|(config, type_def)| Level { config, type_def: *type_def }).collect()
    }

    /// All values that are set here or above; a default is none.
    pub(in crate::http) fn values(&self, resolved: bool) -> Map<String, Value> {
        let levels = self.levels();
        let value = |name: &str| Some((name.to_owned(), self.shown(&levels, name, resolved)?));
        all_names(&levels).into_iter().filter_map(value).collect()
    }

    /// One value.
    pub(in crate::http) fn value(&self, name: &str, resolved: bool) -> Option<Value> {
        let levels = self.levels();
        let name = self.declared(name).map_or(name, |key| key.name);
        self.shown(&levels, name, resolved)
    }

    /// The key as the entity's type declares it.
    pub(in crate::http) fn declared(&self, name: &str) -> Option<&'static ConfigDef> {
        self.0.first().and_then(|(_, type_def)| *type_def).and_then(|t| t.config_key(name))
    }

    /// What cannot be resolved is shown as it was given, as in Brooklyn.
    fn shown(&self, levels: &[Level<'_>], name: &str, resolved: bool) -> Option<Value> {
        let given = effective_named(levels, name)?.value;
        let read = match self.declared(name) {
            Some(key) if resolved => resolve(name, key.value_type, &given).ok(),
            _ => None,
        };
        Some(read.map_or_else(|| given.given().clone(), model::Coerced::into_json))
    }
}

//! Config: which keys an entity declares, and which values count.

use api::config::{ConfigLinks, ConfigSummary};
use engine::{Entity, Root};
use model::config::Key;
use serde_json::{Map, Value};

/// The keys that an entity declares: those of its blueprint first, then those of its type.
pub(in crate::http) fn list(root: &Root, entity: &Entity) -> Vec<ConfigSummary> {
    let (app, id) = (entity.app.as_str(), entity.id.as_str());
    let summary = |key: Key<'_>| ConfigSummary {
        name: key.name().to_owned(),
        kind: key.java_type().to_owned(),
        description: key.description().map(str::to_owned),
        default_value: key.default(),
        reconfigurable: key.spec.is_some_and(|s| s.reconfigurable),
        constraints: Vec::new(),
        links: ConfigLinks::new(app, id, key.name()),
    };
    root.config_keys(&entity.id).into_iter().map(summary).collect()
}

/// All values that are set here or above; a default is none.
pub(in crate::http) fn values(root: &Root, entity: &Entity, resolved: bool) -> Map<String, Value> {
    let value = |name: String| root.config_shown(&entity.id, &name, resolved).map(|v| (name, v));
    root.config_names(&entity.id).into_iter().filter_map(value).collect()
}

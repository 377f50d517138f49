//! Whether a single application among the services needs another one around it (`brooklyn-blueprints.md` 1.5).

use crate::spec::EntitySpec;
use crate::types::{self, Behaviour};

/// What became of the two.
pub(super) enum Unwrapped {
    /// One application, with what the plan said about it.
    Merged(Box<EntitySpec>),
    /// Both: the plan's application and the service in it.
    Kept(Box<EntitySpec>, Box<EntitySpec>),
}

/// Whether an entity may stand alone as what is deployed.
pub(crate) fn is_application(entity: &EntitySpec) -> bool {
    types::by_wire_name(entity.type_name.as_str()).is_some_and(|t| t.behaviour == Behaviour::Application)
}

/// Makes one of the plan's application and its only service, if nothing contradicts. What the plan says counts
/// before what the service says.
pub(super) fn unwrap(wrapper: EntitySpec, child: EntitySpec) -> Unwrapped {
    if contradict(&wrapper, &child) {
        return Unwrapped::Kept(Box::new(wrapper), Box::new(child));
    }
    let mut merged = child;
    merged.name = wrapper.name.or(merged.name);
    merged.locations = wrapper.locations.or(merged.locations);
    merged.icon_url = wrapper.icon_url.or(merged.icon_url);
    merged.config.extend(wrapper.config);
    merged.tags.extend(wrapper.tags);
    for key in wrapper.parameters {
        match merged.parameters.iter_mut().find(|k| k.name == key.name) {
            Some(same) => *same = key,
            None => merged.parameters.push(key),
        }
    }
    Unwrapped::Merged(Box::new(merged))
}

fn contradict(wrapper: &EntitySpec, child: &EntitySpec) -> bool {
    let names = matches!((&wrapper.name, &child.name), (Some(a), Some(b)) if a != b);
    let locations = wrapper.locations.is_some() && child.locations.is_some();
    let config = wrapper.config.iter().any(|(k, v)| child.config.get(k).is_some_and(|c| c != v));
    // What the plan adds must not get lost.
    let effectors = !wrapper.effectors.iter().all(|e| child.effectors.contains(e));
    let sensors = !wrapper.sensors.iter().all(|s| child.sensors.contains(s));
    let adjuncts = !wrapper.adjuncts.iter().all(|a| child.adjuncts.contains(a));
    // A default of the plan's would hide what the service sets.
    let defaults =
        wrapper.parameters.iter().any(|k| k.default.is_some() && child.config.contains_key(&k.name));
    names || locations || config || effectors || sensors || adjuncts || defaults
}

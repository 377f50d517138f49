//! What the names mean that need no catalog, and the Java names that an item stands for on the wire.

use super::Made;
use crate::adjuncts;
use crate::catalog::ItemKind;
use crate::compile::surroundings::Surroundings;
use crate::compile::{initializers, location, wrap};
use crate::spec::{AdjunctKind, EntitySpec};
use crate::types::{self, Behaviour};

/// What can be made of a name without the catalog.
pub(crate) fn built_in_kind(name: &str, around: &Surroundings) -> Option<ItemKind> {
    if let types::Lookup::Known { .. } = types::lookup(name) {
        return Some(ItemKind::Entity);
    }
    match adjuncts::lookup(name) {
        adjuncts::Lookup::Known(def) => Some(match def.kind {
            AdjunctKind::Policy => ItemKind::Policy,
            AdjunctKind::Enricher => ItemKind::Enricher,
            AdjunctKind::Feed => ItemKind::Bean,
        }),
        _ if initializers::is_known(name) => Some(ItemKind::Bean),
        _ if location::is_known(around, name) => Some(ItemKind::Location),
        _ => None,
    }
}

/// All names that need no catalog, with their kinds. Locations are named by their kind.
pub(crate) fn built_in_names() -> impl Iterator<Item = (ItemKind, &'static str)> {
    let of = |kind: ItemKind, names: Vec<&'static str>| names.into_iter().map(move |name| (kind, name));
    of(ItemKind::Entity, types::all_names().collect())
        .chain(of(ItemKind::Policy, adjuncts::all_names(AdjunctKind::Policy).collect()))
        .chain(of(ItemKind::Enricher, adjuncts::all_names(AdjunctKind::Enricher).collect()))
        .chain(of(
            ItemKind::Bean,
            adjuncts::all_names(AdjunctKind::Feed).chain(initializers::names()).collect(),
        ))
        .chain(of(ItemKind::Location, location::kinds().to_vec()))
}

/// `an entity`, for errors.
pub(super) fn article(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Entity => "an entity",
        ItemKind::Application => "an application",
        ItemKind::Template => "a template",
        ItemKind::Policy => "a policy",
        ItemKind::Enricher => "an enricher",
        ItemKind::Location => "a location",
        ItemKind::Bean => "an initializer",
    }
}

/// Where a blueprint has items of a kind.
pub(super) fn place_of(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Entity | ItemKind::Application | ItemKind::Template => "services",
        ItemKind::Policy => "brooklyn.policies",
        ItemKind::Enricher => "brooklyn.enrichers",
        ItemKind::Location => "location",
        ItemKind::Bean => "brooklyn.initializers",
    }
}

const OBJECT: [&str; 3] = [
    "org.apache.brooklyn.api.objs.BrooklynObject",
    "org.apache.brooklyn.api.objs.Identifiable",
    "org.apache.brooklyn.api.objs.Configurable",
];

/// The Java names of what an item is made of, most special first.
pub(crate) fn supertypes(kind: ItemKind, made: Option<&Made>) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    match made {
        // A template stands for whatever application comes of it.
        Some(Made::Entity(_)) if kind == ItemKind::Template => {}
        Some(Made::Entity(spec)) => of_entity(spec, &mut names),
        Some(Made::Adjunct(adjunct)) => names.push(adjunct.type_name.as_str()),
        Some(Made::Initializer(entity)) => {
            names.extend(entity.adjuncts.first().map(|a| a.type_name.as_str()));
        }
        Some(Made::Location(location)) => names.push(location.java_type()),
        None => {}
    }
    match kind {
        ItemKind::Application | ItemKind::Template => {
            names.extend([
                "org.apache.brooklyn.api.entity.Application",
                "org.apache.brooklyn.api.entity.Entity",
            ]);
        }
        ItemKind::Entity => names.push("org.apache.brooklyn.api.entity.Entity"),
        ItemKind::Policy => {
            names.extend([
                "org.apache.brooklyn.api.policy.Policy",
                "org.apache.brooklyn.api.objs.EntityAdjunct",
            ]);
        }
        ItemKind::Enricher => {
            names.extend([
                "org.apache.brooklyn.api.sensor.Enricher",
                "org.apache.brooklyn.api.objs.EntityAdjunct",
            ]);
        }
        ItemKind::Location => names.push("org.apache.brooklyn.api.location.Location"),
        ItemKind::Bean => names.push("org.apache.brooklyn.api.entity.EntityInitializer"),
    }
    if kind != ItemKind::Bean {
        names.extend(OBJECT);
    }
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        if !unique.iter().any(|n| n == name) {
            unique.push(name.to_owned());
        }
    }
    unique
}

fn of_entity<'s>(spec: &'s EntitySpec, names: &mut Vec<&'s str>) {
    names.push(spec.type_name.as_str());
    let Some(type_def) = types::by_wire_name(spec.type_name.as_str()) else { return };
    if matches!(type_def.behaviour, Behaviour::Group | Behaviour::Cluster | Behaviour::Fabric) {
        names.push("org.apache.brooklyn.api.entity.Group");
    }
    if type_def.effector("start").is_some() {
        names.push("org.apache.brooklyn.core.entity.trait.Startable");
    }
    if wrap::is_application(spec) {
        names.push("org.apache.brooklyn.api.entity.Application");
    }
}

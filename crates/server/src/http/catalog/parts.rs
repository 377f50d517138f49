//! What a type has: config keys, sensors, effectors.

use std::collections::BTreeMap;

use api::catalog::{TypeConfig, TypeEffector, TypeSensor};
use base::secret::is_sensitive_name;
use model::Surroundings;
use model::catalog::{Described, ItemKind, describe};
use model::config::Key;
use model::spec::EntitySpec;
use model::types::{self, TypeDef};

use super::Registered;
use crate::http::show::config::{constraint, declared_type, possible_values, shown_quorum};
use crate::http::show::effector;

/// The parts of a type; `None`: it has no such thing, or its item cannot be used (any more).
#[derive(Default)]
pub(super) struct Parts {
    pub(super) config: Option<Vec<TypeConfig>>,
    pub(super) sensors: Option<Vec<TypeSensor>>,
    pub(super) effectors: Option<Vec<TypeEffector>>,
}

pub(super) fn of(registered: &Registered<'_>, around: &Surroundings) -> Parts {
    match registered {
        Registered::Entity(def) => of_entity(None, def, def.config_keys().map(Key::from).collect()),
        Registered::Adjunct(def) => of_keys(def.config_keys().map(Key::from).collect()),
        // What an application that is made from it has is not told.
        Registered::Item(_, item) if item.kind == ItemKind::Template => {
            Parts { sensors: Some(Vec::new()), effectors: Some(Vec::new()), ..of_keys(Vec::new()) }
        }
        Registered::Item(bundle, item) => match describe(item, &bundle.id, around) {
            Ok(described) => match &described {
                Described::Entity { spec, type_def } => of_entity(Some(spec), type_def, described.keys()),
                _ => of_keys(described.keys()),
            },
            Err(_) => Parts::default(),
        },
    }
}

fn of_entity(spec: Option<&EntitySpec>, def: &TypeDef, keys: Vec<Key<'_>>) -> Parts {
    let own_effectors = spec.map_or(&[][..], |s| s.effectors.as_slice());
    let of_all = |s: &&types::SensorDef| types::common::SENSORS.iter().any(|c| c.name == s.name);
    let mut sensors: Vec<TypeSensor> = def.declared_sensors().filter(|s| !of_all(s)).map(sensor).collect();
    sensors.sort_by(|a, b| a.name.cmp(&b.name));
    let not_again = def.all_effectors().filter(|e| own_effectors.iter().all(|own| own.name != e.name));
    let mut effectors: Vec<TypeEffector> = own_effectors.iter().map(effector::of_spec).collect();
    effectors.extend(not_again.map(effector::of_type));
    effectors.sort_by(|a, b| a.name.cmp(&b.name));
    Parts { sensors: Some(sensors), effectors: Some(effectors), ..of_keys(keys) }
}

fn of_keys(keys: Vec<Key<'_>>) -> Parts {
    let mut pinned = 0.0;
    let mut numbered = |key: &Key<'_>| {
        let is_pinned = key.spec.is_some_and(|s| s.pinned);
        pinned += if is_pinned { 1.0 } else { 0.0 };
        config(key, is_pinned.then_some(pinned))
    };
    let listed = keys.iter().filter(|k| k.is_listed());
    Parts { config: Some(listed.map(&mut numbered).collect()), ..Parts::default() }
}

/// `priority`: the place among those that are pinned, which pages sort by.
fn config(key: &Key<'_>, priority: Option<f64>) -> TypeConfig {
    let default = key.default().filter(|_| !is_sensitive_name(key.name()));
    TypeConfig {
        name: key.name().to_owned(),
        kind: declared_type(key).to_owned(),
        default_value: default.map(|default| shown_quorum(key.java_type(), default)),
        description: key.description().map(str::to_owned),
        reconfigurable: key.spec.is_some_and(|s| s.reconfigurable),
        label: key.spec.and_then(|s| s.label.clone()).unwrap_or_else(|| key.name().to_owned()),
        priority,
        possible_values: possible_values(key.value_type()),
        pinned: Some(priority.is_some()),
        constraints: key.spec.map(|s| s.constraints.iter().map(constraint).collect()).unwrap_or_default(),
        links: BTreeMap::new(),
    }
}

fn sensor(def: &types::SensorDef) -> TypeSensor {
    TypeSensor {
        name: def.name.to_owned(),
        kind: def.java_type.to_owned(),
        description: Some(def.description.to_owned()),
        links: BTreeMap::new(),
    }
}

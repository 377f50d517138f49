//! Policies, enrichers and feeds: each type in a table of what happens and what then is.

mod circles;
mod enrichers;
mod feeds;
mod frame;
mod of_failures;
mod of_groups;
mod policies;

use base::{AdjunctId, EntityId, Span};
use brownstone_engine::effect::Reply;
use brownstone_engine::input::Command;
use model::adjuncts;
use model::spec::{AdjunctSpec, ConfigValue, EntitySpec, TypeName};
use serde_json::Value;

use crate::env::Env;
use crate::specs;

/// An adjunct by its simple name, with config by any of its names.
pub(crate) fn adjunct<const N: usize>(name: &str, config: [(&str, Value); N]) -> AdjunctSpec {
    let def = adjuncts::ALL.iter().find(|a| a.is_called(name)).expect("an adjunct of this name");
    let key =
        |key: &str| def.config_key(key).unwrap_or_else(|| panic!("{name} has a key {key}")).name.to_owned();
    AdjunctSpec {
        kind: def.kind,
        type_name: TypeName::new(def.java_type),
        name: None,
        unique_tag: None,
        config: config.into_iter().map(|(k, v)| (key(k), ConfigValue::new(v))).collect(),
        catalog_id: None,
    }
}

pub(crate) fn with_adjunct(mut spec: EntitySpec, adjunct: AdjunctSpec) -> EntitySpec {
    spec.adjuncts.push(adjunct);
    spec
}

/// A plane with one entity, which has one adjunct.
pub(crate) fn one(adjunct: AdjunctSpec) -> (Env, EntityId) {
    let mut env = Env::new();
    env.deploy(specs::app("Shop", vec![with_adjunct(specs::basic("one"), adjunct)]));
    env.settle();
    let id = env.named("one");
    (env, id)
}

impl Env {
    pub(crate) fn set(&mut self, id: &EntityId, sensor: &str, value: Value) {
        let set = Command::SetSensor { entity: id.clone(), sensor: sensor.to_owned(), value };
        assert_eq!(self.command(set), Reply::Done);
        self.settle();
    }

    /// Lets time pass, with all that falls due in it.
    pub(crate) fn wait(&mut self, span: Span) {
        let until = self.at.now + span;
        self.pass(span);
        let rest = until.since(self.at.now);
        self.at.now = self.at.now + rest;
        self.at.wall.0 += rest.as_millis();
    }

    pub(crate) fn sensor(&self, id: &EntityId, name: &str) -> Option<Value> {
        self.entity(id).sensor(name).cloned()
    }

    pub(crate) fn only_adjunct(&self, id: &EntityId) -> AdjunctId {
        self.entity(id).adjuncts.keys().next().expect("an adjunct").clone()
    }

    /// Why the only adjunct of an entity does not work.
    pub(crate) fn trouble(&self, id: &EntityId) -> Option<&str> {
        self.root.adjunct_trouble(&self.only_adjunct(id))
    }
}

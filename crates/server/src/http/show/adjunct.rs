//! Policies, enrichers and feeds.

use std::collections::BTreeMap;

use api::adjunct::{
    AdjunctConfigLinks, AdjunctConfigSummary, AdjunctDetail, AdjunctLinks, AdjunctSummary, AdjunctType,
    Highlight, PolicyConfigLinks, PolicyConfigSummary, PolicyLinks, PolicySummary,
};
use api::application::Status;
use api::catalog::SpecSummary;
use api::entity::SelfLink;
use api::paths;
use engine::{Adjunct, Entity, Root};
use model::adjuncts::{AdjunctDef, AdjunctKind, by_wire_name, schedule};
use model::catalog::Item;
use model::types::ConfigDef;
use serde_json::{Value, json};

use super::config::possible_values;
use super::secrets::suppress;
use super::text;
use crate::http::catalog::{CAMP, Registered, item_called};

/// An adjunct with the entity that it belongs to.
#[derive(Clone, Copy)]
pub(in crate::http) struct Beside<'a> {
    /// The state that it is a part of.
    pub(in crate::http) root: &'a Root,
    /// Its entity.
    pub(in crate::http) entity: &'a Entity,
    /// Itself.
    pub(in crate::http) adjunct: &'a Adjunct,
}

/// The adjuncts of an entity by name, of one kind where that is said.
pub(in crate::http) fn by_name<'a>(
    root: &'a Root,
    entity: &'a Entity,
    kind: Option<AdjunctKind>,
) -> Vec<Beside<'a>> {
    let of_kind = entity.adjuncts.values().filter(|a| kind.is_none_or(|k| a.spec.kind == k));
    let mut all: Vec<(String, u64, Beside<'a>)> =
        of_kind.map(|a| (a.display_name(), a.seq, Beside { root, entity, adjunct: a })).collect();
    all.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    all.into_iter().map(|(.., beside)| beside).collect()
}

impl<'a> Beside<'a> {
    fn ids(&self) -> (&'a str, &'a str, &'a str) {
        (self.entity.app.as_str(), self.entity.id.as_str(), self.adjunct.id.as_str())
    }

    fn def(&self) -> Option<&'static AdjunctDef> {
        by_wire_name(self.adjunct.spec.type_name.as_str())
    }

    /// The key of its type that `name` means.
    pub(in crate::http) fn key(&self, name: &str) -> Option<&'static ConfigDef> {
        self.def()?.config_key(name)
    }

    /// How it is. What keeps one from working is known to the master alone: another server calls it running.
    pub(in crate::http) fn state(&self) -> Status {
        if self.adjunct.suspended {
            Status::Stopped
        } else if self.root.adjunct_trouble(&self.adjunct.id).is_some() {
            Status::Error
        } else {
            Status::Running
        }
    }

    /// Whether it can be told to rest: enrichers cannot, as in Brooklyn.
    pub(in crate::http) fn rests(&self) -> bool {
        self.adjunct.spec.kind != AdjunctKind::Enricher
    }

    fn highlights(&self) -> BTreeMap<String, Highlight> {
        let id = &self.adjunct.id;
        let trouble = self.root.adjunct_trouble(id).zip(self.root.adjunct_trouble_since(id));
        let highlight = |(why, since): (&str, base::WallMs)| {
            let shown = Highlight { description: why.to_owned(), time: since.0, task_id: None };
            ("lastViolation".to_owned(), shown)
        };
        trouble.map(highlight).into_iter().collect()
    }

    /// The item that it was made from; what Brooklyn's own catalog has is one, too.
    fn catalog_id(&self) -> Option<String> {
        let in_catalog = |def: &&AdjunctDef| def.catalog_name().is_some();
        let stock = || self.def().filter(in_catalog).map(|def| Registered::Adjunct(def).id());
        self.adjunct.spec.catalog_id.clone().or_else(stock)
    }

    /// The tag that tells what it was made from.
    fn source(&self) -> Option<Value> {
        let list = match self.adjunct.spec.kind {
            AdjunctKind::Policy => "brooklyn.policies",
            AdjunctKind::Enricher => "brooklyn.enrichers",
            AdjunctKind::Feed => return None,
        };
        let id = self.catalog_id()?;
        let (name, _) = id.rsplit_once(':')?;
        let stock = || format!("{list}: [{{ type: {name} }}]");
        let plan = self.item().map_or_else(stock, Item::wire_plan);
        let summary = format!("{CAMP} plan for type {name}");
        Some(json!({ "spec_hierarchy": [SpecSummary { summary, format: CAMP.to_owned(), contents: plan }] }))
    }

    /// What its item says that it is, else what its type is.
    fn description(&self) -> Option<String> {
        let said = self.item().and_then(|item| item.description.as_deref());
        said.or_else(|| Some(self.def()?.description)).map(str::to_owned)
    }

    /// The item of a bundle that it was made from, as long as that is there.
    fn item(&self) -> Option<&'a Item> {
        item_called(self.root.catalog(), self.adjunct.spec.catalog_id.as_deref()?)
    }

    /// In lists.
    pub(in crate::http) fn summary(&self) -> AdjunctSummary {
        let (app, entity, id) = self.ids();
        AdjunctSummary {
            id: id.to_owned(),
            name: self.adjunct.display_name(),
            adjunct_type: kind(self.adjunct.spec.kind),
            catalog_item_id: self.catalog_id(),
            description: self.description(),
            state: self.state(),
            highlights: self.highlights(),
            links: SelfLink { own: paths::adjunct(app, entity, id) },
        }
    }

    /// Alone, its secrets hidden if `hides`.
    pub(in crate::http) fn detail(&self, hides: bool) -> AdjunctDetail {
        let (app, entity, id) = self.ids();
        let summary = self.summary();
        let tag = self.adjunct.spec.unique_tag.clone();
        AdjunctDetail {
            id: summary.id,
            name: summary.name,
            adjunct_type: summary.adjunct_type,
            catalog_item_id: summary.catalog_item_id,
            description: summary.description,
            state: summary.state,
            highlights: summary.highlights,
            links: AdjunctLinks::new(app, entity, id, self.rests()),
            tags: self.source().into_iter().chain(tag.iter().map(|t| t.as_str().into())).collect(),
            functionally_unique_identifier: tag,
            parameters: self.parameters(),
            config: self.config(hides),
        }
    }

    /// The config keys of its type.
    pub(in crate::http) fn parameters(&self) -> Vec<AdjunctConfigSummary> {
        let (app, entity, id) = self.ids();
        let summary = |key: &'static ConfigDef| AdjunctConfigSummary {
            name: key.name.to_owned(),
            kind: key.java_type().to_owned(),
            description: Some(key.description.to_owned()),
            default_value: key.default.value().map(|default| shown_default(key, default)),
            reconfigurable: AdjunctDef::is_reconfigurable(key),
            possible_values: possible_values(key.value_type),
            constraints: constraints(key),
            links: AdjunctConfigLinks::new(app, entity, id, key.name),
        };
        self.def().into_iter().flat_map(AdjunctDef::config_keys).map(summary).collect()
    }

    /// What is set, as texts.
    pub(in crate::http) fn config(&self, hides: bool) -> BTreeMap<String, String> {
        let set = self.adjunct.spec.config.keys();
        set.filter_map(|key| Some((key.clone(), self.value(key, hides, false)?))).collect()
    }

    /// One value as text; `None`: it has none.
    pub(in crate::http) fn value(&self, key: &str, hides: bool, or_default: bool) -> Option<String> {
        let shown = self.root.adjunct_config_shown(&self.entity.id, self.adjunct, key, or_default)?;
        let shown = if hides { suppress(key, shown) } else { shown };
        (!shown.is_null()).then(|| text::java(&shown))
    }

    /// A policy in lists.
    pub(in crate::http) fn policy(&self) -> PolicySummary {
        let (app, entity, id) = self.ids();
        PolicySummary {
            id: id.to_owned(),
            name: self.adjunct.display_name(),
            catalog_item_id: self.catalog_id(),
            state: self.state(),
            highlights: self.highlights(),
            links: PolicyLinks::new(app, entity, id),
            adjunct_type: AdjunctType::Policy,
        }
    }

    /// The config keys of a policy.
    pub(in crate::http) fn policy_parameters(&self) -> Vec<PolicyConfigSummary> {
        let (app, entity, id) = self.ids();
        let summary = |key: AdjunctConfigSummary| PolicyConfigSummary {
            links: PolicyConfigLinks::new(app, entity, id, &key.name),
            name: key.name,
            kind: key.kind,
            description: key.description,
            default_value: key.default_value.as_ref().map(text::java),
            reconfigurable: key.reconfigurable,
            constraints: Vec::new(),
        };
        self.parameters().into_iter().map(summary).collect()
    }
}

/// What the values of a key must fulfil, in Brooklyn's words.
fn constraints(key: &ConfigDef) -> Vec<Value> {
    let is_needed = [&schedule::EFFECTOR, &schedule::ARGS].into_iter().any(|k| std::ptr::eq(k, key));
    is_needed.then(|| "Predicates.notNull".into()).into_iter().collect()
}

/// A default; a sensor that tells a failure as Brooklyn writes one, with the class of its values.
fn shown_default(key: &ConfigDef, default: Value) -> Value {
    match &default {
        Value::String(sensor) if key.java_type() == "org.apache.brooklyn.api.sensor.Sensor" => {
            format!("Sensor: {sensor} (org.apache.brooklyn.policy.ha.HASensors$FailureDescriptor)").into()
        }
        _ => default,
    }
}

fn kind(kind: AdjunctKind) -> AdjunctType {
    match kind {
        AdjunctKind::Policy => AdjunctType::Policy,
        AdjunctKind::Enricher => AdjunctType::Enricher,
        AdjunctKind::Feed => AdjunctType::Feed,
    }
}

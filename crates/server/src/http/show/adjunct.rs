//! Policies, enrichers and feeds.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::adjunct::{
    AdjunctConfigLinks, AdjunctConfigSummary, AdjunctDetail, AdjunctLinks, AdjunctSummary, AdjunctType,
    PolicyConfigLinks, PolicyConfigSummary, PolicyLinks, PolicySummary,
};
use api::application::Status;
use api::catalog::SpecSummary;
use api::entity::SelfLink;
use api::paths;
use engine::{Adjunct, Entity, Root};
use model::adjuncts::innate::Innate;
use model::adjuncts::{AdjunctDef, AdjunctKind, by_wire_name, schedule};
use model::catalog::{BundleId, Item};
use model::types::ConfigDef;
use serde_json::{Value, json};

use super::config::{possible_values, shown_quorum};
use super::highlights;
use super::secrets::suppress;
use super::text;
use crate::http::catalog::{CAMP, Registered, is_in_bundle, item_called};

/// An adjunct with the entity that it belongs to.
#[derive(Clone)]
pub(in crate::http) struct Beside<'a> {
    /// The state that it is a part of.
    pub(in crate::http) root: &'a Root,
    /// Its entity.
    pub(in crate::http) entity: &'a Entity,
    /// Itself.
    pub(in crate::http) adjunct: Arc<Adjunct>,
    /// What it stands for, where it is no part of the state but what the engine does by itself.
    pub(in crate::http) innate: Option<&'static Innate>,
}

/// Every adjunct of an entity: what was added, and what the engine does by itself.
pub(in crate::http) fn all<'a>(root: &'a Root, entity: &'a Entity) -> impl Iterator<Item = Beside<'a>> {
    let added = entity.adjuncts.values().map(|a| (None, Arc::clone(a)));
    let innate = root.innate_adjuncts(entity).into_iter().map(|(of, a)| (Some(of), Arc::new(a)));
    innate.chain(added).map(move |(innate, adjunct)| Beside { root, entity, adjunct, innate })
}

/// The adjuncts of an entity by name, of one kind where that is said.
pub(in crate::http) fn by_name<'a>(
    root: &'a Root,
    entity: &'a Entity,
    kind: Option<AdjunctKind>,
) -> Vec<Beside<'a>> {
    let of_kind = all(root, entity).filter(|b| kind.is_none_or(|k| b.adjunct.spec.kind == k));
    let mut all: Vec<(String, u64, Beside<'a>)> =
        of_kind.map(|b| (b.adjunct.display_name(), b.adjunct.seq, b)).collect();
    all.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    all.into_iter().map(|(.., beside)| beside).collect()
}

impl<'a> Beside<'a> {
    fn ids(&self) -> (&'a str, &'a str, &str) {
        (self.entity.app.as_str(), self.entity.id.as_str(), self.adjunct.id.as_str())
    }

    pub(super) fn def(&self) -> Option<&'static AdjunctDef> {
        self.innate.map(|i| i.def).or_else(|| by_wire_name(self.adjunct.spec.type_name.as_str()))
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

    /// The item that it was made from; what Brooklyn's own catalog has is one, too. What is neither has that of its
    /// entity.
    fn catalog_id(&self) -> Option<String> {
        self.own_catalog_id().or_else(|| self.entity.catalog_id())
    }

    fn own_catalog_id(&self) -> Option<String> {
        self.adjunct.spec.catalog_id.clone().or_else(|| Some(self.stock()?.id()))
    }

    /// The type that it was made from, where Brooklyn's own catalog has it.
    fn stock(&self) -> Option<Registered<'static>> {
        let added = self.innate.is_none();
        let def = self.def().filter(|def| added && def.catalog_name().is_some())?;
        Some(Registered::Adjunct(def))
    }

    /// The tag that tells what it was made from.
    fn source(&self) -> Option<Value> {
        let list = match self.adjunct.spec.kind {
            AdjunctKind::Policy => "brooklyn.policies",
            AdjunctKind::Enricher => "brooklyn.enrichers",
            AdjunctKind::Feed => return None,
        };
        let id = self.own_catalog_id()?;
        let (name, _) = id.rsplit_once(':')?;
        let stock = || format!("{list}: [{{ type: {name} }}]");
        let plan = self.item().map_or_else(stock, Item::wire_plan);
        let summary = format!("{CAMP} plan for type {name}");
        Some(json!({ "spec_hierarchy": [SpecSummary { summary, format: CAMP.to_owned(), contents: plan }] }))
    }

    /// What its item says that it is, or the type of Brooklyn's catalog.
    fn description(&self) -> Option<String> {
        let said = match self.item() {
            Some(item) => item.description.as_deref(),
            None => self.stock().and_then(|_| Some(self.def()?.description)),
        };
        said.map(str::to_owned)
    }

    /// The address of its picture, and the item that it stands in.
    pub(in crate::http) fn picture(&self) -> (Option<&'a str>, Option<Registered<'static>>) {
        let of_item = self.item().and_then(|item| item.icon_url.as_deref()).filter(|url| !url.is_empty());
        (of_item, self.stock().filter(|stock| self.item().is_none() && stock.picture().is_some()))
    }

    /// The bundle of its item.
    pub(in crate::http) fn bundle(&self) -> Option<BundleId> {
        let item = self.item()?;
        Some(self.root.catalog().bundle_of(&item.id)?.id.clone())
    }

    /// Where a client finds its picture.
    fn icon_url(&self) -> Option<String> {
        let (app, entity, id) = self.ids();
        let here = || format!("{}/icon", paths::adjunct(app, entity, id));
        match self.picture() {
            (Some(url), _) if is_in_bundle(url) => Some(here()),
            (Some(url), _) => Some(url.to_owned()),
            (None, stock) => stock.map(|_| here()),
        }
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
            icon_url: self.icon_url(),
            state: self.state(),
            highlights: highlights::of(self),
            links: SelfLink { own: paths::adjunct(app, entity, id) },
        }
    }

    /// Alone, its secrets hidden if `hides`.
    pub(in crate::http) fn detail(&self, hides: bool) -> AdjunctDetail {
        let (app, entity, id) = self.ids();
        let summary = self.summary();
        let tag = self.adjunct.unique_tag();
        AdjunctDetail {
            id: summary.id,
            name: summary.name,
            adjunct_type: summary.adjunct_type,
            catalog_item_id: summary.catalog_item_id,
            description: summary.description,
            icon_url: summary.icon_url,
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
        let set = self.adjunct.config_names();
        set.filter_map(|key| Some((key.to_owned(), self.value(key, hides, false)?))).collect()
    }

    /// One value as text; `None`: it has none.
    pub(in crate::http) fn value(&self, key: &str, hides: bool, or_default: bool) -> Option<String> {
        let shown = self.shown(key, or_default)?;
        let shown = if hides { suppress(key, shown) } else { shown };
        (!shown.is_null()).then(|| text::java(&shown))
    }

    /// One value: as it is, or as it is told of what the engine does.
    pub(super) fn shown(&self, key: &str, or_default: bool) -> Option<Value> {
        if self.innate.is_none() {
            return self.root.adjunct_config_shown(&self.entity.id, &self.adjunct, key, or_default);
        }
        let set = self.adjunct.spec.config.get(key).map(|value| value.given().clone());
        set.or_else(|| {
            let declared = self.key(key).filter(|_| or_default)?;
            Some(shown_quorum(declared.java_type(), declared.default.value()?))
        })
    }

    /// A policy in lists.
    pub(in crate::http) fn policy(&self) -> PolicySummary {
        let (app, entity, id) = self.ids();
        PolicySummary {
            id: id.to_owned(),
            name: self.adjunct.display_name(),
            catalog_item_id: self.catalog_id(),
            state: self.state(),
            highlights: highlights::of(self),
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

/// A default; a sensor as Brooklyn writes one, with the class of its values.
fn shown_default(key: &ConfigDef, default: Value) -> Value {
    let class = match key.java_type() {
        "org.apache.brooklyn.api.sensor.Sensor" => {
            "org.apache.brooklyn.policy.ha.HASensors$FailureDescriptor"
        }
        "org.apache.brooklyn.api.sensor.AttributeSensor<java.lang.Boolean>" => "java.lang.Boolean",
        other => return shown_quorum(other, default),
    };
    match default.as_str() {
        Some(sensor) => format!("Sensor: {sensor} ({class})").into(),
        None => default,
    }
}

fn kind(kind: AdjunctKind) -> AdjunctType {
    match kind {
        AdjunctKind::Policy => AdjunctType::Policy,
        AdjunctKind::Enricher => AdjunctType::Enricher,
        AdjunctKind::Feed => AdjunctType::Feed,
    }
}

//! Something that blueprints may name: an item of a bundle, or a type that is built in.

use std::cmp::Ordering;

use base::Version;
use model::adjuncts::{self, AdjunctDef, AdjunctKind};
use model::catalog::{Bundle, Catalog, Item, ItemKind};
use model::types::{self, CORE_VERSION, TypeDef};
use serde_json::Value;

use super::supertypes;

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) enum Registered<'a> {
    /// An item of a bundle.
    Item(&'a Bundle, &'a Item),
    /// An entity type of this release.
    Entity(&'static TypeDef),
    /// A policy, enricher or feed of this release.
    Adjunct(&'static AdjunctDef),
}

impl<'a> Registered<'a> {
    /// All of them, each name together, its best version first.
    pub(in crate::http) fn all(catalog: &'a Catalog) -> Vec<Registered<'a>> {
        let items = catalog.items().filter_map(|i| Some(Registered::Item(catalog.bundle_of(&i.id)?, i)));
        let mut all: Vec<Registered<'a>> = items.chain(Self::built_in()).collect();
        all.sort_by(Self::order);
        // An item hides what is built in under its very name and version.
        all.dedup_by(|b, a| a.name() == b.name() && a.version() == b.version());
        all
    }

    /// The best version of each.
    pub(in crate::http) fn best(catalog: &'a Catalog) -> Vec<Registered<'a>> {
        let mut all = Self::all(catalog);
        all.dedup_by(|b, a| a.name() == b.name());
        all
    }

    /// Those of a bundle, in the order of its document.
    pub(in crate::http) fn of_bundle(bundle: &'a Bundle) -> impl Iterator<Item = Registered<'a>> {
        bundle.items.iter().map(move |item| Registered::Item(bundle, item))
    }

    /// All versions of a name, or of what is also called so, best first.
    pub(in crate::http) fn versions(catalog: &'a Catalog, name: &str) -> Vec<Registered<'a>> {
        let all = Self::all(catalog);
        let named: Vec<_> = all.iter().copied().filter(|r| r.name() == name).collect();
        if named.is_empty() {
            all.into_iter().filter(|r| r.aliases().contains(&name)).collect()
        } else {
            named
        }
    }

    /// The one with this version, however it is written (`1.0` is `1.0.0`); `latest`, in any case, is the best one.
    pub(in crate::http) fn find(catalog: &'a Catalog, name: &str, version: &str) -> Option<Registered<'a>> {
        let versions = Self::versions(catalog, name);
        if version.eq_ignore_ascii_case("latest") {
            return versions.into_iter().next();
        }
        let alike = || {
            let version = Version::new(version);
            versions.iter().find(|r| version.is_the_same_as(&Version::new(r.version())))
        };
        versions.iter().find(|r| r.version() == version).or_else(alike).copied()
    }

    fn built_in() -> impl Iterator<Item = Registered<'a>> {
        let entities = types::ALL.iter().copied().map(Registered::Entity);
        entities.chain(adjuncts::ALL.iter().copied().map(Registered::Adjunct))
    }

    /// By name, then the better first: what may not be used or should not comes last, newer ones come first.
    fn order(a: &Self, b: &Self) -> Ordering {
        let worse = |r: &Self| (r.is_disabled(), r.is_deprecated());
        let version = |r: &Self| Version::new(r.version());
        a.name()
            .cmp(b.name())
            .then_with(|| worse(a).cmp(&worse(b)))
            .then_with(|| version(b).cmp(&version(a)))
            .then_with(|| a.is_built_in().cmp(&b.is_built_in()))
    }

    fn is_built_in(&self) -> bool {
        !matches!(self, Registered::Item(..))
    }

    /// Its name.
    pub(in crate::http) fn name(&self) -> &'a str {
        match self {
            Registered::Item(_, item) => &item.id.name,
            Registered::Entity(def) => def.java_type,
            Registered::Adjunct(def) => def.java_type,
        }
    }

    /// Its version.
    pub(in crate::http) fn version(&self) -> &'a str {
        match self {
            Registered::Item(_, item) => item.id.version.as_str(),
            _ => CORE_VERSION,
        }
    }

    /// `name:version`.
    pub(in crate::http) fn id(&self) -> String {
        format!("{}:{}", self.name(), self.version())
    }

    /// What it can be used as.
    pub(in crate::http) fn kind(&self) -> ItemKind {
        match self {
            Registered::Item(_, item) => item.kind,
            Registered::Entity(def) if def.behaviour == types::Behaviour::Application => {
                ItemKind::Application
            }
            Registered::Entity(_) => ItemKind::Entity,
            Registered::Adjunct(def) => match def.kind {
                AdjunctKind::Policy => ItemKind::Policy,
                AdjunctKind::Enricher => ItemKind::Enricher,
                AdjunctKind::Feed => ItemKind::Bean,
            },
        }
    }

    /// The bundle that it stands in.
    pub(in crate::http) fn bundle(&self) -> Option<&'a Bundle> {
        match self {
            Registered::Item(bundle, _) => Some(bundle),
            _ => None,
        }
    }

    /// The item, if it is one.
    pub(in crate::http) fn item(&self) -> Option<&'a Item> {
        match self {
            Registered::Item(_, item) => Some(item),
            _ => None,
        }
    }

    /// The name to show.
    pub(in crate::http) fn display_name(&self) -> Option<String> {
        match self {
            Registered::Item(_, item) => item.display_name.clone(),
            Registered::Entity(def) => Some(spaced(def.simple_name())),
            Registered::Adjunct(def) => {
                Some(def.catalog_name().map_or_else(|| spaced(def.simple_name()), str::to_owned))
            }
        }
    }

    /// The picture of what Brooklyn's own catalog has a picture of. They are drawn anew.
    pub(in crate::http) fn picture(&self) -> Option<&'static str> {
        let Registered::Adjunct(def) = self else { return None };
        Some(match def.simple_name() {
            "AutoScalerPolicy" => include_str!("pictures/auto-scaler.svg"),
            "ServiceReplacer" => include_str!("pictures/service-replacer.svg"),
            "ServiceRestarter" => include_str!("pictures/service-restarter.svg"),
            _ => return None,
        })
    }

    /// For people.
    pub(in crate::http) fn description(&self) -> Option<&'a str> {
        match self {
            Registered::Item(_, item) => item.description.as_deref().filter(|d| !d.is_empty()),
            Registered::Entity(def) => Some(def.description),
            Registered::Adjunct(def) => Some(def.description),
        }
    }

    /// Other names that mean it.
    pub(in crate::http) fn aliases(&self) -> &'static [&'static str] {
        match self {
            Registered::Item(..) => &[],
            Registered::Entity(def) => def.names,
            Registered::Adjunct(def) => def.names,
        }
    }

    /// As given, with the word for what one starts from.
    pub(in crate::http) fn tags(&self) -> Vec<Value> {
        let mut tags = self.item().map(|i| i.tags.clone()).unwrap_or_default();
        if self.kind() == ItemKind::Template && !tags.iter().any(|t| t == "catalog_template") {
            tags.push("catalog_template".into());
        }
        tags
    }

    /// The classes that it is made of, most special first.
    pub(in crate::http) fn supertypes(&self) -> Vec<String> {
        let all = |own: &str, general: &[&str]| {
            std::iter::once(own).chain(general.iter().copied()).map(str::to_owned).collect()
        };
        match self {
            Registered::Item(_, item) => item.supertypes.clone(),
            Registered::Entity(def) => all(def.java_type, general(self.kind())),
            Registered::Adjunct(def) => all(def.java_type, general(self.kind())),
        }
    }

    /// The same as the wire has them: what it can be used as comes first.
    pub(in crate::http) fn told_supertypes(&self) -> Vec<String> {
        let all = self.supertypes();
        if let Some(told) = all.first().and_then(|class| supertypes::of(class)) {
            return told;
        }
        let general = general(self.kind());
        let others = all.iter().map(String::as_str).filter(|name| !general.contains(name));
        general.iter().copied().chain(others).map(str::to_owned).collect()
    }

    /// Its class; of a location all that it is, in one text.
    pub(in crate::http) fn java_type(&self) -> String {
        let own = self.supertypes().into_iter().next().unwrap_or_else(|| self.name().to_owned());
        if self.kind() == ItemKind::Location {
            return supertypes::listed(&own, &self.told_supertypes());
        }
        own
    }

    /// Whether it is also a thing of this kind: `entity`, a class's name, or the name of another type.
    pub(in crate::http) fn is_a(&self, what: &str) -> bool {
        let kind = self.kind();
        match what {
            "entity" => matches!(kind, ItemKind::Entity | ItemKind::Application | ItemKind::Template),
            "application" => matches!(kind, ItemKind::Application | ItemKind::Template),
            "policy" => kind == ItemKind::Policy,
            "enricher" => kind == ItemKind::Enricher,
            "location" => kind == ItemKind::Location,
            class => {
                self.name() == class
                    || self.supertypes().iter().any(|s| s == class)
                    || general(kind).contains(&class)
            }
        }
    }

    /// Whether newer ones are to be preferred.
    pub(in crate::http) fn is_deprecated(&self) -> bool {
        self.item().is_some_and(|i| i.deprecated)
    }

    /// Whether it may not be used.
    pub(in crate::http) fn is_disabled(&self) -> bool {
        self.item().is_some_and(|i| i.disabled)
    }
}

/// The item that an id (`name:version`) means.
pub(in crate::http) fn item_called<'a>(catalog: &'a Catalog, id: &str) -> Option<&'a Item> {
    let (name, version) = id.rsplit_once(':')?;
    catalog.item(name, &Version::new(version))
}

/// The most general classes of a kind.
fn general(kind: ItemKind) -> &'static [&'static str] {
    match kind {
        ItemKind::Entity => &["org.apache.brooklyn.api.entity.Entity"],
        ItemKind::Application | ItemKind::Template => {
            &["org.apache.brooklyn.api.entity.Application", "org.apache.brooklyn.api.entity.Entity"]
        }
        ItemKind::Policy => &["org.apache.brooklyn.api.policy.Policy"],
        ItemKind::Enricher => &["org.apache.brooklyn.api.sensor.Enricher"],
        ItemKind::Location => &["org.apache.brooklyn.api.location.Location"],
        ItemKind::Bean => &["org.apache.brooklyn.api.entity.EntityInitializer"],
    }
}

/// `AutoScalerPolicy` as people write it: `Auto Scaler Policy`.
fn spaced(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.char_indices() {
        let begins = c.is_ascii_uppercase() && name[..i].ends_with(|p: char| p.is_ascii_lowercase());
        if begins {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_is_found_by_each_of_its_names() {
        let catalog = Catalog::default();
        for name in ["org.apache.brooklyn.entity.group.DynamicCluster", "cluster", "DynamicCluster"] {
            let found = Registered::find(&catalog, name, "LATEST").map(|r| r.id());
            assert_eq!(
                found.as_deref(),
                Some("org.apache.brooklyn.entity.group.DynamicCluster:1.1.0"),
                "{name}"
            );
        }
        let policy = Registered::find(&catalog, "auto-scaler", "1.1.0").unwrap();
        assert!(policy.is_a("policy") && policy.is_a("org.apache.brooklyn.api.policy.Policy"));
        assert_eq!(policy.display_name().as_deref(), Some("Auto-scaler"));
        assert!(Registered::find(&catalog, "auto-scaler", "9").is_none());
    }
}

//! The catalog: bundles of items that blueprints may name (`brooklyn-blueprints.md` 3).
//!
//! A [`Bundle`] goes into the log as one change; the [`Catalog`] is the fold over them, and it is a part of what
//! a blueprint is compiled among. A zip's bytes are no part of it: they lie in the store under their hash.

pub mod add;
mod bundle;
mod describe;
mod edit;
mod item;
mod rules;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Version;

pub use bundle::{BlobRef, Bundle, BundleId, BundleSource};
pub use describe::{Described, describe};
pub use item::{Item, ItemId, ItemKind, ItemPlan};
pub use rules::{Added, Clash, Superseded};

/// All that was added. A clone costs as much as there are bundles, not what is in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    bundles: BTreeMap<BundleId, Arc<Bundle>>,
    /// For each name and version, the bundle that has it; of two with an item of the same id, the one whose own id
    /// comes first: what is found must not depend on the way that led here.
    names: BTreeMap<String, BTreeMap<Version, BundleId>>,
}

impl Catalog {
    /// All bundles, by name and version.
    pub fn bundles(&self) -> impl DoubleEndedIterator<Item = &Arc<Bundle>> + ExactSizeIterator {
        self.bundles.values()
    }

    /// The bundle with this id.
    pub fn bundle(&self, id: &BundleId) -> Option<&Arc<Bundle>> {
        self.bundles.get(id)
    }

    /// All items that can be found by their id, by name and version.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = &Item> {
        self.names.iter().flat_map(|(name, versions)| versions.keys().filter_map(|v| self.item(name, v)))
    }

    /// All versions of a name, lowest first.
    pub fn versions(&self, name: &str) -> impl DoubleEndedIterator<Item = &Item> {
        let versions = self.names.get(name).into_iter().flat_map(BTreeMap::iter);
        versions.filter_map(move |(version, bundle)| self.bundles.get(bundle)?.item(name, version))
    }

    /// The item with exactly this id.
    pub fn item(&self, name: &str, version: &Version) -> Option<&Item> {
        self.bundles.get(self.names.get(name)?.get(version)?)?.item(name, version)
    }

    /// The bundle whose item an id means.
    pub fn bundle_of(&self, id: &ItemId) -> Option<&Arc<Bundle>> {
        self.bundles.get(self.names.get(&id.name)?.get(&id.version)?)
    }

    /// The item that a name alone means: the highest version that is neither disabled nor deprecated, else the
    /// highest that is not disabled.
    pub fn best(&self, name: &str) -> Option<&Item> {
        let usable = || self.versions(name).rev().filter(|i| !i.disabled);
        usable().find(|i| !i.deprecated).or_else(|| usable().next())
    }

    /// Adds a bundle, or puts it in the place of the one with its id.
    pub fn put(&mut self, bundle: Arc<Bundle>) {
        self.remove(&bundle.id);
        for item in &bundle.items {
            let versions = self.names.entry(item.id.name.clone()).or_default();
            let owner = versions.entry(item.id.version.clone()).or_insert_with(|| bundle.id.clone());
            if bundle.id < *owner {
                *owner = bundle.id.clone();
            }
        }
        self.bundles.insert(bundle.id.clone(), bundle);
    }

    /// Takes a bundle with all its items away.
    pub fn remove(&mut self, id: &BundleId) -> Option<Arc<Bundle>> {
        let bundle = self.bundles.remove(id)?;
        for item in &bundle.items {
            let other = self.bundles.values().find(|b| b.item(&item.id.name, &item.id.version).is_some());
            let other = other.map(|b| b.id.clone());
            let Some(versions) = self.names.get_mut(&item.id.name) else { continue };
            if versions.get(&item.id.version) != Some(id) {
                continue;
            }
            match other {
                Some(other) => versions.insert(item.id.version.clone(), other),
                None => versions.remove(&item.id.version),
            };
            if versions.is_empty() {
                self.names.remove(&item.id.name);
            }
        }
        Some(bundle)
    }
}

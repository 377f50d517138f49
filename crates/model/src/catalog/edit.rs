//! Small changes to a catalog: an item is marked, or taken out of its bundle.

use std::sync::Arc;

use super::{BundleId, Catalog, ItemId};

impl Catalog {
    /// Marks an item of a bundle; says whether it is there.
    pub fn flag(&mut self, bundle: &BundleId, item: &ItemId, deprecated: bool, disabled: bool) -> bool {
        let Some(bundle) = self.bundles.get_mut(bundle) else { return false };
        let Some(at) = bundle.items.iter().position(|i| i.id == *item) else { return false };
        let item = &mut Arc::make_mut(bundle).items[at];
        (item.deprecated, item.disabled) = (deprecated, disabled);
        true
    }

    /// Takes an item out of its bundle, which stays; says whether it was there.
    pub fn remove_item(&mut self, bundle: &BundleId, item: &ItemId) -> bool {
        let Some(there) = self.bundles.get(bundle).filter(|b| b.items.iter().any(|i| i.id == *item)) else {
            return false;
        };
        let mut less = (**there).clone();
        less.items.retain(|i| i.id != *item);
        self.put(Arc::new(less));
        true
    }

    /// Whether both are the same moment of one history: then nothing that was read in one is otherwise in the
    /// other. Costs as much as there are bundles, not what is in them.
    pub fn is_same(&self, other: &Catalog) -> bool {
        self.bundles.len() == other.bundles.len()
            && self.bundles.values().zip(other.bundles.values()).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

//! The catalog is changed: what may be added is decided here, on the head, so that of two uploads at once one sees the
//! other.

use std::sync::Arc;

use model::catalog::{self, Bundle, BundleId, Catalog, Item, ItemId};

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Added, Refusal, Reply};
use crate::limits::{BUNDLE_RECORD_BYTES_MAX, BUNDLES_MAX};

impl Draft {
    pub(crate) fn on_put_bundle(
        &mut self,
        bundle: &Arc<Bundle>,
        force: bool,
        among: &Catalog,
    ) -> Result<Reply, Refusal> {
        if !self.root.catalog.is_same(among) {
            return Err(Refusal::Stale(format!(
                "the catalog was changed while bundle {} was read; send it again",
                bundle.id
            )));
        }
        Ok(Reply::Bundle(self.put_bundle(bundle, force)?))
    }

    pub(crate) fn on_begin_catalog(
        &mut self,
        bundle: Option<&Arc<Bundle>>,
        problems: Vec<String>,
    ) -> Result<Reply, Refusal> {
        if self.root.catalog_begun.is_some() {
            return Ok(Reply::Value(false.into()));
        }
        if let Some(bundle) = bundle {
            self.put_bundle(bundle, false)?;
        }
        let at = self.wall();
        self.record(Change::CatalogBegun { problems, at });
        Ok(Reply::Value(true.into()))
    }

    fn put_bundle(&mut self, bundle: &Arc<Bundle>, force: bool) -> Result<Added, Refusal> {
        let catalog = &self.root.catalog;
        let added = match catalog.may_add(bundle, force) {
            Ok(catalog::Added::Identical) => return Ok(Added::Identical),
            Ok(catalog::Added::New) => Added::New,
            Ok(catalog::Added::Replaced) => Added::Replaced,
            Err(clash) => return Err(Refusal::Invalid(clash.to_string())),
        };
        if added == Added::New && catalog.bundles().len() >= BUNDLES_MAX {
            return Err(Refusal::Invalid(format!(
                "the catalog has {BUNDLES_MAX} bundles (BUNDLES_MAX); remove some before adding {}",
                bundle.id
            )));
        }
        let change = Change::BundlePut { bundle: Arc::clone(bundle) };
        let bytes = change.encode().len();
        if bytes > BUNDLE_RECORD_BYTES_MAX {
            return Err(Refusal::Invalid(format!(
                "bundle {} takes {bytes} bytes in the log, and {BUNDLE_RECORD_BYTES_MAX} are the most \
                 (BUNDLE_RECORD_BYTES_MAX); divide it into several",
                bundle.id
            )));
        }
        for old in self.root.catalog.superseded_by(bundle) {
            if old.is_all {
                self.record(Change::BundleRemoved { bundle: old.bundle });
                continue;
            }
            for item in old.items {
                self.record(Change::ItemRemoved { bundle: old.bundle.clone(), item });
            }
        }
        self.record(change);
        Ok(added)
    }

    pub(crate) fn on_remove_bundle(&mut self, bundle: BundleId) -> Result<Reply, Refusal> {
        if self.root.catalog.bundle(&bundle).is_none() {
            return Err(Refusal::NotFound(format!("Bundle with id '{bundle}' not found")));
        }
        self.record(Change::BundleRemoved { bundle });
        Ok(Reply::Done)
    }

    pub(crate) fn on_remove_items(&mut self, items: Vec<ItemId>) -> Result<Reply, Refusal> {
        for item in items {
            // A refusal takes back what was recorded before it.
            let (bundle, _) = self.item(&item)?;
            self.record(Change::ItemRemoved { bundle, item });
        }
        Ok(Reply::Done)
    }

    pub(crate) fn on_flag_item(
        &mut self,
        item: ItemId,
        deprecated: Option<bool>,
        disabled: Option<bool>,
    ) -> Result<Reply, Refusal> {
        let (bundle, was) = self.item(&item)?;
        let is = (deprecated.unwrap_or(was.deprecated), disabled.unwrap_or(was.disabled));
        if is != (was.deprecated, was.disabled) {
            let (deprecated, disabled) = is;
            self.record(Change::ItemFlagged { bundle, item, deprecated, disabled });
        }
        Ok(Reply::Done)
    }

    fn item(&self, item: &ItemId) -> Result<(BundleId, Item), Refusal> {
        let catalog = &self.root.catalog;
        let found = catalog
            .bundle_of(item)
            .and_then(|b| Some((b.id.clone(), b.item(&item.name, &item.version)?.clone())));
        found.ok_or_else(|| Refusal::NotFound(format!("Entity with id '{item}' not found")))
    }
}

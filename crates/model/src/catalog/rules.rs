//! What may be added to the catalog (`brooklyn-blueprints.md` 3.2): a snapshot may be replaced, a release stays what
//! it is.

use std::fmt;

use super::{Bundle, BundleId, Catalog, Item, ItemId};

/// What adding a bundle does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// There was none with its id.
    New,
    /// It takes the place of the one with its id.
    Replaced,
    /// The one with its id was made from the same: nothing is to be done.
    Identical,
}

/// Why a bundle may not be added. The texts are Brooklyn's, as its clients show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clash {
    /// There is a release with its id, made from something else.
    Bundle(BundleId),
    /// Another bundle has a release of an item that says something else.
    Item {
        /// The item.
        item: ItemId,
        /// The other bundle.
        bundle: BundleId,
    },
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(id) => write!(
                f,
                "Bundle {id} already installed; cannot install a different bundle with the same non-snapshot version"
            ),
            Self::Item { item, bundle } => write!(
                f,
                "Updating existing catalog entries is forbidden: {item} is in bundle {bundle} and differs. Use forceUpdate argument to override, or another version."
            ),
        }
    }
}

impl std::error::Error for Clash {}

impl Catalog {
    /// Whether a bundle may be added, and what that does. `force` lets it take the place of what differs.
    pub fn may_add(&self, bundle: &Bundle, force: bool) -> Result<Added, Clash> {
        let before = self.bundle(&bundle.id);
        let is_same = before.is_some_and(|b| b.sum == bundle.sum);
        // Items may have been taken out of it one by one: the same text brings them back.
        let is_whole = before.is_some_and(|b| {
            bundle.items.iter().all(|item| b.item(&item.id.name, &item.id.version).is_some())
        });
        if is_same && is_whole && !force {
            return Ok(Added::Identical);
        }
        if before.is_some() && !is_same && !force && !bundle.id.version.is_snapshot() {
            return Err(Clash::Bundle(bundle.id.clone()));
        }
        for item in bundle.items.iter().filter(|i| !force && !i.id.version.is_snapshot()) {
            let other = self.bundles().find(|b| {
                b.id != bundle.id
                    && b.item(&item.id.name, &item.id.version).is_some_and(|o| !item.says_the_same(o))
            });
            if let Some(other) = other {
                return Err(Clash::Item { item: item.id.clone(), bundle: other.id.clone() });
            }
        }
        Ok(if before.is_some() { Added::Replaced } else { Added::New })
    }

    /// What bundles without a name of their own have to give up to `bundle`, which has it too: who adds a BOM again
    /// means the new one. A bundle that gives up all that it has goes.
    pub fn superseded_by(&self, bundle: &Bundle) -> Vec<Superseded> {
        let others = self.bundles().filter(|old| old.anonymous && old.id != bundle.id);
        let given_up = others.map(|old| {
            let is_in_new = |item: &&Item| bundle.item(&item.id.name, &item.id.version).is_some();
            let items: Vec<ItemId> = old.items.iter().filter(is_in_new).map(|i| i.id.clone()).collect();
            Superseded { bundle: old.id.clone(), is_all: items.len() == old.items.len(), items }
        });
        given_up.filter(|s| !s.items.is_empty()).collect()
    }
}

/// What an older bundle gives up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// Which bundle.
    pub bundle: BundleId,
    /// Which of its items.
    pub items: Vec<ItemId>,
    /// Whether these are all that it has.
    pub is_all: bool,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use base::{Version, WallMs};

    use super::*;
    use crate::catalog::{BundleSource, ItemKind, ItemPlan};

    fn bundle(name: &str, version: &str, item: &str, text: &str) -> Bundle {
        let (item, item_version) = item.split_once(':').expect("an id");
        let plan = ItemPlan { format: None, text: text.to_owned(), line: 1, file: "catalog.bom".to_owned() };
        let item = Item {
            id: ItemId { name: item.to_owned(), version: Version::new(item_version) },
            kind: ItemKind::Entity,
            plan,
            display_name: None,
            description: None,
            icon_url: None,
            tags: Vec::new(),
            supertypes: Vec::new(),
            deprecated: false,
            disabled: false,
            metadata: std::collections::BTreeMap::new(),
        };
        Bundle {
            id: BundleId { name: name.to_owned(), version: Version::new(version) },
            source: BundleSource::Bom(text.to_owned()),
            sum: text.to_owned(),
            anonymous: false,
            icon_url: None,
            items: vec![item],
            added: WallMs(0),
        }
    }

    #[test]
    fn a_snapshot_may_be_replaced_and_a_release_only_by_force() {
        let mut catalog = Catalog::default();
        let release = bundle("b", "1.0", "x:1.0", "type: a");
        assert_eq!(catalog.may_add(&release, false), Ok(Added::New));
        catalog.put(Arc::new(release.clone()));
        assert_eq!(catalog.may_add(&release, false), Ok(Added::Identical));
        let other = bundle("b", "1.0", "x:1.0", "type: b");
        assert_eq!(catalog.may_add(&other, false), Err(Clash::Bundle(other.id.clone())));
        assert_eq!(catalog.may_add(&other, true), Ok(Added::Replaced));
        assert_eq!(catalog.may_add(&release, true), Ok(Added::Replaced), "force does it all anew");
        let snapshot = bundle("b", "1.0-SNAPSHOT", "y:1-SNAPSHOT", "type: a");
        catalog.put(Arc::new(snapshot));
        let other = bundle("b", "1.0-SNAPSHOT", "y:1-SNAPSHOT", "type: b");
        assert_eq!(catalog.may_add(&other, false), Ok(Added::Replaced));
    }

    #[test]
    fn a_bundle_without_a_name_gives_up_what_a_newer_one_has() {
        let mut catalog = Catalog::default();
        let mut nameless = bundle("made-up", "0.0.0-SNAPSHOT", "x:1-SNAPSHOT", "type: a");
        nameless.anonymous = true;
        catalog.put(Arc::new(nameless.clone()));
        catalog.put(Arc::new(bundle("named", "1", "x:1-SNAPSHOT", "type: a")));
        assert_eq!(catalog.superseded_by(&nameless), [], "a bundle does not give up to itself");
        let again = bundle("made-up-again", "0.0.0-SNAPSHOT", "x:1-SNAPSHOT", "type: b");
        let items = vec![nameless.items[0].id.clone()];
        let all = Superseded { bundle: nameless.id.clone(), items, is_all: true };
        assert_eq!(catalog.superseded_by(&again), std::slice::from_ref(&all));
        let more = bundle("more", "1", "y:1", "type: a");
        assert_eq!(catalog.superseded_by(&more), []);
        nameless.items.extend(more.items);
        catalog.put(Arc::new(nameless));
        assert_eq!(catalog.superseded_by(&again), [Superseded { is_all: false, ..all }]);
    }

    #[test]
    fn an_item_of_another_bundle_stays_what_it_is() {
        let mut catalog = Catalog::default();
        catalog.put(Arc::new(bundle("a", "1.0", "x:1.0", "type: a")));
        assert_eq!(catalog.may_add(&bundle("b", "1.0", "x:1.0", "type: a"), false), Ok(Added::New));
        assert_eq!(catalog.may_add(&bundle("b", "1.0", "x:1.1", "type: b"), false), Ok(Added::New));
        let other = bundle("b", "1.0", "x:1.0", "type: b");
        let clash = catalog.may_add(&other, false).expect_err("it differs");
        assert_eq!(
            clash.to_string(),
            "Updating existing catalog entries is forbidden: x:1.0 is in bundle a:1.0 and differs. Use forceUpdate argument to override, or another version."
        );
        assert_eq!(catalog.may_add(&other, true), Ok(Added::New));
    }
}

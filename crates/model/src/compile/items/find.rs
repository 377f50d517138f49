//! Which item a name means (`brooklyn-blueprints.md` 3.2): in an item's text one of its own bundle before others, the
//! highest version unless one is said; what is built in, where there is no item.

use std::ops::Range;
use std::sync::Arc;

use base::Version;

use super::kinds::{article, place_of};
use super::{Context, Frame};
use crate::catalog::{Bundle, Catalog, Item, ItemKind};

/// What a name means.
pub(crate) enum Named<'a> {
    /// An item that may be used.
    Item(&'a Arc<Bundle>, &'a Item),
    /// No item: what is built in, if there is something.
    None,
    /// An item that may not be used; the error is in the context.
    Refused,
}

/// Finds the item that `name` means where one of `kinds` is wanted. `built_in` says whether there is something of
/// that name without the catalog.
pub(crate) fn find<'a>(
    cx: &mut Context<'a>,
    name: &str,
    at: &Range<usize>,
    kinds: &[ItemKind],
    built_in: impl Fn(&str) -> bool,
) -> Named<'a> {
    let found = search(&cx.around.catalog, cx.chain.last(), name);
    let (Some(bare), Some((bundle, item))) = (without_prefix(name), found) else { return Named::None };
    cx.used.insert(item.id.name.clone());
    let met = cx.chain.iter().position(|f| f.id.name == item.id.name);
    if (met.is_some() || !kinds.contains(&item.kind)) && built_in(bare) {
        return Named::None;
    }
    if let Some(met) = met {
        let names = cx.chain[met..].iter().map(|f| f.id.to_string()).chain([item.id.to_string()]);
        let path = names.collect::<Vec<_>>().join(" -> ");
        cx.fatal(at.clone(), format!("the item '{}' is recursive: {path}", item.id));
        return Named::Refused;
    }
    if !kinds.contains(&item.kind) {
        let wanted = kinds.first().copied().unwrap_or(ItemKind::Entity);
        let message = format!("the item '{}' is {}, not {}", item.id, article(item.kind), article(wanted));
        cx.error(at.clone(), message).help(format!("put it under `{}`", place_of(item.kind)));
        return Named::Refused;
    }
    if item.disabled {
        cx.error(at.clone(), format!("the item '{}' is disabled", item.id))
            .help("use another version, or have it enabled in the catalog");
        return Named::Refused;
    }
    if item.deprecated {
        cx.warning(at.clone(), format!("the item '{}' is deprecated", item.id)).help("use another one");
    }
    Named::Item(bundle, item)
}

/// Whether `name` means an item that can be deployed.
pub(crate) fn is_item(cx: &Context<'_>, name: &str) -> bool {
    search(&cx.around.catalog, cx.chain.last(), name).is_some_and(|(_, item)| {
        matches!(item.kind, ItemKind::Entity | ItemKind::Application | ItemKind::Template)
    })
}

/// The known name that `name` most likely meant, where what is built in and items of these kinds are known.
pub(crate) fn nearest(
    cx: &mut Context<'_>,
    name: &str,
    built_in: impl Iterator<Item = &'static str>,
    kinds: &[ItemKind],
) -> Option<String> {
    let around = cx.around;
    let known: Vec<&str> = built_in.collect();
    let open: Vec<String> = cx.chain.iter().map(|f| f.id.name.clone()).collect();
    let items = names(&around.catalog, kinds).filter(|n| !open.iter().any(|o| o == n));
    cx.nearest(name, known.into_iter().chain(items)).map(str::to_owned)
}

/// The names of all items of these kinds.
pub(crate) fn names<'a>(catalog: &'a Catalog, kinds: &'a [ItemKind]) -> impl Iterator<Item = &'a str> {
    catalog.items().filter(|i| kinds.contains(&i.kind)).map(|i| i.id.name.as_str())
}

/// A name without what may stand before it; `None` for what can be no item.
fn without_prefix(name: &str) -> Option<&str> {
    if name.starts_with("java:") {
        return None;
    }
    let bare = ["catalog:", "brooklyn.catalog:", "brooklyn:"].iter().find_map(|p| name.strip_prefix(p));
    Some(bare.unwrap_or(name).trim())
}

/// The item that a name means, whatever it is used for.
pub(crate) fn search<'a>(
    catalog: &'a Catalog,
    frame: Option<&Frame>,
    name: &str,
) -> Option<(&'a Arc<Bundle>, &'a Item)> {
    let name = without_prefix(name)?;
    let own = frame.and_then(|f| catalog.bundle(&f.bundle));
    let in_own = own.and_then(|bundle| {
        let found = best(bundle.items.iter(), name)?;
        Some((bundle, found))
    });
    in_own.or_else(|| {
        let symbol = name.rsplit_once(':').map_or(name, |(symbol, _)| symbol);
        let found = best(catalog.versions(name), name).or_else(|| best(catalog.versions(symbol), name))?;
        Some((catalog.bundle_of(&found.id)?, found))
    })
}

/// Of some items, the one that `name` (perhaps with a version) means: disabled ones only where there is no other.
fn best<'a>(items: impl Iterator<Item = &'a Item>, name: &str) -> Option<&'a Item> {
    let is_meant = |item: &Item| {
        item.id.name == name
            || name.rsplit_once(':').is_some_and(|(symbol, version)| {
                item.id.name == symbol && item.id.version.is_the_same_as(&Version::new(version))
            })
    };
    items
        .filter(|item| is_meant(item))
        .max_by_key(|item| (!item.disabled, !item.deprecated, item.id.version.clone()))
}

/// What to say of a version that there is not: the versions that there are.
pub(crate) fn versions_of(catalog: &Catalog, name: &str) -> Option<String> {
    let (symbol, _) = without_prefix(name)?.rsplit_once(':')?;
    let versions: Vec<&str> = catalog.versions(symbol).map(|i| i.id.version.as_str()).collect();
    (!versions.is_empty()).then(|| format!("there is '{symbol}' in version {}", versions.join(", ")))
}

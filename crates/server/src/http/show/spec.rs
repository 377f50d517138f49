//! What an entity was made from: the text of its blueprint, that of its catalog item, and those of the items under it.

use api::catalog::SpecSummary;
use base::Version;
use engine::{Entity, Root};
use lang::yaml::{self, Limits, Node};
use model::catalog::{Catalog, Item, ItemKind};

use crate::http::catalog::{CAMP, item_called};

/// Items are made from each other no deeper than compiling allows; this many of them are told.
const TOLD_MAX: usize = 8;

/// The texts, the original first: an application's blueprint, then the items, as long as they are there.
pub(in crate::http) fn specs(root: &Root, entity: &Entity) -> Vec<SpecSummary> {
    let mut all: Vec<SpecSummary> = Vec::new();
    let mut tell = |of: Option<&str>, contents: String| {
        let of = of.map(|name| format!(" for type {name}")).unwrap_or_default();
        let based = if all.is_empty() { "" } else { "Based on " };
        all.push(SpecSummary {
            summary: format!("{based}{CAMP} plan{of}"),
            format: CAMP.to_owned(),
            contents,
        });
    };
    if let Some(text) = &entity.def.source {
        tell(None, text.clone());
    }
    let catalog = root.catalog();
    let items = std::iter::successors(item_of(root, entity), |item| under(catalog, item)).take(TOLD_MAX);
    for item in items {
        tell(Some(&item.id.name), item.wire_plan());
    }
    if is_stock(entity) {
        let name = entity.def.type_name.as_str();
        tell(Some(name), format!("services: [{{ type: {name} }}]"));
    }
    all
}

/// Whether its type is all that it was made from, and stands in Brooklyn's own catalog.
fn is_stock(entity: &Entity) -> bool {
    entity.def.catalog_id.is_none() && entity.catalog_id().is_some()
}

/// The catalog item that an entity was made from, as long as it is there. A template is a blueprint that was copied.
pub(super) fn item_of<'r>(root: &'r Root, entity: &Entity) -> Option<&'r Item> {
    let item = item_called(root.catalog(), made_from(root, entity)?)?;
    let is_copy = item.kind == ItemKind::Template && entity.def.source.is_some();
    (!is_copy).then_some(item)
}

/// The catalog item that an entity is the top of; what stands in an item's text has the item's id too.
pub(super) fn made_from<'a>(root: &Root, entity: &'a Entity) -> Option<&'a str> {
    let id = entity.def.catalog_id.as_deref()?;
    let parent = entity.parent.as_ref().and_then(|parent| root.entity(parent));
    let inside = parent.is_some_and(|parent| parent.def.catalog_id.as_deref() == Some(id));
    (!inside).then_some(id)
}

/// The item that the text of an item is made of; `None` where that is a type that is built in.
fn under<'a>(catalog: &'a Catalog, item: &Item) -> Option<&'a Item> {
    let (document, _) = yaml::parse("", &item.plan.text, &Limits::BLUEPRINT);
    let document = document?;
    let services = document.get("services").and_then(Node::as_seq);
    let top = match services {
        Some([only]) => only,
        Some(_) => return None,
        None => &document,
    };
    let name = top.get("type").and_then(Node::as_str)?;
    let found = match name.rsplit_once(':') {
        Some((name, version)) => catalog.item(name, &Version::new(version)),
        None => catalog.best(name),
    };
    found
        .filter(|found| found.id != item.id && matches!(found.kind, ItemKind::Entity | ItemKind::Application))
}

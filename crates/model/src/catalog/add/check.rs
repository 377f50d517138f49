//! From raw items to a bundle: all are named and registered, then each is compiled as if it were used.

use std::collections::BTreeMap;
use std::sync::Arc;

use lang::diag::Diagnostic;
use serde_json::Value;

use super::bom::{Drafts, Raw};
use super::kind::{self, Asked};
use super::limits::BUNDLE_RECORD_BYTES_MAX;
use super::name;
use super::refused::Collected;
use crate::Surroundings;
use crate::catalog::{Bundle, Item, ItemId, ItemKind, ItemPlan};
use crate::compile::items::{self, Checker, Frame};

/// The bundle with all its items, and what is to be said of them.
pub(super) fn finish(drafts: Drafts, mut bundle: Bundle, around: &Surroundings) -> (Bundle, Collected) {
    let Drafts { items: raws, mut found, first } = drafts;
    for (what, text) in [("name", bundle.id.name.as_str()), ("version", bundle.id.version.as_str())] {
        if !name::is_good(text) && !found.failed() {
            let message = format!("'{text}' cannot be a bundle's {what}: {}", name::BAD);
            found.push(&first, None, Diagnostic::error(&first.0, 0..0, message));
        }
    }
    let (named, raws) = named(raws, &bundle, &mut found);
    let kinds = kinds(&named, &raws, around, &mut found);
    let mut bytes = 0;
    for ((id, raw), kind) in named.iter().zip(&raws).zip(&kinds) {
        let item = item(id.clone(), raw, *kind);
        // What is inherited by many is counted for each.
        bytes += serde_json::to_vec(&item).map_or(usize::MAX / 2, |json| json.len());
        if bytes > BUNDLE_RECORD_BYTES_MAX {
            let message = format!(
                "the items of the bundle have more than {BUNDLE_RECORD_BYTES_MAX} bytes, metadata included (limit: BUNDLE_RECORD_BYTES_MAX)"
            );
            found.push(
                &raw.document,
                Some(&id.to_string()),
                Diagnostic::error(&raw.document.0, raw.span.clone(), message),
            );
            return (bundle, found);
        }
        bundle.items.push(item);
    }
    let mut catalog = (*around.catalog).clone();
    catalog.put(Arc::new(bundle.clone()));
    let with = Surroundings { catalog: Arc::new(catalog), ..around.clone() };
    let checker = Checker::new(&with);
    let mut blamed = Vec::new();
    for (item, raw) in bundle.items.iter_mut().zip(&raws) {
        compiled(item, raw, &bundle.id, &checker, &mut found, &mut blamed);
    }
    // Whoever was blamed has its own error; this is for the case that it has not.
    if let (Some((message, document)), false) = (blamed.first(), found.failed()) {
        found.push(document, None, Diagnostic::error(&document.0, 0..0, message.clone()));
    }
    (bundle, found)
}

/// The items that have an id, each only once.
fn named(raws: Vec<Raw>, bundle: &Bundle, found: &mut Collected) -> (Vec<ItemId>, Vec<Raw>) {
    let mut ids: Vec<ItemId> = Vec::new();
    let mut kept: Vec<Raw> = Vec::new();
    let mut seen: BTreeMap<ItemId, u32> = BTreeMap::new();
    for raw in raws {
        match name::of(&raw, &bundle.id.version) {
            Ok(id) => {
                if let Some(line) = seen.get(&id) {
                    let message = format!("the bundle has two items '{id}': the other begins in line {line}");
                    let span = raw.meta.id.as_ref().map_or_else(|| raw.span.clone(), |w| w.span.clone());
                    let error = Diagnostic::error(&raw.document.0, span, message)
                        .help("give one of them another id or version");
                    found.push(&raw.document, Some(&id.to_string()), error);
                    continue;
                }
                seen.insert(id.clone(), raw.cut.line);
                ids.push(id);
                kept.push(raw);
            }
            Err(error) => found.push(&raw.document, None, *error),
        }
    }
    (ids, kept)
}

fn kinds(ids: &[ItemId], raws: &[Raw], around: &Surroundings, found: &mut Collected) -> Vec<ItemKind> {
    let asked: Vec<Asked<'_>> = ids
        .iter()
        .zip(raws)
        .map(|(id, raw)| {
            let said = raw.meta.item_type.as_ref().and_then(|word| {
                let kind = kind::named(&word.text);
                if kind.is_none() {
                    let words = || kind::WORDS.iter().map(|(w, _)| *w);
                    let near = base::suggest::nearest(&word.text, words());
                    let mut error = Diagnostic::error(
                        &raw.document.0,
                        word.span.clone(),
                        format!("there is no itemType '{}'", word.text),
                    )
                    .label(format!("expected one of {}", words().collect::<Vec<_>>().join(", ")));
                    error.help = near.map(|n| format!("did you mean '{n}'?"));
                    found.push(&raw.document, Some(&id.to_string()), error);
                }
                kind
            });
            Asked { name: &id.name, version: id.version.as_str(), said, node: raw.node.as_ref() }
        })
        .collect();
    (0..asked.len()).map(|number| kind::of(&asked, number, around)).collect()
}

fn item(id: ItemId, raw: &Raw, kind: ItemKind) -> Item {
    let meta = &raw.meta;
    let inner = |key: &str| {
        let text = raw.node.as_ref().and_then(|n| n.get(key)?.as_str().map(str::to_owned));
        text.filter(|t| !t.trim().is_empty())
    };
    let text = |word: &Option<super::meta::Word>| word.as_ref().map(|w| w.text.clone());
    let mut metadata = meta.others.clone();
    if !meta.libraries.is_empty() {
        metadata.insert("brooklyn.libraries".to_owned(), Value::Array(meta.libraries.clone()));
    }
    Item {
        id,
        kind,
        plan: ItemPlan {
            format: text(&meta.format),
            text: raw.cut.text.clone(),
            line: raw.cut.line,
            file: raw.file.clone(),
        },
        display_name: text(&meta.display_name).or_else(|| text(&meta.name)).or_else(|| inner("name")),
        description: text(&meta.description).or_else(|| inner("description")),
        icon_url: text(&meta.icon_url),
        tags: meta.tags.clone(),
        supertypes: Vec::new(),
        deprecated: meta.deprecated,
        disabled: meta.disabled,
        metadata,
    }
}

/// Compiles an item as if it were used, and notes what it is made of.
fn compiled(
    item: &mut Item,
    raw: &Raw,
    bundle: &crate::catalog::BundleId,
    checker: &Checker<'_>,
    found: &mut Collected,
    blamed: &mut Vec<(String, super::refused::Document)>,
) {
    let frame = Frame { id: item.id.clone(), bundle: bundle.clone() };
    let name = item.id.to_string();
    let checked =
        raw.node.as_ref().map(|node| checker.check(&raw.document.0, &raw.document.1, frame, item.kind, node));
    if item.kind == ItemKind::Template {
        let bad = checked.as_ref().is_none_or(|c| c.made.is_none() || c.failed());
        let made = checked.and_then(|c| c.made).filter(|_| !bad);
        if bad {
            let message = "the template cannot be deployed as it is; its text is kept";
            let warning = Diagnostic::warning(&raw.document.0, raw.span.clone(), message);
            found.push(&raw.document, Some(&name), warning);
        }
        item.supertypes = items::supertypes(item.kind, made.as_ref());
        return;
    }
    let Some(checked) = checked else { return };
    if let Some(items::Made::Entity(spec)) = &checked.made
        && item.kind == ItemKind::Entity
        && crate::compile::is_application(spec)
    {
        item.kind = ItemKind::Application;
    }
    item.supertypes = items::supertypes(item.kind, checked.made.as_ref());
    blamed.extend(
        checked
            .blamed
            .iter()
            .map(|other| (format!("item '{name}': item '{other}' cannot be used"), raw.document.clone())),
    );
    found.take(&raw.document, Some(&name), checked.diagnostics);
}

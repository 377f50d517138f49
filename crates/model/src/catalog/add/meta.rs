//! What a BOM says around its items: inherited by what stands within, the nearer word counts
//! (`brooklyn-blueprints.md` 3.1).

use std::collections::BTreeMap;
use std::ops::Range;

use lang::yaml::Node;
use serde_json::Value;

use crate::compile::context::{Context, keyed};
use crate::yaml_value::to_json;

/// A text with its place.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

/// Metadata as it counts at one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Meta {
    pub(super) id: Option<Word>,
    pub(super) symbolic_name: Option<Word>,
    pub(super) version: Option<Word>,
    pub(super) name: Option<Word>,
    pub(super) display_name: Option<Word>,
    pub(super) description: Option<Word>,
    pub(super) icon_url: Option<Word>,
    pub(super) item_type: Option<Word>,
    pub(super) format: Option<Word>,
    pub(super) tags: Vec<Value>,
    pub(super) libraries: Vec<Value>,
    pub(super) deprecated: bool,
    pub(super) disabled: bool,
    /// It was given a name that is none.
    pub(super) has_bad_name: bool,
    /// What else was said.
    pub(super) others: BTreeMap<String, Value>,
}

/// The keys that bring items, at one place.
#[derive(Default)]
pub(super) struct Brings<'n> {
    pub(super) items: Option<&'n Node>,
    pub(super) include: Option<&'n Node>,
    pub(super) item: Option<(&'n Node, &'n Node)>,
    /// The root's own.
    pub(super) bundle: Option<&'n Node>,
    /// The root's own.
    pub(super) bundle_icon_url: Option<&'n Node>,
}

/// What a map says; `parent` is what stands around it.
pub(super) fn read<'n>(cx: &mut Context<'_>, parent: &Meta, node: &'n Node) -> (Meta, Brings<'n>) {
    let mut meta = parent.clone();
    let mut brings = Brings::default();
    let entries = node.as_map().unwrap_or_default();
    // A name of its own takes the place of an inherited one, however that was given.
    if ["id", "symbolicName"].iter().any(|k| node.get(k).is_some_and(|n| !n.is_null())) {
        (meta.id, meta.symbolic_name) = (None, None);
        // So does the version behind it.
        let id = node.get("id").and_then(Node::as_str).unwrap_or_default();
        if node.get("version").is_none() && super::name::bare(id) != id {
            meta.version = None;
        }
    }
    for (name, key, value) in keyed(entries) {
        let slot = match name.as_str() {
            "items" => {
                brings.items = Some(value);
                continue;
            }
            "include" => {
                brings.include = Some(value);
                continue;
            }
            "item" => {
                brings.item = Some((key, value));
                continue;
            }
            "bundle" => {
                brings.bundle = Some(value);
                continue;
            }
            "bundleIconUrl" => {
                brings.bundle_icon_url = Some(value);
                continue;
            }
            "tags" => {
                for tag in cx.list("tags", value) {
                    if !cx.refuse_expressions("tags", tag) {
                        meta.tags.push(to_json(tag));
                    }
                }
                continue;
            }
            "brooklyn.libraries" | "libraries" => {
                libraries(cx, &mut meta, &name, key, value);
                continue;
            }
            "scanJavaAnnotations" | "scan_java_annotations" => {
                if cx.flag(&name, value) == Some(true) {
                    cx.warning(key.span.clone(), format!("'{name}' has no effect"))
                        .help("Brownstone runs no Java; list the items under `items`");
                }
                continue;
            }
            "deprecated" => {
                meta.deprecated = cx.flag("deprecated", value).unwrap_or(meta.deprecated);
                continue;
            }
            "disabled" => {
                meta.disabled = cx.flag("disabled", value).unwrap_or(meta.disabled);
                continue;
            }
            "id" => &mut meta.id,
            "symbolicName" => &mut meta.symbolic_name,
            "version" => &mut meta.version,
            "name" => &mut meta.name,
            "displayName" => &mut meta.display_name,
            "description" => &mut meta.description,
            "iconUrl" | "icon_url" | "icon.url" => &mut meta.icon_url,
            "itemType" | "item_type" => &mut meta.item_type,
            "format" => &mut meta.format,
            _ => {
                other(cx, &mut meta, &name, key, value);
                continue;
            }
        };
        let is_name = matches!(name.as_str(), "id" | "symbolicName") && !value.is_null();
        let text = cx.text(&name, value).filter(|text| !text.trim().is_empty());
        let is_bad = is_name && text.is_none();
        if let Some(text) = text {
            *slot = Some(Word { text: text.trim().to_owned(), span: value.span.clone() });
        }
        meta.has_bad_name |= is_bad;
    }
    (meta, brings)
}

/// Java libraries: kept, so that nothing is lost, and reported.
fn libraries(cx: &mut Context<'_>, meta: &mut Meta, name: &str, key: &Node, value: &Node) {
    // Those of the map itself come before those around it.
    let mut own: Vec<Value> = cx.list(name, value).iter().map(to_json).collect();
    if own.is_empty() {
        return;
    }
    own.append(&mut meta.libraries);
    meta.libraries = own;
    cx.warning(key.span.clone(), format!("the libraries of '{name}' are not loaded"))
        .help("Brownstone runs no Java; other bundles are found without being named here");
}

/// Keys that nothing here reads are kept with the item.
fn other(cx: &mut Context<'_>, meta: &mut Meta, name: &str, key: &Node, value: &Node) {
    let near = cx.nearest(name, KEYS.iter().copied());
    if let Some(near) = near {
        cx.warning(key.span.clone(), format!("'{name}' is kept as metadata: it has no effect"))
            .nearest(Some(near));
    }
    meta.others.insert(name.to_owned(), to_json(value));
}

/// What can be meant by a key.
const KEYS: &[&str] = &[
    "bundle",
    "bundleIconUrl",
    "version",
    "id",
    "symbolicName",
    "itemType",
    "format",
    "name",
    "displayName",
    "description",
    "iconUrl",
    "tags",
    "brooklyn.libraries",
    "include",
    "items",
    "item",
    "deprecated",
    "disabled",
    "scanJavaAnnotations",
];

//! From the documents of an upload to raw items: what stands under `brooklyn.catalog`, in what it includes, and, in
//! the old layout, beside it.

use std::ops::Range;
use std::sync::Arc;

use lang::diag::Diagnostic;
use lang::yaml::{self, Limits, Node, Value};

use super::cut::{self, Cut};
use super::limits::{BOM_BYTES_MAX, BUNDLE_ITEMS_MAX, INCLUDE_DEPTH_MAX, INCLUDES_MAX};
use super::meta::{self, Meta};
use super::refused::{Collected, Document};
use super::{CATALOG_BOM, Content, Fetch, Upload};
use crate::Surroundings;
use crate::compile::context::Context;
use crate::compile::type_only;

/// An item before it has a name.
pub(super) struct Raw {
    pub(super) document: Document,
    /// The file of the bundle that it stands in.
    pub(super) file: String,
    /// Where errors about the item as a whole are shown.
    pub(super) span: Range<usize>,
    pub(super) meta: Meta,
    /// What it says; `None` for a template that is no YAML.
    pub(super) node: Option<Node>,
    pub(super) cut: Cut,
}

/// What the root of the first document says of the bundle.
#[derive(Default)]
pub(super) struct Root {
    pub(super) bundle: Option<String>,
    pub(super) icon_url: Option<String>,
    pub(super) version: Option<String>,
    pub(super) id: Option<String>,
}

/// All that was read.
pub(super) struct Drafts {
    pub(super) items: Vec<Raw>,
    pub(super) found: Collected,
    /// The first document, for what is to be said of the whole.
    pub(super) first: Document,
}

/// The documents of an upload on the way.
pub(super) struct Documents<'u, 'f> {
    upload: &'u Upload<'u>,
    around: &'u Surroundings,
    fetch: &'u mut Fetch<'f>,
    drafts: Drafts,
    bytes: usize,
    included: usize,
    /// The documents that are being read, each included by the one before.
    open: Vec<String>,
}

impl<'u, 'f> Documents<'u, 'f> {
    pub(super) fn new(upload: &'u Upload<'u>, around: &'u Surroundings, fetch: &'u mut Fetch<'f>) -> Self {
        let first = Arc::new((upload.source.to_owned(), String::new()));
        let drafts = Drafts { items: Vec::new(), found: Collected::default(), first };
        Self { upload, around, fetch, drafts, bytes: 0, included: 0, open: Vec::new() }
    }

    pub(super) fn into_drafts(self) -> Drafts {
        self.drafts
    }

    /// Reads the first document and all that it includes.
    pub(super) fn read_all(&mut self) -> Root {
        let text = match self.upload.content {
            Content::Bom(text) => Ok(text.to_owned()),
            Content::Zip { files, .. } => match files.read(CATALOG_BOM) {
                Some(bytes) => {
                    String::from_utf8(bytes).map_err(|_| (format!("{CATALOG_BOM} is no text in UTF-8"), None))
                }
                None => Err(missing_bom(&files.names())),
            },
        };
        match text {
            Ok(text) => self.document(self.upload.source.to_owned(), CATALOG_BOM, text, &Meta::default(), 0),
            Err((message, help)) => {
                let mut diagnostic = Diagnostic::error(self.upload.source, 0..0, message);
                diagnostic.help = help;
                let first = self.drafts.first.clone();
                self.drafts.found.push(&first, None, diagnostic);
                Root::default()
            }
        }
    }

    /// Reads one document. `file` is its name in the bundle.
    fn document(&mut self, name: String, file: &str, text: String, parent: &Meta, depth: usize) -> Root {
        self.bytes = self.bytes.saturating_add(text.len());
        let document: Document = Arc::new((name, text));
        if self.open.is_empty() {
            self.drafts.first = document.clone();
        }
        if self.bytes > BOM_BYTES_MAX {
            let message =
                format!("the catalog has more than {BOM_BYTES_MAX} bytes of text (limit: BOM_BYTES_MAX)");
            self.drafts.found.push(&document, None, Diagnostic::error(&document.0, 0..0, message));
            return Root::default();
        }
        let (root, found) = yaml::parse(&document.0, &document.1, &Limits::BLUEPRINT);
        let mut cx = Context::new(&document.0, &document.1, self.around, found);
        self.open.push(document.0.clone());
        let said = match root.filter(|n| !n.is_null()) {
            Some(root) => self.root(&mut cx, &At { document: &document, file, depth }, &root, parent),
            None => {
                if !cx.failed() {
                    cx.error(0..0, "the catalog is empty").help("it needs `brooklyn.catalog:` with `items:`");
                }
                Root::default()
            }
        };
        self.open.pop();
        self.drafts.found.take(&document, None, cx.into_diagnostics());
        said
    }

    fn root(&mut self, cx: &mut Context<'_>, at: &At<'_>, root: &Node, parent: &Meta) -> Root {
        let Some(entries) = root.as_map() else {
            cx.error(root.span.clone(), format!("a catalog must be a map, but it is {}", root.describe()))
                .label("expected `brooklyn.catalog:`");
            return Root::default();
        };
        let Some((key, catalog)) = entries.iter().find(|(k, _)| k.as_str() == Some("brooklyn.catalog"))
        else {
            return self.without_catalog(cx, at, root, parent);
        };
        let map = cx.map("brooklyn.catalog", catalog);
        let (meta, brings) = meta::read(cx, parent, catalog);
        let text = |cx: &mut Context<'_>, key: &str, node: &Node| {
            cx.text(key, node).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
        };
        let said = Root {
            bundle: brings.bundle.and_then(|n| text(cx, "bundle", n)),
            icon_url: brings.bundle_icon_url.and_then(|n| text(cx, "bundleIconUrl", n)),
            version: meta.version.as_ref().map(|w| w.text.clone()),
            id: meta
                .id
                .as_ref()
                .or(meta.symbolic_name.as_ref())
                .map(|w| super::name::bare(&w.text).to_owned()),
        };
        if let (Some(name), Some(bundle)) = (&said.bundle, brings.bundle)
            && !super::name::is_good(name)
        {
            let message = format!("'{name}' cannot be a bundle's name: {}", super::name::BAD);
            cx.error(bundle.span.clone(), message);
        }
        if let (Some(_), None, Some(bundle), true) =
            (&said.bundle, &said.version, brings.bundle, self.open.len() == 1)
        {
            cx.error(bundle.span.clone(), "Catalog BOM must define version if bundle is defined")
                .help("add `version:`");
        }
        let beside = entries.iter().any(|(k, _)| k.as_str() != Some("brooklyn.catalog"));
        if !map.is_empty() || !beside && matches!(catalog.value, Value::Map(_) | Value::Null) {
            self.brought(cx, at, catalog, &meta, &brings, !beside);
        }
        if beside {
            let rest: Vec<(Node, Node)> =
                entries.iter().filter(|(k, _)| k.as_str() != Some("brooklyn.catalog")).cloned().collect();
            let span = rest.first().map_or_else(|| root.span.clone(), |(k, _)| k.span.clone());
            let node = Node { value: Value::Map(rest), ..root.clone() };
            let cut = cut::without(&at.document.1, &(key.span.start..catalog.span.end), &node);
            self.push(cx, at, span, meta, Some(node), cut);
        }
        said
    }

    /// A document that is no BOM: one item, if it can be one.
    fn without_catalog(&mut self, cx: &mut Context<'_>, at: &At<'_>, root: &Node, parent: &Meta) -> Root {
        let is_plan = ["services", "type", "brooklyn.policies", "brooklyn.enrichers", "brooklyn.locations"]
            .iter()
            .any(|k| root.get(k).is_some());
        if !is_plan {
            let first = root.as_map().and_then(|e| e.first());
            let span = first.map_or_else(|| root.span.clone(), |(k, _)| k.span.clone());
            let near = first.and_then(|(k, _)| k.as_str()).and_then(|k| cx.nearest(k, ["brooklyn.catalog"]));
            let adding = cx.error(span, "the document has no `brooklyn.catalog`");
            match near {
                Some(_) => adding.nearest(near),
                None => adding.label("expected `brooklyn.catalog:`"),
            };
            return Root::default();
        }
        let span = root.span.start..root.span.start;
        cx.warning(span.clone(), "the document has no `brooklyn.catalog`: all of it is taken as one item")
            .help("put it under `item:` of `brooklyn.catalog:`, with an `id:`");
        let cut = cut::plan(&at.document.1, root);
        self.push(cx, at, span, parent.clone(), Some(root.clone()), cut);
        Root::default()
    }

    /// A map of metadata, and the items that it brings.
    fn entry(&mut self, cx: &mut Context<'_>, at: &At<'_>, node: &Node, parent: &Meta) {
        let (meta, brings) = meta::read(cx, parent, node);
        for (key, given) in [("bundle", brings.bundle), ("bundleIconUrl", brings.bundle_icon_url)] {
            if let Some(given) = given {
                cx.warning(given.span.clone(), format!("'{key}' counts at the root of the catalog only"));
            }
        }
        self.brought(cx, at, node, &meta, &brings, true);
    }

    /// `must`: whether a map that brings nothing is to be reported.
    fn brought(
        &mut self,
        cx: &mut Context<'_>,
        at: &At<'_>,
        node: &Node,
        meta: &Meta,
        brings: &meta::Brings<'_>,
        must: bool,
    ) {
        if at.depth > INCLUDE_DEPTH_MAX {
            let message = format!(
                "items stand within each other more than {INCLUDE_DEPTH_MAX} times (limit: INCLUDE_DEPTH_MAX)"
            );
            cx.error(node.span.clone(), message);
            return;
        }
        let deeper = At { depth: at.depth + 1, ..*at };
        for item in brings.items.map(|items| cx.list("items", items)).unwrap_or_default() {
            match &item.value {
                Value::Map(_) => self.entry(cx, &deeper, item, meta),
                Value::String(address) => self.include(cx, &deeper, item, address, meta),
                _ => {
                    let message =
                        format!("an entry of 'items' must be a map or a URL, but it is {}", item.describe());
                    cx.error(item.span.clone(), message).label("expected `id:` and `item:`");
                }
            }
        }
        if let Some(node) = brings.include
            && let Some(address) = cx.text("include", node)
        {
            self.include(cx, &deeper, node, &address, meta);
        }
        match brings.item {
            Some((key, value)) => self.item(cx, &deeper, key, value, meta),
            None if must && brings.items.is_none() && brings.include.is_none() => {
                cx.warning(node.span.clone(), "nothing is added here: there is no `item`")
                    .help("add `item:` with a `type:`, or `items:`");
            }
            None => {}
        }
    }

    /// `item:` with a map, the address of one, or the name of a type.
    fn item(&mut self, cx: &mut Context<'_>, at: &At<'_>, key: &Node, value: &Node, meta: &Meta) {
        let is_template = meta.item_type.as_ref().is_some_and(|w| w.text.eq_ignore_ascii_case("template"));
        let span = key.span.clone();
        match &value.value {
            Value::Map(_) => {
                let cut = if is_template { cut::verbatim } else { cut::plan };
                let cut = cut(&at.document.1, value);
                self.push(cx, at, span, meta.clone(), Some(value.clone()), cut);
            }
            Value::String(address) if is_address(address) => match self.locate(address, &at.document.0) {
                Ok((name, file, text)) => self.fetched(cx, at, key, meta, &name, &file, text),
                Err(why) => self.unreadable(cx, value, address, &why),
            },
            Value::String(text) if is_template => {
                let cut = cut::scalar(&at.document.1, value, text);
                let root = yaml::parse("template", text, &Limits::BLUEPRINT).0;
                self.push(cx, at, span, meta.clone(), root, cut);
            }
            Value::String(text) if !text.contains('\n') && !cut::is_block(&at.document.1, value) => {
                let cut = Cut {
                    text: format!("type: {}\n", serde_json::Value::from(text.as_str())),
                    line: cut::verbatim(&at.document.1, value).line,
                };
                self.push(cx, at, span, meta.clone(), Some(type_only(value, text)), cut);
            }
            _ => {
                let message =
                    format!("an item must be a map, or the URL of one, but it is {}", value.describe());
                let adding = cx.error(value.span.clone(), message).label("expected `type:` or `services:`");
                if value.as_str().is_some() {
                    adding.help("write the item without `|`, or with `itemType: template`");
                }
            }
        }
    }

    /// The item behind an address: a document of its own.
    #[expect(clippy::too_many_arguments, reason = "where it came from, and what it is")]
    fn fetched(
        &mut self,
        cx: &mut Context<'_>,
        at: &At<'_>,
        key: &Node,
        meta: &Meta,
        name: &str,
        file: &str,
        text: String,
    ) {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > BOM_BYTES_MAX {
            let message =
                format!("the catalog has more than {BOM_BYTES_MAX} bytes of text (limit: BOM_BYTES_MAX)");
            cx.error(key.span.clone(), message);
            return;
        }
        let document: Document = Arc::new((name.to_owned(), text));
        let (root, found) = yaml::parse(&document.0, &document.1, &Limits::BLUEPRINT);
        let is_template = meta.item_type.as_ref().is_some_and(|w| w.text.eq_ignore_ascii_case("template"));
        let root = root.filter(|n| !n.is_null());
        if !is_template {
            let empty = root.is_none() && !found.iter().any(Diagnostic::is_error);
            self.drafts.found.take(&document, None, found);
            if empty {
                let error = Diagnostic::error(&document.0, 0..0, "the item is empty");
                self.drafts.found.push(&document, None, error);
            }
        }
        if root.is_none() && !is_template {
            return;
        }
        let cut = Cut { text: document.1.clone(), line: 1 };
        let at = At { document: &document, file, depth: at.depth };
        self.push(cx, &at, 0..0, meta.clone(), root, cut);
    }

    fn push(
        &mut self,
        cx: &mut Context<'_>,
        at: &At<'_>,
        span: Range<usize>,
        meta: Meta,
        node: Option<Node>,
        cut: Cut,
    ) {
        // Its name was no good, which was said.
        if meta.has_bad_name {
            return;
        }
        let items = &mut self.drafts.items;
        if items.len() >= BUNDLE_ITEMS_MAX {
            let message =
                format!("the catalog has more than {BUNDLE_ITEMS_MAX} items (limit: BUNDLE_ITEMS_MAX)");
            cx.error_once(span, message);
            return;
        }
        let (document, file) = (at.document.clone(), at.file.to_owned());
        items.push(Raw { document, file, span, meta, node, cut });
    }

    /// Another BOM, with what is said here around its items.
    fn include(&mut self, cx: &mut Context<'_>, at: &At<'_>, node: &Node, address: &str, meta: &Meta) {
        match self.locate(address, &at.document.0) {
            Ok((name, ..)) if self.open.contains(&name) => {
                let circle: Vec<&str> = self.open.iter().map(String::as_str).chain([name.as_str()]).collect();
                cx.error(node.span.clone(), format!("the catalog includes itself: {}", circle.join(" -> ")));
            }
            Ok((name, file, text)) => {
                self.document(name, &file, text, meta, at.depth);
            }
            Err(why) => self.unreadable(cx, node, address, &why),
        }
    }

    #[expect(clippy::unused_self, reason = "said like the others")]
    fn unreadable(&self, cx: &mut Context<'_>, node: &Node, address: &str, why: &str) {
        cx.error(node.span.clone(), format!("'{address}' cannot be read: {why}"));
    }

    /// The name, the file and the text behind an address; `from` is the document that it stands in.
    fn locate(&mut self, address: &str, from: &str) -> Result<(String, String, String), String> {
        self.included += 1;
        if self.included > INCLUDES_MAX {
            return Err(format!(
                "the catalog includes more than {INCLUDES_MAX} documents (limit: INCLUDES_MAX)"
            ));
        }
        let is_web = |a: &str| a.starts_with("http://") || a.starts_with("https://");
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (in_bundle, is_relative) = match address.strip_prefix("classpath:") {
            Some(rest) => (rest, false),
            None => (address, !address.starts_with('/')),
        };
        let whole =
            if is_relative && is_web(from) { format!("{folder}/{address}") } else { address.to_owned() };
        if is_web(&whole) {
            let text = (self.fetch)(&whole)?;
            return Ok((whole.clone(), whole, text));
        }
        if let Some((scheme, _)) = in_bundle.split_once(':') {
            return Err(if is_relative {
                format!("addresses with '{scheme}:' are not read; write http, https or a file of the bundle")
            } else {
                "files of other bundles are not read; put the file into this one".to_owned()
            });
        }
        let Content::Zip { files, .. } = self.upload.content else {
            return Err("a BOM by itself has no files beside it; upload a zip with both".to_owned());
        };
        let path = in_bundle.trim_start_matches('/');
        let near = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let mut tried = if is_relative { vec![near, path.to_owned()] } else { vec![path.to_owned()] };
        tried.dedup();
        for path in &tried {
            if let Some(bytes) = files.read(path) {
                let text = String::from_utf8(bytes).map_err(|_| format!("{path} is no text in UTF-8"))?;
                return Ok((path.clone(), path.clone(), text));
            }
        }
        let names = files.names();
        let near = base::suggest::nearest(path, names.iter().map(String::as_str));
        let near = near.map(|n| format!("; did you mean '{n}'?")).unwrap_or_default();
        Err(format!("the bundle has no file '{path}'{near}"))
    }
}

/// The place in the documents that is being read.
#[derive(Clone, Copy)]
struct At<'d> {
    document: &'d Document,
    file: &'d str,
    depth: usize,
}

fn is_address(text: &str) -> bool {
    ["http://", "https://", "classpath:"].iter().any(|p| text.starts_with(p))
}

fn missing_bom(names: &[String]) -> (String, Option<String>) {
    let elsewhere = names.iter().find_map(|n| n.strip_suffix("/catalog.bom"));
    let help = elsewhere.map(|folder| {
        format!("there is one in '{folder}': put the folder's content into the zip, not the folder")
    });
    (format!("the zip has no {CATALOG_BOM} at its root"), help)
}

//! From the parser's events to the tree: aliases, merge keys, duplicate keys, limits.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, ScalarStyle, StructureStyle, Tag};

use super::limits::Limits;
use super::node::{Node, Style, Value};
use super::{merge, tagged};
use crate::diag::{Diagnostic, Found};

/// A block at the end of a document that does not end its last line: the parser adds a line end, `SnakeYAML` does not.
fn without_added_line<'v>(value: &'v str, style: ScalarStyle, text: &str, span: &Range<usize>) -> &'v str {
    let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    let ends_the_text = text[span.end..].is_empty() && !text.ends_with(['\n', '\r']);
    if block && ends_the_text { value.strip_suffix('\n').unwrap_or(value) } else { value }
}

/// A collection whose end was not seen yet.
struct Open {
    anchor: usize,
    tag: Option<String>,
    /// A map that stands for the set of its keys (`!!set`).
    set: bool,
    start: usize,
    end: usize,
    items: Items,
    size: Size,
}

enum Items {
    Seq(Vec<Node>),
    Map { items: Vec<merge::Item>, key: Option<Node> },
}

/// What a node costs when it is repeated.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

/// A document on its way into a tree.
pub(super) struct Build<'a> {
    source: &'a str,
    text: &'a str,
    limits: &'a Limits,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, Size)>,
    pub(super) root: Option<Node>,
    documents: usize,
    nodes: usize,
    alias_bytes: usize,
    found: &'a mut Found,
}

impl<'a> Build<'a> {
    pub(super) fn new(source: &'a str, text: &'a str, limits: &'a Limits, found: &'a mut Found) -> Self {
        Self {
            source,
            text,
            limits,
            open: Vec::new(),
            anchors: BTreeMap::new(),
            root: None,
            documents: 0,
            nodes: 0,
            alias_bytes: 0,
            found,
        }
    }

    pub(super) fn take(&mut self, event: Event<'_>, span: &Range<usize>) -> Result<(), Diagnostic> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Diagnostic::error(
                        self.source,
                        span.clone(),
                        "a second document begins here",
                    )
                    .label("expected the end")
                    .help("one blueprint a file: remove the line `---` or what follows it"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let text = without_added_line(&text, style, self.text, span);
                let (value, style) =
                    tagged::value(self.source, self.found, text, style, tag.as_deref(), span);
                let size = Size { nodes: 1, bytes: text.len(), depth: 0 };
                let node = Node { value, span: span.clone(), tag: tag.map(|t| t.original()), style };
                self.count(1, span)?;
                self.place(node, anchor, size)?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.begin(Items::Seq(Vec::new()), style, anchor, tag.as_deref(), "seq", span)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let items = Items::Map { items: Vec::new(), key: None };
                self.begin(items, style, anchor, tag.as_deref(), "map", span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Alias(id) => self.alias(id, span)?,
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize, span: &Range<usize>) -> Result<(), Diagnostic> {
        self.nodes += nodes;
        if self.nodes <= self.limits.nodes {
            return Ok(());
        }
        let message = format!(
            "the document holds more than {} values, aliases expanded (limit: nodes)",
            self.limits.nodes
        );
        Err(Diagnostic::error(self.source, span.clone(), message))
    }

    fn count_alias_bytes(&mut self, bytes: usize, span: &Range<usize>) -> Result<(), Diagnostic> {
        self.alias_bytes += bytes;
        if self.alias_bytes <= self.limits.alias_bytes {
            return Ok(());
        }
        let message = format!(
            "aliases repeat more than {} bytes of text (limit: alias_bytes)",
            self.limits.alias_bytes
        );
        Err(Diagnostic::error(self.source, span.clone(), message))
    }

    fn too_deep(&self, span: &Range<usize>) -> Diagnostic {
        let message = format!("collections are nested deeper than {} (limit: depth)", self.limits.depth);
        Diagnostic::error(self.source, span.clone(), message)
    }

    fn begin(
        &mut self,
        items: Items,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        expected: &str,
        span: &Range<usize>,
    ) -> Result<(), Diagnostic> {
        self.count(1, span)?;
        if self.open.len() >= self.limits.depth {
            return Err(self.too_deep(span));
        }
        let name = tag.and_then(tagged::yaml_name);
        let set = expected == "map" && name.as_deref() == Some("set");
        if let Some(tag) = tag.filter(|t| !set && name.as_deref() != Some(expected) && t.original() != "!") {
            tagged::unknown(self.source, self.found, tag, span);
        }
        let end = if style == StructureStyle::Flow { span.end } else { span.start };
        self.open.push(Open {
            anchor,
            tag: tag.map(Tag::original),
            set,
            start: span.start,
            end,
            items,
            size: Size { nodes: 1, bytes: 0, depth: 1 },
        });
        Ok(())
    }

    fn end(&mut self, span: &Range<usize>) -> Result<(), Diagnostic> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        // A block collection ends without a character of its own, in the next line: its last value tells better.
        let end = if span.is_empty() { open.end } else { span.end.max(open.end) };
        let value = match open.items {
            Items::Seq(items) => Value::Seq(items),
            Items::Map { items, .. } => {
                let entries = merge::entries(self.source, self.found, items);
                // JSON knows no sets: Brooklyn shows them as lists, too.
                if open.set {
                    Value::Seq(entries.into_iter().map(|(key, _)| key).collect())
                } else {
                    Value::Map(entries)
                }
            }
        };
        let node = Node { value, span: open.start..end, tag: open.tag, style: Style::Collection };
        self.place(node, open.anchor, open.size)
    }

    fn alias(&mut self, id: usize, span: &Range<usize>) -> Result<(), Diagnostic> {
        let Some(size) = self.anchors.get(&id).map(|(_, size)| *size) else {
            return Err(Diagnostic::error(
                self.source,
                span.clone(),
                "the alias stands within what it names",
            )
            .label("expected the name of an anchor that is complete"));
        };
        if self.open.len() + size.depth > self.limits.depth {
            return Err(self.too_deep(span));
        }
        // Counted before the copy is made: an alias bomb ends here.
        self.count_alias_bytes(size.bytes, span)?;
        self.count(size.nodes, span)?;
        match self.anchors.get(&id).map(|(node, _)| node.clone()) {
            Some(copy) => self.place_at(copy, span.end, 0, size),
            None => Ok(()),
        }
    }

    fn place(&mut self, node: Node, anchor: usize, size: Size) -> Result<(), Diagnostic> {
        let end = node.span.end;
        self.place_at(node, end, anchor, size)
    }

    /// Puts a finished node where it belongs. `end` is where its text ends, alias or not.
    fn place_at(&mut self, node: Node, end: usize, anchor: usize, size: Size) -> Result<(), Diagnostic> {
        if anchor != 0 {
            // The copy that is kept for aliases counts too: anchors within anchors would fill the memory.
            self.count(size.nodes, &node.span)?;
            self.count_alias_bytes(size.bytes, &node.span)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.end = parent.end.max(end);
        parent.size.nodes += size.nodes;
        parent.size.bytes += size.bytes;
        parent.size.depth = parent.size.depth.max(size.depth + 1);
        match &mut parent.items {
            Items::Seq(items) => {
                if items.is_empty() {
                    parent.start = parent.start.min(node.span.start);
                }
                items.push(node);
            }
            Items::Map { items, key } => match key.take() {
                None => *key = Some(node),
                Some(k) if k.style == Style::Plain && k.as_str() == Some("<<") => {
                    items.push(merge::Item::Merge(node));
                }
                Some(k) => items.push(merge::Item::Own(k, node)),
            },
        }
        Ok(())
    }
}

//! From the parser's events to the tree: aliases, merge keys, duplicate keys, limits.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, Span, StructureStyle, Tag};

use super::explain::explain;
use super::limits::Limits;
use super::node::{Node, Style, Value};
use super::{merge, tagged};
use crate::diag::{Diagnostic, Found};

/// Reads one document. The tree is there unless the text is no YAML at all or meets a limit; then a diagnostic
/// says which. Errors that leave a tree (a key twice, a bad tag) are all reported.
pub fn parse(source: &str, text: &str, limits: &Limits) -> (Option<Node>, Vec<Diagnostic>) {
    if text.len() > limits.bytes {
        let message = format!(
            "the document has {} bytes; at most {} are read (limit: bytes)",
            text.len(),
            limits.bytes
        );
        return (None, vec![Diagnostic::error(source, 0..0, message)]);
    }
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: u8::try_from(limits.depth).unwrap_or(u8::MAX).into(),
        block_nesting_limit: u8::try_from(limits.depth).unwrap_or(u8::MAX).into(),
    };
    let mut build = Build::new(source, limits);
    for event in Parser::new_from_str_with_options(text, options) {
        let step = match event {
            Ok((event, span)) => build.take(event, &range(&span, text)),
            Err(error) => Err(explain(source, text, &error, limits)),
        };
        if let Err(fatal) = step {
            build.found.push(fatal);
            return (None, build.found.into_kept());
        }
    }
    (build.root, build.found.into_kept())
}

fn range(span: &Span, text: &str) -> Range<usize> {
    let start = span.start.byte_offset().unwrap_or(0).min(text.len());
    let end = span.end.byte_offset().unwrap_or(start).clamp(start, text.len());
    start..end
}

/// A collection whose end was not seen yet.
struct Open {
    anchor: usize,
    tag: Option<String>,
    start: usize,
    end: usize,
    items: Items,
    size: Size,
}

enum Items {
    Seq(Vec<Node>),
    Map { entries: Vec<(Node, Node)>, key: Option<Node>, merges: Vec<Node> },
}

/// What a node costs when it is repeated.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

struct Build<'a> {
    source: &'a str,
    limits: &'a Limits,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, Size)>,
    root: Option<Node>,
    documents: usize,
    nodes: usize,
    alias_bytes: usize,
    found: Found,
}

impl<'a> Build<'a> {
    fn new(source: &'a str, limits: &'a Limits) -> Self {
        Self {
            source,
            limits,
            open: Vec::new(),
            anchors: BTreeMap::new(),
            root: None,
            documents: 0,
            nodes: 0,
            alias_bytes: 0,
            found: Found::default(),
        }
    }

    fn take(&mut self, event: Event<'_>, span: &Range<usize>) -> Result<(), Diagnostic> {
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
                let (value, style) =
                    tagged::value(self.source, &mut self.found, &text, style, tag.as_deref(), span);
                let size = Size { nodes: 1, bytes: text.len(), depth: 0 };
                let node = Node { value, span: span.clone(), tag: tag.map(|t| t.original()), style };
                self.count(1, span)?;
                self.place(node, anchor, size);
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.begin(Items::Seq(Vec::new()), style, anchor, tag.as_deref(), "seq", span)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let items = Items::Map { entries: Vec::new(), key: None, merges: Vec::new() };
                self.begin(items, style, anchor, tag.as_deref(), "map", span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
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
        if let Some(tag) = tag.filter(|t| t.core_suffix() != Some(expected) && t.original() != "!") {
            tagged::unknown(self.source, &mut self.found, tag, span);
        }
        let end = if style == StructureStyle::Flow { span.end } else { span.start };
        self.open.push(Open {
            anchor,
            tag: tag.map(Tag::original),
            start: span.start,
            end,
            items,
            size: Size { nodes: 1, bytes: 0, depth: 1 },
        });
        Ok(())
    }

    fn end(&mut self, span: &Range<usize>) {
        let Some(open) = self.open.pop() else { return };
        // A block collection ends without a character of its own, in the next line: its last value tells better.
        let end = if span.is_empty() { open.end } else { span.end.max(open.end) };
        let value = match open.items {
            Items::Seq(items) => Value::Seq(items),
            Items::Map { entries, merges, .. } => {
                Value::Map(merge::entries(self.source, &mut self.found, entries, merges))
            }
        };
        let node = Node { value, span: open.start..end, tag: open.tag, style: Style::Collection };
        self.place(node, open.anchor, open.size);
    }

    fn alias(&mut self, id: usize, span: &Range<usize>) -> Result<(), Diagnostic> {
        let Some((node, size)) = self.anchors.get(&id) else {
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
        self.alias_bytes += size.bytes;
        if self.alias_bytes > self.limits.alias_bytes {
            let message = format!(
                "aliases repeat more than {} bytes of text (limit: alias_bytes)",
                self.limits.alias_bytes
            );
            return Err(Diagnostic::error(self.source, span.clone(), message));
        }
        let size = *size;
        // Counted before the copy is made: an alias bomb ends here.
        let nodes = size.nodes;
        let within = self.nodes + nodes <= self.limits.nodes;
        let copy = within.then(|| node.clone());
        self.count(nodes, span)?;
        if let Some(copy) = copy {
            self.place_at(copy, span.end, 0, size);
        }
        Ok(())
    }

    fn place(&mut self, node: Node, anchor: usize, size: Size) {
        let end = node.span.end;
        self.place_at(node, end, anchor, size);
    }

    /// Puts a finished node where it belongs. `end` is where its text ends, alias or not.
    fn place_at(&mut self, node: Node, end: usize, anchor: usize, size: Size) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
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
            Items::Map { entries, key, merges } => match key.take() {
                None => *key = Some(node),
                Some(k) if k.style == Style::Plain && k.as_str() == Some("<<") => merges.push(node),
                Some(k) => entries.push((k, node)),
            },
        }
    }
}

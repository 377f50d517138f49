//! What is collected while a blueprint is compiled, and the questions that are asked of every node.

use std::collections::BTreeMap;
use std::ops::Range;

use lang::diag::{Diagnostic, Found};
use lang::yaml::{Node, Value};

use crate::config::deferred;
use crate::yaml_value::{key_text, to_json};

/// Searches for a nearest name in one document.
const SEARCHES_MAX: usize = 200;

pub(super) struct Context<'a> {
    source: &'a str,
    found: Found,
    /// Whether the document was recognised as a blueprint at all.
    pub(super) is_plan: bool,
    /// How many more names may be searched for a nearest one: the search is slow.
    searches_left: usize,
    /// Ids that were given, by their first place.
    ids: BTreeMap<String, Range<usize>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(source: &'a str, diagnostics: Vec<Diagnostic>) -> Self {
        let mut found = Found::default();
        found.extend(diagnostics);
        Self { source, found, is_plan: false, searches_left: SEARCHES_MAX, ids: BTreeMap::new() }
    }

    pub(super) fn error(&mut self, span: Range<usize>, message: impl Into<String>) -> Adding<'_> {
        Adding(self.found.push(Diagnostic::error(self.source, span, message)))
    }

    pub(super) fn warning(&mut self, span: Range<usize>, message: impl Into<String>) -> Adding<'_> {
        Adding(self.found.push(Diagnostic::warning(self.source, span, message)))
    }

    pub(super) fn failed(&self) -> bool {
        self.found.failed()
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.found.into_kept()
    }

    /// The known name that `name` most likely meant.
    pub(super) fn nearest<'k>(
        &mut self,
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Option<&'k str> {
        self.searches_left = self.searches_left.checked_sub(1)?;
        base::suggest::nearest(name, known)
    }

    /// The entries of a map; an error otherwise. Nothing at all is an empty map.
    pub(super) fn map<'n>(&mut self, key: &str, node: &'n Node) -> &'n [(Node, Node)] {
        match &node.value {
            Value::Map(entries) => entries,
            Value::Null => &[],
            _ => {
                self.error(
                    node.span.clone(),
                    format!("'{key}' must be a map, but it is {}", node.describe()),
                )
                .label("expected `key: value` entries");
                &[]
            }
        }
    }

    /// The items of a list; an error otherwise. Nothing at all is an empty list.
    pub(super) fn list<'n>(&mut self, key: &str, node: &'n Node) -> &'n [Node] {
        match &node.value {
            Value::Seq(items) => items,
            Value::Null => &[],
            _ => {
                self.error(
                    node.span.clone(),
                    format!("'{key}' must be a list, but it is {}", node.describe()),
                )
                .label("expected `- ` items");
                &[]
            }
        }
    }

    /// A text (also a number or a flag without quotes); an error otherwise. Nothing at all is none.
    pub(super) fn text(&mut self, key: &str, node: &Node) -> Option<String> {
        if node.is_null() || self.has_dsl(key, node) {
            return None;
        }
        let text = node.scalar_text();
        if text.is_none() {
            self.error(node.span.clone(), format!("'{key}' must be a text, but it is {}", node.describe()));
        }
        text
    }

    /// A value as it will be kept. Expressions are refused here, with a message of their own.
    pub(super) fn value(&mut self, key: &str, node: &Node) -> Option<serde_json::Value> {
        if self.has_dsl(key, node) { None } else { Some(to_json(node)) }
    }

    fn has_dsl(&mut self, key: &str, node: &Node) -> bool {
        let Some((span, function)) = dsl_in(node) else { return false };
        self.error(span, format!("'{key}' uses the DSL ({function}), which is not in this release"))
            .label("expected a value")
            .help("the DSL comes in a later release; write the value itself here for now");
        true
    }

    /// An `id` by which other entities could name this one.
    pub(super) fn take_id(&mut self, id: &str, span: &Range<usize>) {
        if self.ids.insert(id.to_owned(), span.clone()).is_some() {
            self.warning(span.clone(), format!("the id '{id}' is given to two entities"))
                .help("a reference to it finds the nearest one");
        }
    }
}

/// The diagnostic that was just added, to say more; nothing when there were too many to keep it.
pub(super) struct Adding<'d>(Option<&'d mut Diagnostic>);

impl Adding<'_> {
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.label = Some(label.into());
        }
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.help = Some(help.into());
        }
        self
    }

    /// Help that names the nearest known name, if there is one.
    pub(super) fn nearest(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.help(format!("did you mean '{name}'?")),
            None => self,
        }
    }
}

/// The place and the function of the first expression in a value.
fn dsl_in(node: &Node) -> Option<(Range<usize>, String)> {
    match &node.value {
        Value::String(s) => {
            deferred(&serde_json::Value::String(s.clone())).map(|function| (node.span.clone(), function))
        }
        Value::Seq(items) => items.iter().find_map(dsl_in),
        Value::Map(entries) => entries.iter().find_map(|(k, v)| dsl_in(k).or_else(|| dsl_in(v))),
        _ => None,
    }
}

/// Keys of a map as texts, with their nodes.
pub(super) fn keyed(entries: &[(Node, Node)]) -> impl Iterator<Item = (String, &Node, &Node)> {
    entries.iter().map(|(k, v)| (key_text(k), k, v))
}

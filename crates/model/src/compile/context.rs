//! What is collected while a blueprint is compiled, and the questions that are asked of every node.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use lang::diag::{Diagnostic, Found};
use lang::yaml::{Node, Value};

use super::items::{Frame, Memo};
use super::limits::{ENTITIES_MAX, ENTITY_DEPTH_MAX, SEARCHES_MAX, SLIPS_MAX};
use super::surroundings::{DEMO_EXTERNAL, Surroundings};
use super::values::first_expression;
use crate::catalog::BundleId;
use crate::yaml_value::key_text;

pub(crate) struct Context<'a> {
    source: &'a str,
    text: &'a str,
    /// What is known outside the document.
    pub(crate) around: &'a Surroundings,
    found: Found,
    /// Whether the document was recognised as a blueprint at all.
    pub(crate) is_plan: bool,
    /// How many more names may be searched for a nearest one.
    searches_left: usize,
    /// How many more config keys may be compared with all declared ones.
    slips_left: usize,
    /// Ids that were given, by their first place.
    ids: BTreeMap<String, Range<usize>>,
    /// Ids that expressions name, with their places.
    references: Vec<(String, Range<usize>)>,
    pub(crate) entities: usize,
    /// What is said once.
    said: BTreeSet<String>,
    /// In how many entity specs this place is.
    pub(crate) spec_depth: usize,
    /// In how many entities this place is, items and specs counted, and the most that there were.
    pub(crate) level: usize,
    pub(crate) deepest: usize,
    /// The items whose texts this place is in, the outermost first.
    pub(crate) chain: Vec<Frame>,
    /// What items were found to make.
    pub(crate) memo: Rc<RefCell<Memo>>,
    /// The names of the items that were looked at.
    pub(crate) used: BTreeSet<String>,
    /// The bundle that is being added, while its items are looked at.
    pub(crate) adding: Option<BundleId>,
    /// Items of that bundle that were found faulty here.
    pub(crate) blamed: BTreeSet<String>,
    /// Errors about the way to an item, which are told as they are wherever it began.
    pub(crate) fatal: Vec<String>,
    /// Whether what is missing may be said elsewhere.
    pub(crate) may_be_partial: bool,
    /// Warnings are left out: they were told when the item was added.
    pub(crate) quiet: bool,
    /// The next item is deployed as a whole: its application stays around a service that is none.
    pub(crate) whole: bool,
}

/// What was collected while the text in a value was compiled.
pub(crate) struct Parts {
    found: Vec<Diagnostic>,
    ids: BTreeMap<String, Range<usize>>,
    references: Vec<(String, Range<usize>)>,
    searches_left: usize,
    entities: usize,
    deepest: usize,
    used: BTreeSet<String>,
    blamed: BTreeSet<String>,
    fatal: Vec<String>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        source: &'a str,
        text: &'a str,
        around: &'a Surroundings,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        let mut found = Found::default();
        found.extend(diagnostics);
        Self {
            source,
            text,
            around,
            found,
            is_plan: false,
            searches_left: SEARCHES_MAX,
            slips_left: SLIPS_MAX,
            ids: BTreeMap::new(),
            references: Vec::new(),
            entities: 0,
            said: BTreeSet::new(),
            spec_depth: 0,
            level: 0,
            deepest: 0,
            chain: Vec::new(),
            memo: Rc::default(),
            used: BTreeSet::new(),
            adding: None,
            blamed: BTreeSet::new(),
            fatal: Vec::new(),
            may_be_partial: false,
            quiet: false,
            whole: false,
        }
    }

    /// The text that all places are in.
    pub(crate) fn document(&self) -> &'a str {
        self.text
    }

    /// Whether one more entity may be asked for; an error the first time when not.
    pub(crate) fn may_add_entity(&mut self, span: &Range<usize>) -> bool {
        self.entities += 1;
        if self.entities == ENTITIES_MAX + 1 {
            let message =
                format!("the blueprint asks for more than {ENTITIES_MAX} entities (limit: ENTITIES_MAX)");
            self.error(span.clone(), message);
        }
        self.entities <= ENTITIES_MAX
    }

    /// Goes into an entity; an error when there are too many around it.
    pub(crate) fn enter(&mut self, span: &Range<usize>) -> bool {
        if self.level >= ENTITY_DEPTH_MAX {
            self.fatal(span.clone(), too_deep());
            return false;
        }
        self.level += 1;
        self.deepest = self.deepest.max(self.level);
        true
    }

    /// Leaves it.
    pub(crate) fn leave(&mut self) {
        self.level = self.level.saturating_sub(1);
    }

    /// An error about the way to an item: told as it is at the place that the way began at.
    pub(crate) fn fatal(&mut self, span: Range<usize>, message: String) {
        self.error_once(span, message.clone());
        self.fatal.push(message);
    }

    /// An error, said at the first place only that comes to it.
    pub(crate) fn error_once(&mut self, span: Range<usize>, message: String) -> Adding<'_> {
        if self.said.insert(message.clone()) { self.error(span, message) } else { Adding(None) }
    }

    pub(crate) fn error(&mut self, span: Range<usize>, message: impl Into<String>) -> Adding<'_> {
        Adding(self.found.push(Diagnostic::error(self.source, span, message)))
    }

    pub(crate) fn warning(&mut self, span: Range<usize>, message: impl Into<String>) -> Adding<'_> {
        if self.quiet {
            return Adding(None);
        }
        Adding(self.found.push(Diagnostic::warning(self.source, span, message)))
    }

    pub(crate) fn source(&self) -> &'a str {
        self.source
    }

    /// A warning about something outside the document, said at the first place only that comes to it.
    pub(crate) fn warning_once(&mut self, span: Range<usize>, message: String) -> Adding<'_> {
        if self.said.insert(message.clone()) { self.warning(span, message) } else { Adding(None) }
    }

    /// For a blueprint whose text stands in a value of this one.
    pub(crate) fn within<'b>(&self, text: &'b str, diagnostics: Vec<Diagnostic>) -> Context<'b>
    where
        'a: 'b,
    {
        let inner = Context::new(self.source, text, self.around, diagnostics);
        self.handed_on(inner)
    }

    /// For the text of an item.
    pub(crate) fn of_item(
        &self,
        source: &'a str,
        text: &'a str,
        diagnostics: Vec<Diagnostic>,
        frame: Frame,
    ) -> Context<'a> {
        let mut inner = self.handed_on(Context::new(source, text, self.around, diagnostics));
        inner.chain.push(frame);
        inner
    }

    /// A new context with what goes on from this one.
    fn handed_on<'b>(&self, inner: Context<'b>) -> Context<'b> {
        Context {
            searches_left: self.searches_left,
            entities: self.entities,
            spec_depth: self.spec_depth,
            level: self.level,
            deepest: self.level,
            chain: self.chain.clone(),
            memo: self.memo.clone(),
            adding: self.adding.clone(),
            ..inner
        }
    }

    /// What an inner context has used up.
    pub(crate) fn take_budgets(&mut self, inner: &Context<'_>) {
        (self.searches_left, self.entities) = (inner.searches_left, inner.entities);
    }

    /// Takes over what was collected within; `outer` brings its places into this document.
    pub(crate) fn take_parts(&mut self, parts: Parts, outer: &dyn Fn(Range<usize>) -> Range<usize>) {
        self.found.extend(parts.found.into_iter().map(|d| Diagnostic { span: outer(d.span.clone()), ..d }));
        self.ids.extend(parts.ids.into_iter().map(|(id, span)| (id, outer(span))));
        self.references.extend(parts.references.into_iter().map(|(id, span)| (id, outer(span))));
        (self.searches_left, self.entities) = (parts.searches_left, parts.entities);
        self.deepest = self.deepest.max(parts.deepest);
        self.used.extend(parts.used);
        self.blamed.extend(parts.blamed);
        self.fatal.extend(parts.fatal);
    }

    pub(crate) fn into_parts(self) -> Parts {
        Parts {
            found: self.found.into_kept(),
            ids: self.ids,
            references: self.references,
            searches_left: self.searches_left,
            entities: self.entities,
            deepest: self.deepest,
            used: self.used,
            blamed: self.blamed,
            fatal: self.fatal,
        }
    }

    pub(crate) fn failed(&self) -> bool {
        self.found.failed()
    }

    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.found.into_kept()
    }

    /// The known name that `name` most likely meant.
    pub(crate) fn nearest<'k>(
        &mut self,
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Option<&'k str> {
        self.searches_left = self.searches_left.checked_sub(1)?;
        base::suggest::nearest(name, known)
    }

    /// Whether a config key may be compared with all declared ones.
    pub(crate) fn may_look_for_slip(&mut self) -> bool {
        let may = self.slips_left > 0;
        self.slips_left = self.slips_left.saturating_sub(1);
        may
    }

    /// The entries of a map; an error otherwise. Nothing at all is an empty map.
    pub(crate) fn map<'n>(&mut self, key: &str, node: &'n Node) -> &'n [(Node, Node)] {
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
    pub(crate) fn list<'n>(&mut self, key: &str, node: &'n Node) -> &'n [Node] {
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

    /// A text (also a number or a flag without quotes) that must be written out; an error otherwise. Nothing at all
    /// is none.
    pub(crate) fn text(&mut self, key: &str, node: &Node) -> Option<String> {
        if node.is_null() || self.refuse_expressions(key, node) {
            return None;
        }
        let text = node.scalar_text();
        if text.is_none() {
            self.error(node.span.clone(), format!("'{key}' must be a text, but it is {}", node.describe()));
        }
        text
    }

    /// A flag that must be written out.
    pub(crate) fn flag(&mut self, key: &str, node: &Node) -> Option<bool> {
        let text = self.text(key, node)?;
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => {
                self.error(node.span.clone(), format!("'{key}' must be true or false"));
                None
            }
        }
    }

    /// Refuses expressions where they are never evaluated. Says whether there was one.
    pub(crate) fn refuse_expressions(&mut self, key: &str, node: &Node) -> bool {
        let Some(expression) = first_expression(node) else { return false };
        self.error(
            expression.span.clone(),
            format!("'{key}' cannot hold an expression: it is not evaluated here"),
        )
        .label("expected a value that is written out");
        true
    }

    /// An `id` by which other entities could name this one.
    pub(crate) fn take_id(&mut self, id: &str, span: &Range<usize>) {
        if self.ids.insert(id.to_owned(), span.clone()).is_some() {
            self.warning(span.clone(), format!("the id '{id}' is given to two entities"))
                .help("a reference to it finds the nearest one");
        }
    }

    /// An id that an item gives to an entity in it: others may name it, and two of them do not clash.
    pub(crate) fn know_id(&mut self, id: &str, span: &Range<usize>) {
        if !self.ids.contains_key(id) {
            self.ids.insert(id.to_owned(), span.clone());
        }
    }

    /// All ids that were given.
    pub(crate) fn id_names(&self) -> Vec<String> {
        self.ids.keys().cloned().collect()
    }

    /// An id by which an expression names an entity.
    pub(crate) fn take_reference(&mut self, id: &str, span: Range<usize>) {
        self.references.push((id.to_owned(), span));
    }

    /// Warns of references to ids that nothing in the blueprint has.
    pub(crate) fn check_references(&mut self) {
        for (id, span) in std::mem::take(&mut self.references) {
            if self.ids.contains_key(&id) {
                continue;
            }
            let near = self.searches_left.checked_sub(1).and_then(|left| {
                self.searches_left = left;
                base::suggest::nearest(&id, self.ids.keys().map(String::as_str)).map(str::to_owned)
            });
            let adding = self.warning(span, format!("no entity of this blueprint has the id '{id}'"));
            match near {
                Some(near) => adding.nearest(Some(&near)),
                None => adding.help("it must exist when the value is read"),
            };
        }
    }

    /// Whether an external provider is configured.
    pub(crate) fn has_provider(&self, name: &str) -> bool {
        name == DEMO_EXTERNAL || self.around.externals.contains(name)
    }

    pub(crate) fn nearest_provider(&mut self, name: &str) -> Option<String> {
        let around = self.around;
        self.nearest(name, around.externals.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// The diagnostic that was just added, to say more; nothing when there were too many to keep it.
pub(crate) struct Adding<'d>(Option<&'d mut Diagnostic>);

impl Adding<'_> {
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.label = Some(label.into());
        }
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.help = Some(help.into());
        }
        self
    }

    /// Help that names the nearest known name, if there is one.
    pub(crate) fn nearest(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.help(format!("did you mean '{name}'?")),
            None => self,
        }
    }
}

/// The error of what stands too deep.
pub(crate) fn too_deep() -> String {
    format!("entities stand within each other more than {ENTITY_DEPTH_MAX} times (limit: ENTITY_DEPTH_MAX)")
}

/// Keys of a map as texts, with their nodes.
pub(crate) fn keyed(entries: &[(Node, Node)]) -> impl Iterator<Item = (String, &Node, &Node)> {
    entries.iter().map(|(k, v)| (key_text(k), k, v))
}

//! Catalog items in blueprints: how a name finds one ([`find`]), and what its text stands for ([`made`]).
//!
//! An item's text is compiled by itself, in its own context: its names mean what they mean to its author, and its
//! errors name its own file and line. What it makes is then the start of whatever names it, as a type is
//! (`brooklyn-blueprints.md` 1.8).

mod bean;
mod find;
mod kinds;
mod made;
mod memo;
mod merge;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use lang::diag::Diagnostic;
use lang::yaml::Node;

use super::context::Context;
use super::surroundings::Surroundings;
use super::{adjuncts, initializers, location, plan};
use crate::catalog::{BundleId, ItemId, ItemKind};
use crate::spec::{AdjunctKind, AdjunctSpec, EntitySpec, LocationSpec, TypeName};
use crate::types::basic_entity;

pub(super) use bean::as_initializer;
pub(super) use find::{Named, find, is_item, names, nearest, search, versions_of};
pub(crate) use kinds::{built_in_kind, built_in_names, supertypes};
pub(super) use made::{adjunct, entity, location as location_of, take_over};
pub(crate) use memo::Memo;
pub(super) use merge::{Rule, merged, reaches_subtypes};

/// An item whose text is being compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) id: ItemId,
    pub(crate) bundle: BundleId,
}

/// What an item's text stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Made {
    /// An entity with all that is below it; also an application, and a template.
    Entity(Box<EntitySpec>),
    /// A policy or an enricher.
    Adjunct(Box<AdjunctSpec>),
    /// What an initializer adds to an entity.
    Initializer(Box<EntitySpec>),
    /// A place to run.
    Location(Box<LocationSpec>),
}

/// An item that was compiled for its own sake.
pub(crate) struct Checked {
    /// What it makes, unless there are errors.
    pub(crate) made: Option<Made>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Items of the same bundle that cannot be used: their errors are told with them.
    pub(crate) blamed: Vec<String>,
}

impl Checked {
    /// Whether there was an error.
    pub(crate) fn failed(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Compiles the items of one bundle, which is in the catalog already, each for its own sake.
pub(crate) struct Checker<'a> {
    around: &'a Surroundings,
    memo: Rc<std::cell::RefCell<Memo>>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(around: &'a Surroundings) -> Self {
        Self { around, memo: Rc::default() }
    }

    /// Compiles one. `text` is the document that it stands in, `node` the item itself.
    pub(crate) fn check(
        &self,
        source: &str,
        text: &str,
        frame: Frame,
        kind: ItemKind,
        node: &Node,
    ) -> Checked {
        let mut cx = Context::new(source, text, self.around, Vec::new());
        cx.adding = Some(frame.bundle.clone());
        cx.chain.push(frame);
        cx.memo = self.memo.clone();
        let made = make(&mut cx, kind, node);
        if let Some(Made::Entity(spec) | Made::Initializer(spec)) = &made {
            super::check_depth(&mut cx, node, Some(spec));
        }
        let blamed: Vec<String> = std::mem::take(&mut cx.blamed).into_iter().collect();
        let made = made.filter(|_| !cx.failed() && blamed.is_empty());
        Checked { made, diagnostics: cx.into_diagnostics(), blamed }
    }
}

/// Compiles the text of the item that is the last of the chain; `None` with errors in `cx`.
pub(crate) fn make(cx: &mut Context<'_>, kind: ItemKind, node: &Node) -> Option<Made> {
    cx.is_plan = true;
    match kind {
        ItemKind::Entity | ItemKind::Application | ItemKind::Template => {
            plan::compile_item(cx, node).map(|spec| Made::Entity(Box::new(spec)))
        }
        ItemKind::Policy => {
            let node = only(cx, node, "brooklyn.policies")?;
            adjunct_item(cx, AdjunctKind::Policy, node)
        }
        ItemKind::Enricher => {
            let node = only(cx, node, "brooklyn.enrichers")?;
            adjunct_item(cx, AdjunctKind::Enricher, node)
        }
        ItemKind::Location => {
            let node = only(cx, node, "brooklyn.locations")?;
            location::of_item(cx, node).map(|spec| Made::Location(Box::new(spec)))
        }
        ItemKind::Bean => {
            let node = only(cx, node, "brooklyn.initializers")?;
            let mut entity = EntitySpec::new(TypeName::new(basic_entity::TYPE.java_type));
            // What is missing may be said where it is used.
            cx.may_be_partial = true;
            initializers::compile(cx, &mut entity, node);
            cx.may_be_partial = false;
            Some(Made::Initializer(Box::new(entity)))
        }
    }
}

/// A policy or enricher that is an item: what is missing may be said where it is used.
fn adjunct_item(cx: &mut Context<'_>, kind: AdjunctKind, node: &Node) -> Option<Made> {
    cx.may_be_partial = true;
    let made = adjuncts::one(cx, kind, node);
    cx.may_be_partial = false;
    made.map(|spec| Made::Adjunct(Box::new(spec)))
}

/// The item itself, where its text has the list around it that a blueprint has.
pub(super) fn only<'n>(cx: &mut Context<'_>, node: &'n Node, list: &str) -> Option<&'n Node> {
    let Some(items) = node.get(list) else { return Some(node) };
    match cx.list(list, items) {
        [one] => Some(one),
        other => {
            let message = format!("'{list}' of an item must hold one entry, but it holds {}", other.len());
            cx.error(items.span.clone(), message).help("make an item of each");
            None
        }
    }
}

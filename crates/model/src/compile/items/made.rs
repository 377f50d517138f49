//! What an item makes, for a place that names it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use lang::diag::{Diagnostic, Position};
use lang::yaml::{self, Limits, Node};

use super::memo::{Compiled, Problem};
use super::{Context, Frame, Made, make, only};
use crate::catalog::{Bundle, Item, ItemKind};
use crate::compile::limits::{
    ENTITIES_MAX, ENTITY_DEPTH_MAX, ITEM_BYTES_LEAST, ITEM_BYTES_MAX, ITEM_DEPTH_MAX,
};
use crate::compile::location;
use crate::spec::{AdjunctSpec, ConfigMap, ConfigValue, EntitySpec};
use crate::types::common;

/// The entity that an item makes, as the start of the one that names it.
pub(crate) fn entity<'a>(
    cx: &mut Context<'a>,
    at: &Range<usize>,
    bundle: &'a Arc<Bundle>,
    item: &'a Item,
) -> Option<EntitySpec> {
    let compiled = compiled(cx, at, bundle, item)?;
    let Ok(Made::Entity(spec)) = &compiled.made else { return None };
    let mut spec = (**spec).clone();
    let names = item.kind != ItemKind::Template && spec.name.is_none();
    if let Some(name) = item.display_name.as_ref().filter(|_| names) {
        let called = spec.config.entry(common::DEFAULT_NAME.name.to_owned());
        called.or_insert_with(|| ConfigValue::new(name.as_str()));
    }
    spec.catalog_id = Some(item.id.to_string());
    if item.icon_url.is_some() {
        spec.icon_url.clone_from(&item.icon_url);
    }
    Some(spec)
}

/// The policy or enricher that an item makes.
pub(crate) fn adjunct<'a>(
    cx: &mut Context<'a>,
    at: &Range<usize>,
    bundle: &'a Arc<Bundle>,
    item: &'a Item,
) -> Option<AdjunctSpec> {
    let compiled = compiled(cx, at, bundle, item)?;
    let Ok(Made::Adjunct(spec)) = &compiled.made else { return None };
    let name = spec.name.clone().or_else(|| item.display_name.clone());
    Some(AdjunctSpec { catalog_id: Some(item.id.to_string()), name, ..(**spec).clone() })
}

/// The location that an item names, and its flags: it is looked up where it is used.
pub(crate) fn location<'a>(
    cx: &mut Context<'a>,
    at: &Range<usize>,
    bundle: &'a Arc<Bundle>,
    item: &'a Item,
) -> Option<(String, ConfigMap)> {
    let (root, mut inner) = open(cx, at, bundle, item)?;
    let read = root.as_ref().and_then(|root| {
        let node = only(&mut inner, root, "brooklyn.locations")?;
        location::read_item(&mut inner, node)
    });
    let problems = problems(item, bundle, inner.into_diagnostics(), &[]);
    if !problems.is_empty() {
        report(cx, at, bundle, item, &problems);
        return None;
    }
    read.map(|(text, _, flags)| (text, flags))
}

/// Takes over what was found while the location that an item names was looked up for `at`.
pub(crate) fn take_over(
    cx: &mut Context<'_>,
    at: &Range<usize>,
    bundle: &Bundle,
    item: &Item,
    mut inner: Context<'_>,
) {
    cx.take_budgets(&inner);
    cx.used.append(&mut inner.used);
    cx.blamed.append(&mut inner.blamed);
    let fatal = std::mem::take(&mut inner.fatal);
    let errors = inner.into_diagnostics().into_iter().filter(Diagnostic::is_error);
    // It is about what the item's text names, at one place.
    let problem = |d: Diagnostic| {
        let is_fatal = fatal.contains(&d.message);
        let place = format!("{}, line {}, of bundle {}", item.plan.file, item.plan.line, bundle.id);
        let message = if is_fatal { d.message } else { format!("{} ({place})", d.message) };
        Problem { message, help: d.help, is_fatal }
    };
    let problems: Vec<Problem> = errors.map(problem).collect();
    if !problems.is_empty() {
        report(cx, at, bundle, item, &problems);
    }
}

/// The tree of an item's text and a context to compile it in, unless that leads too far.
pub(super) fn open<'a>(
    cx: &mut Context<'a>,
    at: &Range<usize>,
    bundle: &'a Arc<Bundle>,
    item: &'a Item,
) -> Option<(Option<Node>, Context<'a>)> {
    if cx.chain.len() >= ITEM_DEPTH_MAX {
        let message = format!(
            "items are made from each other more than {ITEM_DEPTH_MAX} times (limit: ITEM_DEPTH_MAX)"
        );
        cx.fatal(at.clone(), message);
        return None;
    }
    let text = item.plan.text.as_str();
    let bytes = {
        let mut memo = cx.memo.borrow_mut();
        memo.bytes = memo.bytes.saturating_add(text.len().max(ITEM_BYTES_LEAST));
        memo.bytes
    };
    if bytes > ITEM_BYTES_MAX {
        let message =
            format!("the items have more than {ITEM_BYTES_MAX} bytes of text (limit: ITEM_BYTES_MAX)");
        cx.fatal(at.clone(), message);
        return None;
    }
    let (root, found) = yaml::parse(&item.plan.file, text, &Limits::BLUEPRINT);
    let inner =
        cx.of_item(&item.plan.file, text, found, Frame { id: item.id.clone(), bundle: bundle.id.clone() });
    Some((root.filter(|n| !n.is_null()), inner))
}

/// What an item makes; `None` with errors at `at`.
fn compiled<'a>(
    cx: &mut Context<'a>,
    at: &Range<usize>,
    bundle: &'a Arc<Bundle>,
    item: &'a Item,
) -> Option<Rc<Compiled>> {
    let key = (bundle.id.clone(), item.id.clone());
    let known = cx.memo.borrow().compiled.get(&key).cloned();
    // What depends on an item that is open here has another meaning here.
    let met = |used: &BTreeSet<String>, chain: &[Frame]| chain.iter().any(|f| used.contains(&f.id.name));
    let whole = std::mem::take(&mut cx.whole);
    let known = known.filter(|k| !met(&k.used, &cx.chain) && !whole);
    let compiled = match known {
        Some(known) => {
            cx.entities += known.entities;
            known
        }
        None => {
            let (root, mut inner) = open(cx, at, bundle, item)?;
            let before = cx.entities;
            inner.whole = whole;
            let made = match &root {
                Some(root) => make(&mut inner, item.kind, root),
                None => {
                    if !inner.failed() {
                        inner.error(0..0, "the item is empty");
                    }
                    None
                }
            };
            cx.take_budgets(&inner);
            let (ids, mut used) = (inner.id_names(), std::mem::take(&mut inner.used));
            used.remove(&item.id.name);
            let levels = inner.deepest - cx.level;
            let fatal = std::mem::take(&mut inner.fatal);
            let blamed = !inner.blamed.is_empty();
            let problems = problems(item, bundle, inner.into_diagnostics(), &fatal);
            let made = match made {
                Some(made) if problems.is_empty() && !blamed => Ok(made),
                _ => Err(problems),
            };
            let compiled = Rc::new(Compiled { made, used, entities: cx.entities - before, levels, ids });
            // What went too far from here may be near enough from elsewhere.
            if !met(&compiled.used, &cx.chain) && fatal.is_empty() && !whole {
                cx.memo.borrow_mut().compiled.insert(key, compiled.clone());
            }
            compiled
        }
    };
    cx.used.extend(compiled.used.iter().cloned());
    if let Err(problems) = &compiled.made {
        report(cx, at, bundle, item, problems);
        return None;
    }
    if cx.entities > ENTITIES_MAX {
        cx.fatal(
            at.clone(),
            format!("the blueprint asks for more than {ENTITIES_MAX} entities (limit: ENTITIES_MAX)"),
        );
        return None;
    }
    cx.deepest = cx.deepest.max(cx.level + compiled.levels);
    if cx.deepest > ENTITY_DEPTH_MAX {
        cx.fatal(at.clone(), super::super::context::too_deep());
        return None;
    }
    for id in &compiled.ids {
        cx.know_id(id, at);
    }
    Some(compiled)
}

/// The errors in an item's text, each with the place that its author knows.
fn problems(item: &Item, bundle: &Bundle, found: Vec<Diagnostic>, fatal: &[String]) -> Vec<Problem> {
    let errors = found.into_iter().filter(Diagnostic::is_error);
    errors
        .map(|d| {
            if fatal.contains(&d.message) {
                return Problem { message: d.message, help: d.help, is_fatal: true };
            }
            let line = item.plan.line + Position::of(&item.plan.text, d.span.start).line - 1;
            let message = format!("{} ({}, line {line}, of bundle {})", d.message, item.plan.file, bundle.id);
            Problem { message, help: d.help, is_fatal: false }
        })
        .collect()
}

/// Says at the place that names an item why it cannot be used.
fn report(cx: &mut Context<'_>, at: &Range<usize>, bundle: &Bundle, item: &Item, problems: &[Problem]) {
    for problem in problems.iter().filter(|p| p.is_fatal) {
        cx.fatal(at.clone(), problem.message.clone());
    }
    if problems.iter().any(|p| p.is_fatal) {
        return;
    }
    // Items that are being added have their errors told with them.
    if cx.adding.as_ref() == Some(&bundle.id) {
        cx.blamed.insert(item.id.to_string());
        return;
    }
    for problem in problems {
        let adding =
            cx.error(at.clone(), format!("the item '{}' cannot be used: {}", item.id, problem.message));
        if let Some(help) = &problem.help {
            adding.help(help.clone());
        }
    }
}

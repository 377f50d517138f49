//! From a blueprint's text to the spec of what is to be created (`brooklyn-blueprints.md` 1).
//!
//! All errors of a document are reported at once, each with its place. What is accepted but has no effect is a
//! warning; nothing is dropped in silence. `$brooklyn:` expressions are checked here and kept as they are given; what
//! they give is found out when the value is read.

mod adjuncts;
mod blueprint_in_field;
mod constraints;
pub(crate) mod context;
mod depth;
mod diagnostics;
mod effectors;
mod entity;
mod fields;
mod fill;
mod initializers;
pub(crate) mod items;
mod later;
pub(crate) mod limits;
mod location;
mod objects;
mod parameters;
mod place;
mod places;
mod plan;
mod settings;
mod surroundings;
mod value_types;
mod values;
mod wrap;

use lang::diag::Diagnostic;
use lang::yaml::{self, Limits, Node};

use crate::spec::{AdjunctSpec, AppSpec, EntitySpec, SpecWarning};
use context::Context;
pub use diagnostics::{Diagnostics, Stage};
#[cfg(test)]
pub(crate) use entity::KEYS as ENTITY_KEYS;
pub use fill::Params;
pub(crate) use items::built_in_names;
pub use location::{location_reference, location_secret, machines};
pub use places::{Origin, Place};
pub use surroundings::{LOCALHOST_OVER_SSH, Surroundings, location_key};
pub use values::ENTITY_SPEC;
pub(crate) use values::type_only;
pub(crate) use wrap::is_application;

/// Children that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Children {
    /// Each with what is below it.
    pub specs: Vec<EntitySpec>,
    /// What their author should know although they were accepted.
    pub warnings: Vec<SpecWarning>,
}

/// An application that was asked for, with all that there is to say about its blueprint.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The application.
    pub root: EntitySpec,
    /// From which lines it came.
    pub place: Place,
    /// The warnings, with their places.
    pub warnings: Vec<Diagnostic>,
}

/// Compiles a blueprint (YAML, or JSON, which is YAML too). `source` names it in errors: a file, `blueprint`.
pub fn compile(source: &str, text: &str, around: &Surroundings) -> Result<AppSpec, Diagnostics> {
    let (_, root, warnings) = application(source, text, around)?;
    Ok(AppSpec { root, source: text.to_owned(), warnings: diagnostics::warnings(&warnings, text) })
}

/// The same with the lines that everything came from.
pub fn explain(source: &str, text: &str, around: &Surroundings) -> Result<Explained, Diagnostics> {
    let (document, root, warnings) = application(source, text, around)?;
    Ok(Explained { place: places::of_document(text, &document, &root, around), root, warnings })
}

/// Compiles what is to be added below an entity: one entity, a list of them, or a whole plan, whose services are put
/// into one entity unless there is only one. Ids may name entities that are there already. `params` are put in the
/// places of `${NAME}`, and are config of what is added.
pub fn compile_children(
    source: &str,
    text: &str,
    params: &Params,
    around: &Surroundings,
) -> Result<Children, Diagnostics> {
    let (mut cx, document) = begin(source, text, around)?;
    let document = fill::fill(&mut cx, &document, params);
    let mut specs = plan::compile_children(&mut cx, &document);
    if specs.is_empty() && !cx.failed() {
        cx.error(document.span.clone(), "the blueprint has no entity to add");
    }
    for spec in &mut specs {
        fill::give(spec, params);
        check_depth(&mut cx, &document, Some(spec));
    }
    let warnings = finish(cx, text)?;
    Ok(Children { specs, warnings: diagnostics::warnings(&warnings, text) })
}

/// Compiles one policy or enricher that is to be added to an entity: its `type` and its config, as it stands in a
/// blueprint's list. The second part is what its author should know although it was accepted.
pub fn compile_adjunct(
    source: &str,
    text: &str,
    around: &Surroundings,
) -> Result<(AdjunctSpec, Vec<SpecWarning>), Diagnostics> {
    let (mut cx, document) = begin(source, text, around)?;
    let Some(spec) = adjuncts::alone(&mut cx, &document) else { return Err(refused(cx, text)) };
    let warnings = finish(cx, text)?;
    Ok((spec, diagnostics::warnings(&warnings, text)))
}

/// The document, the application in it, and the warnings.
fn application(
    source: &str,
    text: &str,
    around: &Surroundings,
) -> Result<(Node, EntitySpec, Vec<Diagnostic>), Diagnostics> {
    let (mut cx, document) = begin(source, text, around)?;
    let Some(root) = plan::compile(&mut cx, &document) else { return Err(refused(cx, text)) };
    cx.check_references();
    check_depth(&mut cx, &document, Some(&root));
    Ok((document, root, finish(cx, text)?))
}

/// Refuses what is nested so deep that its record could not be read again.
fn check_depth(cx: &mut Context<'_>, at: &Node, spec: Option<&EntitySpec>) {
    if spec.is_some_and(|spec| depth::of_entity(spec) > limits::SPEC_JSON_DEPTH_MAX) {
        let message = format!(
            "the values are nested deeper than {} (limit: SPEC_JSON_DEPTH_MAX)",
            limits::SPEC_JSON_DEPTH_MAX
        );
        cx.error(at.span.start..at.span.start, message);
    }
}

/// The document's tree, unless it has none.
fn begin<'a>(
    source: &'a str,
    text: &'a str,
    around: &'a Surroundings,
) -> Result<(Context<'a>, Node), Diagnostics> {
    let (root, found) = yaml::parse(source, text, &Limits::BLUEPRINT);
    if root.is_none() && found.iter().any(Diagnostic::is_error) {
        return Err(Diagnostics::new(Stage::Yaml, text, found));
    }
    let mut cx = Context::new(source, text, around, found);
    match root.filter(|n| !n.is_null()) {
        Some(root) => Ok((cx, root)),
        None => {
            cx.error(0..0, "the blueprint is empty").help("it needs `services:` with a list of entities");
            Err(refused(cx, text))
        }
    }
}

/// The warnings, unless there was an error.
fn finish(cx: Context<'_>, text: &str) -> Result<Vec<Diagnostic>, Diagnostics> {
    if cx.failed() { Err(refused(cx, text)) } else { Ok(cx.into_diagnostics()) }
}

fn refused(cx: Context<'_>, text: &str) -> Diagnostics {
    let stage = if cx.is_plan { Stage::Plan } else { Stage::Format };
    Diagnostics::new(stage, text, cx.into_diagnostics())
}

#[cfg(test)]
mod tests;

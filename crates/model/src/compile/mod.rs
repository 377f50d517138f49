//! From a blueprint's text to the spec of what is to be created (`brooklyn-blueprints.md` 1).
//!
//! All errors of a document are reported at once, each with its place. What is accepted but has no effect is a
//! warning; nothing is dropped in silence.

mod context;
mod diagnostics;
mod effectors;
mod entity;
mod initializers;
mod later;
mod location;
mod plan;
mod settings;
mod wrap;

use lang::diag::Diagnostic;
use lang::yaml::{self, Limits};

use crate::spec::AppSpec;
use context::Context;
pub use diagnostics::{Diagnostics, Stage};

/// Compiles a blueprint (YAML, or JSON, which is YAML too). `source` names it in errors: a file, `blueprint`.
pub fn compile(source: &str, text: &str) -> Result<AppSpec, Diagnostics> {
    let (root, found) = yaml::parse(source, text, &Limits::BLUEPRINT);
    let refused = |stage, items| Diagnostics::new(stage, text, items);
    if root.is_none() && found.iter().any(Diagnostic::is_error) {
        return Err(refused(Stage::Yaml, found));
    }
    let mut cx = Context::new(source, found);
    let Some(root) = root.filter(|n| !n.is_null()) else {
        cx.error(0..0, "the blueprint is empty").help("it needs `services:` with a list of entities");
        return Err(refused(Stage::Format, cx.into_diagnostics()));
    };
    match plan::compile(&mut cx, &root) {
        Some(entity) if !cx.failed() => Ok(AppSpec {
            root: entity,
            source: text.to_owned(),
            warnings: diagnostics::warnings(&cx.into_diagnostics(), text),
        }),
        None if !cx.is_plan => Err(refused(Stage::Format, cx.into_diagnostics())),
        _ => Err(refused(Stage::Plan, cx.into_diagnostics())),
    }
}

#[cfg(test)]
mod tests;

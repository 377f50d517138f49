//! Why a blueprint is refused, as text for people, one line for the log, and JSON for editors.

use std::fmt;

use lang::diag::{Diagnostic, Located, Position, render_all};

use crate::spec::SpecWarning;

/// How far a blueprint came. Brooklyn's messages begin differently, and clients look at that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is no YAML.
    Yaml,
    /// It is YAML, but no blueprint.
    Format,
    /// It is a blueprint that asks for what cannot be.
    Plan,
}

/// Everything that there is to say about a blueprint that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    stage: Stage,
    text: String,
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(super) fn new(stage: Stage, text: &str, items: Vec<Diagnostic>) -> Self {
        debug_assert!(items.iter().any(Diagnostic::is_error), "refused without an error");
        Self { stage, text: text.to_owned(), items }
    }

    /// How far the blueprint came.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Errors and warnings, in the order in which they were found.
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// The same with lines, columns and bytes: the JSON for editors.
    pub fn located(&self) -> Vec<Located> {
        self.items.iter().map(|d| d.locate(&self.text)).collect()
    }

    /// All of them with their snippets.
    pub fn rendered(&self) -> String {
        render_all(&self.items, &self.text)
    }

    /// What goes into `message` of the REST error: Brooklyn's words first, then all errors with their snippets.
    pub fn brooklyn_message(&self) -> String {
        format!("{self}\n\n{}", self.rendered())
    }

    fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter().filter(|d| d.is_error())
    }
}

impl fmt::Display for Diagnostics {
    /// One line for the log: nothing of the blueprint's own text is in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            Stage::Yaml => {
                "Error in blueprint: brooklyn-camp plan creation error: Type or plan is invalid YAML when resolving CAMP blueprint: "
            }
            Stage::Format => {
                "Error in blueprint: UnsupportedTypePlanException: Invalid plan; format could not be recognized, "
            }
            Stage::Plan => "Error in blueprint: brooklyn-camp plan creation error: ",
        })?;
        let first = self.errors().min_by_key(|d| d.span.start);
        if let Some(first) = first {
            let at = Position::of(&self.text, first.span.start);
            write!(f, "{} (line {}, column {})", first.message, at.line, at.column)?;
        }
        match self.errors().count() {
            0 | 1 => Ok(()),
            2 => f.write_str(" and 1 more error"),
            n => write!(f, " and {} more errors", n - 1),
        }
    }
}

impl std::error::Error for Diagnostics {}

/// The warnings as the spec keeps them.
pub(super) fn warnings(items: &[Diagnostic], text: &str) -> Vec<SpecWarning> {
    let mut sorted: Vec<&Diagnostic> = items.iter().filter(|d| !d.is_error()).collect();
    sorted.sort_by_key(|d| d.span.start);
    sorted
        .into_iter()
        .map(|d| {
            let at = Position::of(text, d.span.start);
            SpecWarning { message: d.message.clone(), help: d.help.clone(), line: at.line, column: at.column }
        })
        .collect()
}

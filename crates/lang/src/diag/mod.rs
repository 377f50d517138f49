//! An error or warning about a place in a text, and how it is shown: as text with a snippet, or as JSON.

mod found;
mod locate;
mod render;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use found::{Found, KEPT_MAX};
pub use locate::{Located, Position};
pub use render::{Look, render, render_all, render_in};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The text is refused.
    Error,
    /// The text is accepted, its author should look at this.
    Warning,
}

/// Something to say about a place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where, in bytes of the text.
    pub span: Range<usize>,
    /// What was expected just there; stands below the marked place.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The name of the text (a file's name, `blueprint`).
    pub source: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(source: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            span,
            label: None,
            help: None,
            source: source.to_owned(),
        }
    }

    /// A warning at a place.
    pub fn warning(source: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(source, span, message) }
    }

    /// The same, with what was expected there.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether the text is refused because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

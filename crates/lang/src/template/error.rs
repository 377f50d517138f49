//! Why a template gives no text.

use crate::diag::Position;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TemplateError {
    /// In one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// In bytes of the template.
    pub at: usize,
    /// Whether only a value is missing: the template itself is in order.
    pub missing: bool,
}

impl TemplateError {
    pub(super) fn new(source: &str, at: usize, message: impl Into<String>) -> Self {
        let position = Position::of(source, at);
        Self {
            message: message.into(),
            help: None,
            line: position.line,
            column: position.column,
            at,
            missing: false,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why a rendering came to no end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// A value is not ready yet: try again when it is.
    #[error("waiting for {0}")]
    Wait(String),
    /// It cannot be rendered.
    #[error(transparent)]
    Error(#[from] TemplateError),
}

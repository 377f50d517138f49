//! What is wrong with an expression, and where.

use std::fmt;
use std::ops::Range;

/// One step from a value to a value within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value under a key.
    Key(String),
    /// The key itself.
    KeyText(String),
    /// The value at a place of a list.
    Index(usize),
}

/// An expression that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", Paren(expected.as_deref(), "expected "))]
pub struct DslError {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where in the expression's text, in bytes.
    pub at: Range<usize>,
    /// What was expected there.
    pub expected: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// From the value that was given to the text that holds the expression; empty for a text alone.
    pub path: Vec<Step>,
}

impl DslError {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), at, expected: None, help: None, path: Vec::new() }
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With " did you mean" when there is a name that is near.
    pub(super) fn nearest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match base::suggest::nearest(name, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

/// A second part in brackets, when there is one.
struct Paren<'a>(Option<&'a str>, &'static str);

impl fmt::Display for Paren<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |text| write!(f, " ({}{text})", self.1))
    }
}

//! Bytes into lines and columns.

use serde::Serialize;

use super::{Diagnostic, Severity};

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// From 0, in bytes.
    pub byte: usize,
}

/// A diagnostic as editors and REST clients read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Located {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What was expected there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The name of the text.
    pub source: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends (just behind it).
    pub end: Position,
}

impl Position {
    /// The place of a byte of `text`; places behind its end or inside a character move to the nearest one before.
    pub fn of(text: &str, byte: usize) -> Self {
        let byte = floor(text, byte);
        let before = &text[..byte];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Self {
            line: before.bytes().filter(|b| *b == b'\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
            byte,
        }
    }
}

/// The nearest character boundary at or before `byte`.
pub(super) fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

impl Diagnostic {
    /// With lines and columns of the text that it is about.
    pub fn locate(&self, text: &str) -> Located {
        let start = Position::of(text, self.span.start);
        let end = Position::of(text, self.span.end.max(self.span.start));
        Located {
            severity: self.severity,
            message: self.message.clone(),
            label: self.label.clone(),
            help: self.help.clone(),
            source: self.source.clone(),
            start,
            end,
        }
    }

    /// In one line without a snippet, so that nothing of the text itself gets into a log:
    /// `blueprint:3:5: error: ...`.
    pub fn one_line(&self, text: &str) -> String {
        let at = Position::of(text, self.span.start);
        let word = if self.is_error() { "error" } else { "warning" };
        let help = self.help.as_ref().map(|h| format!(" ({h})")).unwrap_or_default();
        format!("{}:{}:{}: {word}: {}{help}", self.source, at.line, at.column, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_never_fail() {
        let text = "a: ü\nbc";
        assert_eq!(Position::of(text, 6), Position { line: 2, column: 1, byte: 6 });
        assert_eq!(Position::of(text, 5), Position { line: 1, column: 5, byte: 5 });
        assert_eq!(Position::of(text, 4), Position { line: 1, column: 4, byte: 3 }, "inside the ü");
        assert_eq!(Position::of(text, 999).line, 2);
    }
}

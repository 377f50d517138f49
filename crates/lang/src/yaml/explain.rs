//! The parser's errors in words that say what to do.

use granit_parser::{ErrorKind, ScanError};

use super::limits::Limits;
use crate::diag::Diagnostic;

/// A syntax error as a diagnostic at its place.
pub(super) fn explain(source: &str, text: &str, error: &ScanError, limits: &Limits) -> Diagnostic {
    let marker = error.marker();
    let at = marker
        .byte_offset()
        .unwrap_or_else(|| text.char_indices().nth(marker.index()).map_or(text.len(), |(byte, _)| byte));
    let at = if is_tab(error.kind()) { first_tab(text, at) } else { at };
    let marked = text.get(at..).and_then(|t| t.chars().next()).filter(|c| *c != '\n');
    let end = at + marked.map_or(0, char::len_utf8);
    let (message, label, help) = words(error.kind(), limits);
    let mut diagnostic = Diagnostic::error(source, at..end, message.unwrap_or_else(|| error.info()));
    if let Some(label) = label {
        diagnostic = diagnostic.label(label);
    }
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    diagnostic
}

fn is_tab(kind: &ErrorKind) -> bool {
    use ErrorKind as K;
    matches!(
        kind,
        K::TabNotAllowed | K::TabInBlockIndentation | K::TabInIndentation | K::TabAtBlockScalarStart
    )
}

/// The tab that indents the line of `at`; the parser reports it from behind.
fn first_tab(text: &str, at: usize) -> usize {
    let line = text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    let rest = &text[line..];
    let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[..indent].find('\t').map_or(at, |i| line + i)
}

type Words = (Option<String>, Option<String>, Option<&'static str>);

/// Message, label, help. The parser's own message stands where it is good enough.
fn words(kind: &ErrorKind, limits: &Limits) -> Words {
    use ErrorKind as K;
    let say = |message: &str, label: &str, help: Option<&'static str>| {
        (Some(message.to_owned()), Some(label.to_owned()), help)
    };
    match kind {
        kind if is_tab(kind) => {
            say("a tab is used to indent", "expected spaces", Some("YAML is indented with spaces only"))
        }
        K::UnclosedQuotedScalar => {
            say("the quote is never closed", "expected a closing quote after this one", None)
        }
        K::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            say(
                &format!("the `{open}` is never closed"),
                &format!("expected a `{close}` after this one"),
                None,
            )
        }
        K::MismatchedFlowCollectionEnd { open, close } => {
            let right = if *open == '[' { ']' } else { '}' };
            say(
                &format!("a `{open}` is closed by `{close}`"),
                &format!("expected `{right}` to close this one"),
                None,
            )
        }
        K::UnexpectedEofFlowSequence | K::ExpectedFlowSequenceSeparator => {
            say("the list in brackets does not go on", "expected `,` or `]`", None)
        }
        K::UnexpectedEofFlowMapping
        | K::ExpectedFlowMappingSeparator
        | K::UnexpectedEofImplicitFlowMapping => {
            say("the map in braces does not go on", "expected `,` or `}`", None)
        }
        K::ExpectedBlockMappingKey | K::InvalidIndentation | K::ExpectedBlockSequenceEntry => say(
            "the indentation does not fit what is above",
            "expected a key or `- ` in the column of its neighbours",
            Some("entries of one map or list begin in the same column"),
        ),
        K::MappingValueNotAllowed | K::InvalidColonPlacement => say(
            "a `: ` is not allowed here",
            "expected the end of the value",
            Some("a value that holds `: ` must stand in quotes; a new key begins in a line of its own"),
        ),
        K::SimpleKeyExpected | K::InvalidSimpleKey => say(
            "this line is neither a key nor a value",
            "expected `key: value`",
            Some("was the `:` or the space behind it forgotten?"),
        ),
        K::BlockSequenceEntryNotAllowed | K::BlockEntryInFlowCollection => say(
            "a list item is not allowed here",
            "expected a value",
            Some("a list begins in the line below its key"),
        ),
        K::UnknownAnchor => {
            say("the alias names an anchor that was not set before", "expected `&name` further up", None)
        }
        K::RecursionLimitExceeded => {
            (Some(format!("collections are nested deeper than {} (limit: depth)", limits.depth)), None, None)
        }
        K::UnexpectedCharacter { character } => {
            let help = matches!(character, '@' | '`' | '%' | '\t')
                .then_some("a text that begins with this character must stand in quotes");
            (Some(format!("a value cannot begin with `{}`", character.escape_debug())), None, help)
        }
        K::UnknownQuotedScalarEscape => say(
            "an unknown escape in a text in double quotes",
            "expected one such as `\\n`, `\\\"`, `\\\\`",
            Some("in single quotes a backslash is an ordinary character"),
        ),
        K::CommentInterceptedScalar => {
            say("a comment interrupts a text of several lines", "expected text", None)
        }
        K::InvalidFlowScalarIndent | K::InvalidQuotedScalarIndent | K::InvalidBlockScalarIndent => {
            say("the text's next line is not indented enough", "expected more spaces before it", None)
        }
        K::InvalidTrailingDoubleQuotedScalar | K::InvalidTrailingSingleQuotedScalar => say(
            "there is more behind the closing quote",
            "expected the end of the line",
            Some("put the whole value in quotes; write a quote within as \\\" (double) or '' (single)"),
        ),
        _ => (None, None, None),
    }
}

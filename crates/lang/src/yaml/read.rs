//! A text through the parser, and once more behind each error.

use std::ops::Range;

use granit_parser::{ErrorKind, Parser, Span};

use super::build::Build;
use super::explain::explain;
use super::limits::Limits;
use super::node::Node;
use super::recover;
use crate::diag::{Diagnostic, Found};

/// Reads one document. The tree is there unless the text is no YAML at all or meets a limit; then a diagnostic
/// says which. Errors that leave a tree (a bad tag) are all reported; behind an error of syntax, reading goes on at
/// the next key of the root to find more of them.
pub fn parse(source: &str, text: &str, limits: &Limits) -> (Option<Node>, Vec<Diagnostic>) {
    if text.len() > limits.bytes {
        let message = format!(
            "the document has {} bytes; at most {} are read (limit: bytes)",
            text.len(),
            limits.bytes
        );
        return (None, vec![Diagnostic::error(source, 0..0, message)]);
    }
    let mut found = Found::default();
    let mut failed = match read(source, text, limits, &mut found) {
        Ok(root) => return (root, found.into_kept()),
        Err(failed) => failed,
    };
    let mut start = 0;
    let mut told = None;
    for _ in 0..=recover::RECOVERIES_MAX {
        let at = failed.diagnostic.span.start;
        // What lies at the beginning of a part is met twice: as the end of the one before.
        // An anchor may have been set in what was left out.
        let unsure = failed.unknown_anchor && start > 0;
        if !unsure && told != Some(at) {
            found.push(failed.diagnostic);
            told = Some(at);
        }
        let next = Some(at).filter(|_| failed.go_on).and_then(|at| recover::next_key(text, at, start));
        let Some(next) = next else { break };
        start = next;
        match read(source, &recover::blanked(text, next), limits, &mut found) {
            Ok(_) => break,
            Err(next) => failed = next,
        }
    }
    (None, found.into_kept())
}

/// Why there is no tree.
struct Failed {
    diagnostic: Diagnostic,
    /// Whether what follows is worth reading: not, when a limit was met.
    go_on: bool,
    unknown_anchor: bool,
}

fn read(source: &str, text: &str, limits: &Limits, found: &mut Found) -> Result<Option<Node>, Box<Failed>> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: u8::try_from(limits.depth).unwrap_or(u8::MAX).into(),
        block_nesting_limit: u8::try_from(limits.depth).unwrap_or(u8::MAX).into(),
    };
    let mut build = Build::new(source, text, limits, found);
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => build
                .take(event, &range(&span, text))
                .map_err(|diagnostic| Failed { diagnostic, go_on: false, unknown_anchor: false })
                .map_err(Box::new)?,
            Err(error) => {
                return Err(Box::new(Failed {
                    diagnostic: explain(source, text, &error, limits),
                    go_on: !matches!(error.kind(), ErrorKind::RecursionLimitExceeded),
                    unknown_anchor: matches!(error.kind(), ErrorKind::UnknownAnchor),
                }));
            }
        }
    }
    Ok(build.root)
}

fn range(span: &Span, text: &str) -> Range<usize> {
    let start = span.start.byte_offset().unwrap_or(0).min(text.len());
    let end = span.end.byte_offset().unwrap_or(start).clamp(start, text.len());
    start..end
}

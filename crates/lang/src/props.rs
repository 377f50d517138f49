//! `.cfg` and `.properties` files: `key=value`, `key: value` and `- key: value`, by the rules of
//! `java.util.Properties` (continuation lines, `#` and `!` comments, escapes), each value with its line.
//!
//! The third form is not Java's: the page that our users type from writes it.

mod escape;

use std::ops::Range;

use crate::diag::{Diagnostic, Found};

/// The longest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;

/// One `key = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key, unescaped.
    pub key: String,
    /// The value, unescaped, its line breaks joined.
    pub value: String,
    /// The line that it begins in, from 1.
    pub line: u32,
    /// Where the key stands, in bytes.
    pub key_span: Range<usize>,
}

/// Reads a whole file. A line that cannot be read is a diagnostic, the others count. The same key may come
/// again; which one wins is the caller's rule (the last, as in Java).
pub fn parse(source: &str, text: &str) -> (Vec<Entry>, Vec<Diagnostic>) {
    if text.len() > FILE_BYTES_MAX {
        let message = format!("the file is longer than {FILE_BYTES_MAX} bytes (FILE_BYTES_MAX)");
        return (Vec::new(), vec![Diagnostic::error(source, 0..0, message)]);
    }
    let mut entries = Vec::new();
    let mut found = Found::default();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut line = 1;
    while at < text.len() {
        let (logical, lines) = logical_line(&text[at..]);
        match read_line(source, logical, at, line) {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => {}
            Err(diagnostic) => found.extend([*diagnostic]),
        }
        at += logical.len();
        line += lines;
    }
    (entries, found.into_kept())
}

/// The first line of `rest` with the lines that continue it, line ends included, and how many they are.
fn logical_line(rest: &str) -> (&str, u32) {
    let comment = rest.trim_start_matches(BLANK).starts_with(['#', '!']);
    let mut end = 0;
    let mut lines = 0;
    loop {
        let natural = natural_line(&rest[end..]);
        end += natural.len();
        lines += 1;
        let content = natural.trim_end_matches(['\r', '\n']);
        let slashes = content.len() - content.trim_end_matches('\\').len();
        if comment || slashes.is_multiple_of(2) || end == rest.len() {
            return (&rest[..end], lines);
        }
    }
}

/// Up to and with the next line end (`\n`, `\r\n` or `\r`).
fn natural_line(rest: &str) -> &str {
    match rest.find(['\n', '\r']) {
        None => rest,
        Some(i) if rest[i..].starts_with("\r\n") => &rest[..i + 2],
        Some(i) => &rest[..=i],
    }
}

const BLANK: [char; 3] = [' ', '\t', '\x0c'];

fn read_line(source: &str, logical: &str, at: usize, line: u32) -> Result<Option<Entry>, Box<Diagnostic>> {
    let mut start = logical.len() - logical.trim_start_matches(BLANK).len();
    let body = logical[start..].trim_end_matches(['\r', '\n']);
    if body.is_empty() || body.starts_with(['#', '!']) {
        return Ok(None);
    }
    let mut body = &logical[start..];
    if let Some(rest) = body.strip_prefix("- ").or_else(|| body.strip_prefix("-\t")) {
        let rest = rest.trim_start_matches(BLANK);
        start += body.len() - rest.len();
        body = rest;
    }
    let key_len = key_length(body);
    let key_span = at + start..at + start + key_len;
    let fail = |e: escape::BadEscape| {
        let from = at + start + e.at;
        Box::new(
            Diagnostic::error(source, from..from + 2, "`\\u` is not followed by four hexadecimal digits")
                .label("expected such as `\\u00e9`")
                .help("write `\\\\` for a backslash"),
        )
    };
    let key = escape::unescape(&body[..key_len]).map_err(&fail)?;
    if key.is_empty() {
        return Err(Box::new(
            Diagnostic::error(source, key_span.start..key_span.start + 1, "there is no key before the value")
                .label("expected `key=value`"),
        ));
    }
    let after = body[key_len..].trim_start_matches(BLANK);
    let value_text = after.strip_prefix(['=', ':']).unwrap_or(after).trim_start_matches(BLANK);
    let offset = body.len() - value_text.len();
    let value = escape::unescape(value_text.trim_end_matches(['\r', '\n']))
        .map_err(|e| fail(escape::BadEscape { at: e.at + offset }))?;
    Ok(Some(Entry { key, value, line, key_span }))
}

/// How far the key goes: to the first blank, `=`, `:` or line end that is not escaped.
fn key_length(body: &str) -> usize {
    let mut escaped = false;
    for (i, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '=' | ':' | ' ' | '\t' | '\x0c' | '\n' | '\r' => return i,
            _ => {}
        }
    }
    body.len()
}

#[cfg(test)]
mod tests;

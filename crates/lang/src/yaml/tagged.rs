//! A scalar's value by its quotes, its tag and its text.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ScalarStyle, Tag};

use super::node::{Node, Style, Value};
use super::scalar;
use crate::diag::{Diagnostic, Found};

pub(super) fn value(
    source: &str,
    found: &mut Found,
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    span: &Range<usize>,
) -> (Value, Style) {
    let plain = style == ScalarStyle::Plain;
    let style = if plain { Style::Plain } else { Style::Quoted };
    let string = || Value::String(text.to_owned());
    // A `!` alone says nothing to SnakeYAML.
    let Some(tag) = tag.filter(|tag| tag.original() != "!") else {
        if !plain {
            return (string(), style);
        }
        let value = finite(source, found, text, scalar::resolve(text), span);
        if scalar::is_sexagesimal(text) {
            let number = Node { value: value.clone(), span: span.clone(), tag: None, style }.describe();
            found.push(
                Diagnostic::warning(source, span.clone(), format!("`{text}` is {number} in YAML (base 60)"))
                    .help(format!("write \"{text}\" in quotes if it is a text")),
            );
        }
        return (value, style);
    };
    let value = match yaml_name(tag).as_deref() {
        // Timestamps and binary stay the text that they are.
        Some("str" | "timestamp" | "binary") => Some(string()),
        Some("null") => Some(Value::Null).filter(|null| scalar::resolve(text) == *null),
        Some("int") => scalar::int(text),
        Some("float") => scalar::float(text).or_else(|| match scalar::int(text) {
            Some(Value::Int(n)) => Some(Value::Float(n as f64)),
            _ => None,
        }),
        Some("bool") => Some(scalar::resolve(text)).filter(|v| matches!(v, Value::Bool(_))),
        _ => {
            unknown(source, found, tag, span);
            return (string(), style);
        }
    };
    let value = match value {
        Some(value) => finite(source, found, text, value, span),
        None => {
            let message = format!("the value does not fit its tag {}", tag.original());
            found.push(Diagnostic::error(source, span.clone(), message));
            string()
        }
    };
    (value, style)
}

/// Brooklyn refuses numbers that are none, and JSON has no place for them.
fn finite(source: &str, found: &mut Found, text: &str, value: Value, span: &Range<usize>) -> Value {
    match value {
        Value::Float(n) if !n.is_finite() => {
            let message = format!("`{}` is no finite number", text.chars().take(100).collect::<String>());
            found.push(
                Diagnostic::error(source, span.clone(), message).help("write it in quotes if it is a text"),
            );
            Value::String(text.to_owned())
        }
        value => value,
    }
}

/// The name of one of YAML's own tags: `str` for `!!str`.
pub(super) fn yaml_name(tag: &Tag) -> Option<Cow<'_, str>> {
    tag.suffix_in_namespace("tag:yaml.org,2002:")
}

/// Reports a tag that is not one of YAML's own: nothing here could read it.
pub(super) fn unknown(source: &str, found: &mut Found, tag: &Tag, span: &Range<usize>) {
    let message = format!("the tag {} means nothing here", tag.original());
    found.push(
        Diagnostic::error(source, span.clone(), message)
            .label("expected no tag")
            .help("known are !!str, !!int, !!float, !!bool, !!null, !!seq, !!set and !!map"),
    );
}

//! A YAML tree as the JSON value that a record keeps.

use lang::diag::Diagnostic;
use lang::yaml::{self, Limits, Node, Style, Value as Yaml};
use serde_json::{Map, Number, Value};

/// What a text that a program wrote or a user gave as a value is, read as YAML; `None` when it is none.
pub fn parse_value(text: &str) -> Option<Value> {
    let (node, diagnostics) = yaml::parse("value", text, &Limits::VALUE);
    if diagnostics.iter().any(Diagnostic::is_error) { None } else { node.as_ref().map(to_json) }
}

/// The value of a tree. Keys become texts, as in Brooklyn's JSON; numbers that JSON cannot say become texts too.
pub(crate) fn to_json(node: &Node) -> Value {
    match &node.value {
        Yaml::Null => Value::Null,
        Yaml::Bool(b) => Value::Bool(*b),
        Yaml::Int(n) => i64::try_from(*n)
            .map(Value::from)
            .or_else(|_| u64::try_from(*n).map(Value::from))
            .unwrap_or_else(|_| Value::String(n.to_string())),
        Yaml::Float(n) => Number::from_f64(*n).map_or_else(|| Value::String(float_text(*n)), Value::Number),
        Yaml::String(s) => Value::String(s.clone()),
        Yaml::Seq(items) => Value::Array(items.iter().map(to_json).collect()),
        Yaml::Map(entries) => {
            let entries = entries.iter().map(|(k, v)| (key_text(k), to_json(v)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

/// A value as a tree that stands where another node does.
pub(crate) fn from_json(value: &Value, at: &Node) -> Node {
    let (value, style) = match value {
        Value::Null => (Yaml::Null, Style::Plain),
        Value::Bool(b) => (Yaml::Bool(*b), Style::Plain),
        Value::Number(n) => {
            let whole = n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from));
            (whole.map_or_else(|| Yaml::Float(n.as_f64().unwrap_or(f64::NAN)), Yaml::Int), Style::Plain)
        }
        Value::String(text) => (Yaml::String(text.clone()), Style::Quoted),
        Value::Array(items) => {
            (Yaml::Seq(items.iter().map(|item| from_json(item, at)).collect()), Style::Collection)
        }
        Value::Object(map) => {
            let key = |name: &String| from_json(&Value::String(name.clone()), at);
            let entries = map.iter().map(|(name, value)| (key(name), from_json(value, at)));
            (Yaml::Map(entries.collect()), Style::Collection)
        }
    };
    Node { value, span: at.span.clone(), tag: None, style }
}

/// A key as text.
pub(crate) fn key_text(key: &Node) -> String {
    key.scalar_text().unwrap_or_else(|| "null".to_owned())
}

fn float_text(n: f64) -> String {
    if n.is_nan() {
        "NaN".to_owned()
    } else if n > 0.0 {
        "Infinity".to_owned()
    } else {
        "-Infinity".to_owned()
    }
}

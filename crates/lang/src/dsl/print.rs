//! Back into text and JSON, in one form for each expression: as a text when that can say it, else as a map of one
//! entry, else as a `chain`. Reading what is printed gives the same tree again.

use serde_json::{Map, Value, json};

use super::PREFIX;
use super::ast::{Call, Expr, Key, Link, Template};
use super::escape::quote;
use super::functions::Function;

impl Expr {
    /// As a text, unless an argument is a list or a map.
    pub fn to_text(&self) -> Option<String> {
        Some(format!("{PREFIX}{}", self.unprefixed()?))
    }

    fn unprefixed(&self) -> Option<String> {
        let mut out = call(&self.head)?;
        for link in &self.links {
            out.push_str(&link_text(link)?);
        }
        Some(out)
    }

    /// As a text or as the map form.
    pub fn to_value(&self) -> Value {
        if let Some(text) = self.to_text() {
            return Value::String(text);
        }
        let Some((last, before)) = self.links.split_last() else {
            return entry(format!("{PREFIX}{}", self.head.function.def().name), &self.head);
        };
        let start = Expr { head: self.head.clone(), links: before.to_vec() };
        if let (Link::Call(last), Some(start)) = (last, start.to_text()) {
            return entry(format!("{start}.{}", last.function.def().name), last);
        }
        let head = Expr { head: self.head.clone(), links: Vec::new() };
        let mut items = vec![head.to_value()];
        items.extend(self.links.iter().map(|link| match (link, link_text(link)) {
            (_, Some(text)) => Value::String(text),
            (Link::Call(call), None) => entry(call.function.def().name.to_owned(), call),
            (Link::Property(_) | Link::Index(_) | Link::Key(_), None) => Value::Null,
        }));
        json!({ format!("{PREFIX}chain"): items })
    }
}

impl Template {
    /// As JSON. A plain value that would be taken for an expression comes back within `$brooklyn:literal`.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Plain(value) if looks_like_one(value) => json!({ format!("{PREFIX}literal"): value }),
            Self::Plain(value) => value.clone(),
            Self::Expr(expr) => expr.to_value(),
            Self::List(items) => items.iter().map(Template::to_value).collect(),
            Self::Map(entries) => {
                Value::Object(entries.iter().map(|(k, v)| (key(k), v.to_value())).collect())
            }
        }
    }
}

fn key(key: &Key) -> String {
    match key {
        Key::Plain(text) => text.clone(),
        // A key is read from a text, so it can be written as one.
        Key::Expr(expr) => expr.to_text().unwrap_or_default(),
    }
}

/// Whether a reader would find an expression in it.
fn looks_like_one(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(PREFIX),
        Value::Array(items) => items.iter().any(looks_like_one),
        Value::Object(map) => map.iter().any(|(k, v)| k.starts_with(PREFIX) || looks_like_one(v)),
        _ => false,
    }
}

fn link_text(link: &Link) -> Option<String> {
    Some(match link {
        Link::Call(inner) => format!(".{}", call(inner)?),
        Link::Property(name) => format!(".{name}"),
        Link::Index(index) => format!("[{index}]"),
        Link::Key(key) => format!("[{}]", quote(key)),
    })
}

fn call(call: &Call) -> Option<String> {
    let args: Option<Vec<String>> = call.args.iter().map(arg).collect();
    Some(format!("{}({})", call.function.def().name, args?.join(", ")))
}

fn arg(arg: &Template) -> Option<String> {
    match arg {
        Template::Plain(Value::String(text)) => Some(quote(text)),
        Template::Plain(Value::Array(_) | Value::Object(_)) | Template::List(_) | Template::Map(_) => None,
        Template::Plain(scalar) => Some(scalar.to_string()),
        Template::Expr(expr) => expr.unprefixed(),
    }
}

/// The map form of a call: its only argument, or the list of them.
fn entry(key: String, call: &Call) -> Value {
    let value = match call.args.as_slice() {
        [Template::Plain(value)] if call.function == Function::Literal => value.clone(),
        [one] if !matches!(one, Template::List(_) | Template::Plain(Value::Array(_) | Value::Null)) => {
            one.to_value()
        }
        many => many.iter().map(Template::to_value).collect(),
    };
    Value::Object(Map::from_iter([(key, value)]))
}

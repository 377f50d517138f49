//! What an expression is.

use serde_json::Value;

use super::functions::Function;

/// An expression: a call, and what is then asked of its result.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it begins with.
    pub head: Call,
    /// What follows, each asked of the result before it.
    pub links: Vec<Link>,
}

/// A function and its arguments, as many as it may have.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Which function.
    pub function: Function,
    /// In order.
    pub args: Vec<Template>,
}

/// One step behind the head of a chain.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// `.config("port")`
    Call(Call),
    /// `.name`
    Property(String),
    /// `[0]`
    Index(i64),
    /// `["key"]`
    Key(String),
}

/// A value that may hold expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    /// There is no expression in it: this is the value.
    Plain(Value),
    /// An expression.
    Expr(Box<Expr>),
    /// A list with an expression somewhere in it.
    List(Vec<Template>),
    /// A map with an expression somewhere in it, in the order of its keys.
    Map(Vec<(Key, Template)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// A text.
    Plain(String),
    /// An expression that gives the key.
    Expr(Box<Expr>),
}

impl Expr {
    /// A call alone.
    pub fn call(function: Function, args: Vec<Template>) -> Self {
        Self { head: Call { function, args }, links: Vec::new() }
    }
}

impl Template {
    /// A list; plain when all of it is.
    pub(super) fn list(items: Vec<Template>) -> Self {
        if !items.iter().all(Template::is_plain) {
            return Self::List(items);
        }
        Self::Plain(items.into_iter().filter_map(Template::into_plain).collect())
    }

    /// A map; plain when all of it is.
    pub(super) fn map(entries: Vec<(Key, Template)>) -> Self {
        if !entries.iter().all(|(k, v)| matches!(k, Key::Plain(_)) && v.is_plain()) {
            return Self::Map(entries);
        }
        let plain = entries.into_iter().filter_map(|(key, value)| match key {
            Key::Plain(key) => Some((key, value.into_plain()?)),
            Key::Expr(_) => None,
        });
        Self::Plain(Value::Object(plain.collect()))
    }

    /// Whether there is no expression in it.
    pub fn is_plain(&self) -> bool {
        matches!(self, Self::Plain(_))
    }

    fn into_plain(self) -> Option<Value> {
        match self {
            Self::Plain(value) => Some(value),
            _ => None,
        }
    }
}

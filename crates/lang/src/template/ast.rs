//! What a template is.

use std::ops::Range;

use serde_json::Value;

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// As it stands.
    Text(String),
    /// `${...}`
    Value(Expr),
    /// `<#if>`: the first whose condition holds, else the last.
    If { branches: Vec<(Expr, Vec<Node>)>, otherwise: Vec<Node> },
    /// `<#list>`
    List(Box<List>),
    /// `<#sep>`: all rounds of a list but the last.
    Separator(Vec<Node>),
    /// `<#assign name = value>`
    Assign { name: String, change: Change, value: Expr },
    /// `<#assign name>...</#assign>`
    Capture { name: String, body: Vec<Node> },
    /// `<#break>`
    Break,
    /// `<#continue>`
    Continue,
}

/// What an assignment does with what was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Set,
    /// `+=`, `-=`, `*=`, `/=`, `%=`
    By(Operator),
}

/// `<#list all as one>...<#else>...</#list>`, or over the keys and values of a map.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) over: Expr,
    pub(super) item: String,
    /// The name for the value, when `item` is a key.
    pub(super) value: Option<String>,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Literal(Value),
    /// A text with `${...}` in it.
    Text(Vec<Expr>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    Range(Box<Expr>, End),
    Name(String),
    Dot(Box<Expr>, String),
    Index(Box<Expr>, Box<Expr>),
    Builtin(Box<Expr>, String, Vec<Expr>),
    /// `a!b`; without `b`, nothing.
    Default(Box<Expr>, Option<Box<Expr>>),
    Exists(Box<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
}

/// Where a range ends.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// `a..b`
    With(Box<Expr>),
    /// `a..<b`
    Before(Box<Expr>),
    /// `a..*n`
    Length(Box<Expr>),
    /// `a..`
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
}

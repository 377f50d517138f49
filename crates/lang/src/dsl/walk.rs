//! A whole value, with expressions in texts, in keys, and as maps of one entry.

use serde_json::{Map, Value};

use super::ast::{Expr, Key, Link, Template};
use super::error::{DslError, Step};
use super::functions::Function;
use super::limits::DEPTH_MAX;
use super::parser::{self, Chain, Open};
use super::{PREFIX, check};
use crate::diag::KEPT_MAX;

/// Finds the expressions of a value. All errors are told, up to [`KEPT_MAX`].
pub fn parse_value(value: &Value) -> Result<Template, Vec<DslError>> {
    let mut walk = Walk::default();
    match walk.value(value) {
        Some(template) if walk.errors.is_empty() => Ok(template),
        _ => Err(walk.errors),
    }
}

/// Where the walk is, and what it found wrong. What returns nothing has said why.
#[derive(Default)]
pub(super) struct Walk {
    path: Vec<Step>,
    errors: Vec<DslError>,
}

impl Walk {
    pub(super) fn fail(&mut self, mut error: DslError) {
        if self.errors.len() < KEPT_MAX {
            error.path.clone_from(&self.path);
            self.errors.push(error);
        }
    }

    pub(super) fn take<T>(&mut self, result: Result<T, DslError>) -> Option<T> {
        result.map_err(|error| self.fail(error)).ok()
    }

    pub(super) fn within<T>(&mut self, step: Step, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = inner(self);
        self.path.pop();
        result
    }

    pub(super) fn depth(&self) -> usize {
        self.path.len()
    }

    pub(super) fn value(&mut self, value: &Value) -> Option<Template> {
        match value {
            Value::String(text) => {
                let chain = parser::chain(text, self.depth());
                self.take(chain.and_then(|chain| match chain {
                    None => Ok(Template::Plain(value.clone())),
                    Some(chain) => chain.complete().map(|expr| Template::Expr(Box::new(expr))),
                }))
            }
            Value::Array(items) => {
                self.may_go_deeper()?;
                self.items(items).map(Template::list)
            }
            Value::Object(map) => {
                self.may_go_deeper()?;
                self.map(map)
            }
            _ => Some(Template::Plain(value.clone())),
        }
    }

    fn may_go_deeper(&mut self) -> Option<()> {
        if self.path.len() < DEPTH_MAX {
            return Some(());
        }
        self.fail(DslError::new(
            0..0,
            format!("values are nested deeper than {DEPTH_MAX} (limit: DEPTH_MAX)"),
        ));
        None
    }

    /// All items, so that each says what is wrong with it.
    fn items(&mut self, items: &[Value]) -> Option<Vec<Template>> {
        let read: Vec<Option<Template>> = items
            .iter()
            .enumerate()
            .map(|(i, item)| self.within(Step::Index(i), |walk| walk.value(item)))
            .collect();
        read.into_iter().collect()
    }

    fn map(&mut self, map: &Map<String, Value>) -> Option<Template> {
        let mut entries = Vec::new();
        let mut whole = true;
        for (key, value) in map {
            let chain = parser::chain(key, self.depth());
            let chain = self.within(Step::KeyText(key.clone()), |walk| walk.take(chain));
            let key_read = match chain {
                Some(None) => Some(Key::Plain(key.clone())),
                Some(Some(Chain::Open(start, open))) => {
                    if map.len() == 1 {
                        let expr = self.entry(start, open, key, value)?;
                        return Some(Template::Expr(Box::new(expr)));
                    }
                    self.not_alone(key, &open);
                    None
                }
                Some(Some(Chain::Whole(expr))) => Some(Key::Expr(Box::new(expr))),
                None => None,
            };
            let read = self.within(Step::Key(key.clone()), |walk| walk.value(value));
            match (key_read, read) {
                (Some(key), Some(value)) => entries.push((key, value)),
                _ => whole = false,
            }
        }
        whole.then(|| Template::map(entries))
    }

    fn not_alone(&mut self, key: &str, open: &Open) {
        let error =
            DslError::new(open.at.clone(), format!("`{PREFIX}{}` has neighbours in its map", open.name))
                .expected("it as the only key")
                .help("put the other keys into another map, or write the expression as a text");
        self.within(Step::KeyText(key.to_owned()), |walk| walk.fail(error));
    }

    /// The map form: the only key names the function, the arguments are under it.
    fn entry(&mut self, start: Option<Expr>, open: Open, key: &str, value: &Value) -> Option<Expr> {
        if open.name == "chain" && start.is_none() {
            return self.within(Step::Key(key.to_owned()), |walk| walk.chain(value, &open.at));
        }
        let of_key = Step::KeyText(key.to_owned());
        let function = check::function(&open.name, start.is_none(), &open.at);
        let function = self.within(of_key.clone(), |walk| walk.take(function))?;
        let args = self.within(Step::Key(key.to_owned()), |walk| walk.args(function, value))?;
        let call = self.within(of_key, |walk| walk.take(check::call(function, args, &open.at)))?;
        Some(match start {
            None => Expr { head: call, links: Vec::new() },
            Some(mut expr) => {
                expr.links.push(Link::Call(call));
                expr
            }
        })
    }

    /// The arguments as they stand under a function's key: a list of them, or the only one.
    pub(super) fn args(&mut self, function: Function, value: &Value) -> Option<Vec<Template>> {
        match value {
            // Nothing in it is ever looked at.
            _ if function == Function::Literal => Some(vec![Template::Plain(value.clone())]),
            Value::Null => Some(Vec::new()),
            Value::Array(items) => {
                self.may_go_deeper()?;
                self.items(items)
            }
            one => self.value(one).map(|arg| vec![arg]),
        }
    }
}

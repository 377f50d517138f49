//! Expressions into values. What has no value is `None` until somebody needs it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};

use super::ast::{End, Expr, Kind, Operator};
use super::budget::{self, Budget};
use super::descend::{Descent, Step, descend};
use super::error::{Stop, TemplateError};
use super::model::{Lookup, Model};
use super::{builtins, operators};

/// A rendering on its way: the names that the template set itself, and what it may still do.
pub(super) struct Scope<'a> {
    pub(super) source: &'a str,
    model: &'a dyn Model,
    /// By `<#assign>`.
    assigned: BTreeMap<String, Value>,
    /// The rounds of the lists that are open, the innermost last.
    pub(super) rounds: Vec<Round>,
    budget: Budget,
}

/// One round of a `<#list>`.
pub(super) struct Round {
    pub(super) item: String,
    pub(super) values: Vec<(String, Value)>,
    /// From 0.
    pub(super) index: usize,
    pub(super) last: bool,
}

type Found = Result<Option<Value>, Stop>;

impl<'a> Scope<'a> {
    pub(super) fn new(source: &'a str, model: &'a dyn Model) -> Self {
        Self { source, model, assigned: BTreeMap::new(), rounds: Vec::new(), budget: Budget::new() }
    }

    pub(super) fn error(&self, span: &Range<usize>, message: impl Into<String>) -> Stop {
        Stop::Error(TemplateError::new(self.source, span.start, message))
    }

    /// Says where something went wrong.
    pub(super) fn at<T>(&self, span: &Range<usize>, result: Result<T, String>) -> Result<T, Stop> {
        result.map_err(|message| self.error(span, message))
    }

    pub(super) fn step(&mut self, span: &Range<usize>) -> Result<(), Stop> {
        let paid = self.budget.steps(1);
        self.at(span, paid)
    }

    fn pay(&mut self, span: &Range<usize>, value: Value) -> Result<Value, Stop> {
        let paid = self.budget.value(&value);
        self.at(span, paid)?;
        Ok(value)
    }

    pub(super) fn assign(&mut self, name: &str, value: Value) {
        self.assigned.insert(name.to_owned(), value);
    }

    pub(super) fn assigned(&self, name: &str) -> Option<&Value> {
        self.assigned.get(name)
    }

    /// The value; an error when there is none.
    pub(super) fn value(&mut self, expr: &Expr) -> Result<Value, Stop> {
        match self.find(expr)? {
            Some(value) => Ok(value),
            None => Err(self.missing(expr)),
        }
    }

    pub(super) fn missing(&self, expr: &Expr) -> Stop {
        let written = self.source.get(expr.span.clone()).unwrap_or_default();
        let name: String =
            written.trim_start_matches("${").trim_end_matches('}').trim().chars().take(100).collect();
        let mut error = TemplateError::new(self.source, expr.span.start, format!("`{name}` has no value"));
        error.missing = true;
        Stop::Error(error.help(format!("write `{name}!\"default\"` if it need not have one")))
    }

    pub(super) fn flag(&mut self, expr: &Expr) -> Result<bool, Stop> {
        match self.value(expr)? {
            Value::Bool(flag) => Ok(flag),
            other => {
                let message = format!("{} is no condition", operators::describe(&other));
                let error = TemplateError::new(self.source, expr.span.start, message);
                Err(Stop::Error(error.help("compare it (==), or ask whether there is one (?has_content)")))
            }
        }
    }

    /// The value, if there is one.
    pub(super) fn find(&mut self, expr: &Expr) -> Found {
        self.step(&expr.span)?;
        let value = match &expr.kind {
            Kind::Name(_) | Kind::Dot(..) | Kind::Index(..) => return self.reference(expr),
            Kind::Default(inner, default) => {
                return match (self.find(inner)?, default) {
                    (Some(value), _) => Ok(Some(value)),
                    (None, Some(default)) => self.find(default),
                    (None, None) => Ok(Some(Value::from(""))),
                };
            }
            Kind::Builtin(inner, name, args) => return self.builtin(expr, inner, name, args),
            Kind::Exists(inner) => Value::Bool(self.find(inner)?.is_some()),
            Kind::Literal(value) => value.clone(),
            Kind::Text(parts) => {
                let mut text = String::new();
                for part in parts {
                    let value = self.value(part)?;
                    text.push_str(&self.at(&part.span, operators::text(&value))?);
                    self.at(&part.span, budget::text_fits(text.len()))?;
                }
                Value::String(text)
            }
            Kind::List(items) => Value::Array(self.all(items)?),
            Kind::Map(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    let name = self.value(key)?;
                    let name = self.at(&key.span, operators::text(&name))?;
                    map.insert(name, self.value(value)?);
                }
                Value::Object(map)
            }
            Kind::Range(from, end) => self.range(expr, from, end)?,
            Kind::Not(inner) => Value::Bool(!self.flag(inner)?),
            Kind::Negative(inner) => {
                let value = self.value(inner)?;
                let zero = Value::from(0);
                self.at(&expr.span, operators::apply(Operator::Minus, &zero, &value))?
            }
            Kind::Binary(Operator::And, left, right) => Value::Bool(self.flag(left)? && self.flag(right)?),
            Kind::Binary(Operator::Or, left, right) => Value::Bool(self.flag(left)? || self.flag(right)?),
            Kind::Binary(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.at(&expr.span, operators::apply(*operator, &left, &right))?
            }
        };
        self.pay(&expr.span, value).map(Some)
    }

    fn all(&mut self, exprs: &[Expr]) -> Result<Vec<Value>, Stop> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    fn integer(&mut self, expr: &Expr) -> Result<i64, Stop> {
        let value = self.value(expr)?;
        let whole = value.as_i64().or_else(|| value.as_f64().filter(|n| n.fract() == 0.0).map(|n| n as i64));
        whole.ok_or_else(|| {
            self.error(&expr.span, format!("{} is no whole number", operators::describe(&value)))
        })
    }

    /// The first number of a range, and the one before which it ends; it may go down.
    fn bounds(&mut self, from: &Expr, end: &End) -> Result<(i64, Option<i64>), Stop> {
        let start = self.integer(from)?;
        Ok(match end {
            End::Open => (start, None),
            End::Before(to) => (start, Some(self.integer(to)?)),
            End::Length(count) => (start, Some(start.saturating_add(self.integer(count)?))),
            End::With(to) => {
                let to = self.integer(to)?;
                (start, Some(if to < start { to.saturating_sub(1) } else { to.saturating_add(1) }))
            }
        })
    }

    fn range(&mut self, expr: &Expr, from: &Expr, end: &End) -> Result<Value, Stop> {
        let (start, end) = self.bounds(from, end)?;
        let Some(end) = end else { return Err(self.error(&expr.span, "this range has no end")) };
        let count = usize::try_from(start.abs_diff(end)).unwrap_or(usize::MAX);
        self.at(&expr.span, budget::elements_fit(count))?;
        let numbers: Vec<Value> = if start <= end {
            (start..end).map(Value::from).collect()
        } else {
            (end + 1..=start).rev().map(Value::from).collect()
        };
        Ok(Value::Array(numbers))
    }

    /// `a.b["c"][0]`: the names go to the model together, the rest is looked up in what it gives.
    fn reference(&mut self, expr: &Expr) -> Found {
        let mut steps = Vec::new();
        let mut root = expr;
        loop {
            match &root.kind {
                Kind::Dot(inner, name) => {
                    steps.push(Step::Key(name.clone()));
                    root = inner;
                }
                Kind::Index(inner, index) => {
                    steps.push(self.index(index)?);
                    root = inner;
                }
                _ => break,
            }
        }
        steps.reverse();
        let Kind::Name(name) = &root.kind else {
            let Some(value) = self.find(root)? else { return Ok(None) };
            return self.descend(expr, descend(&value, &steps));
        };
        if let Some(value) = self.local(name) {
            let found = descend(&value, &steps);
            return self.descend(expr, found);
        }
        let mut path = vec![name.clone()];
        path.extend(steps.iter().map_while(|step| match step {
            Step::Key(key) => Some(key.clone()),
            Step::Index(_) | Step::Slice(..) | Step::Take(..) => None,
        }));
        match self.model.lookup(&path) {
            Lookup::Missing => Ok(None),
            Lookup::Wait(what) => Err(Stop::Wait(what)),
            Lookup::Found { value, used } => {
                let rest = used.saturating_sub(1).min(steps.len());
                self.descend(expr, descend(&value, &steps[rest..]))
            }
        }
    }

    fn index(&mut self, index: &Expr) -> Result<Step, Stop> {
        if let Kind::Range(from, end) = &index.kind {
            if let End::Length(count) = end {
                return Ok(Step::Take(self.integer(from)?, self.integer(count)?));
            }
            let (start, end) = self.bounds(from, end)?;
            return Ok(Step::Slice(start, end));
        }
        Ok(match self.value(index)? {
            Value::String(key) => Step::Key(key),
            value => match value.as_i64() {
                Some(index) => Step::Index(index),
                None => {
                    return Err(
                        self.error(&index.span, format!("{} is no index", operators::describe(&value)))
                    );
                }
            },
        })
    }

    /// A name that the template set: the round of a list, or an assignment.
    fn local(&self, name: &str) -> Option<Cow<'_, Value>> {
        for round in self.rounds.iter().rev() {
            if let Some((_, value)) = round.values.iter().find(|(known, _)| known == name) {
                return Some(Cow::Borrowed(value));
            }
            match name.strip_prefix(round.item.as_str()) {
                Some("_index") => return Some(Cow::Owned(round.index.into())),
                Some("_has_next") => return Some(Cow::Owned((!round.last).into())),
                _ => {}
            }
        }
        self.assigned.get(name).map(Cow::Borrowed)
    }

    /// The steps into a value, paid for. Only what is found is copied.
    fn descend(&mut self, expr: &Expr, found: Result<Descent, String>) -> Found {
        let Descent { value, cost } = self.at(&expr.span, found)?;
        let paid = self.budget.steps(cost);
        self.at(&expr.span, paid)?;
        value.map(|value| self.pay(&expr.span, value)).transpose()
    }

    fn builtin(&mut self, expr: &Expr, inner: &Expr, name: &str, args: &[Expr]) -> Found {
        match name {
            "exists" => return Ok(Some(self.find(inner)?.is_some().into())),
            "has_content" => {
                return Ok(Some(self.find(inner)?.is_some_and(|v| builtins::has_content(&v)).into()));
            }
            "if_exists" => return Ok(Some(self.find(inner)?.unwrap_or_else(|| "".into()))),
            "default" => {
                let found = self.find(inner)?;
                return match (found, args.first()) {
                    (Some(value), _) => Ok(Some(value)),
                    (None, Some(default)) => self.find(default),
                    (None, None) => Err(self.error(&expr.span, "`?default` needs a value in brackets")),
                };
            }
            "index" | "counter" | "has_next" | "is_first" | "is_last" => {
                return self.of_round(expr, inner, name).map(Some);
            }
            _ => {}
        }
        let value = self.value(inner)?;
        let args = self.all(args)?;
        let result = builtins::apply(name, value, &args);
        let result = self.at(&expr.span, result)?;
        // The first of an empty list is no error until it is needed.
        if result.is_null() { Ok(None) } else { self.pay(&expr.span, result).map(Some) }
    }

    fn of_round(&self, expr: &Expr, inner: &Expr, name: &str) -> Result<Value, Stop> {
        let Kind::Name(item) = &inner.kind else {
            return Err(self.error(&expr.span, format!("`?{name}` is for the name that a #list gives")));
        };
        let round = self.rounds.iter().rev().find(|r| r.values.iter().any(|(known, _)| known == item));
        let round = round.ok_or_else(|| {
            self.error(&expr.span, format!("`{item}` is not the name of a #list around this"))
        })?;
        Ok(match name {
            "index" => round.index.into(),
            "counter" => (round.index + 1).into(),
            "has_next" => (!round.last).into(),
            "is_first" => (round.index == 0).into(),
            _ => round.last.into(),
        })
    }
}

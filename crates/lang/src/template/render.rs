//! A tree into text.

use serde_json::Value;

use super::ast::{Change, Expr, List, Node};
use super::budget;
use super::error::Stop;
use super::evaluate::{Round, Scope};
use super::model::Model;
use super::{Missing, operators};

/// Whether a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

pub(super) fn render(
    source: &str,
    nodes: &[Node],
    model: &dyn Model,
    missing: Missing,
) -> Result<String, Stop> {
    let mut rendering = Rendering { scope: Scope::new(source, model), missing, out: String::new() };
    rendering.nodes(nodes)?;
    Ok(rendering.out)
}

pub(super) fn value(source: &str, expr: &Expr, model: &dyn Model) -> Result<Value, Stop> {
    Scope::new(source, model).value(expr)
}

struct Rendering<'a> {
    scope: Scope<'a>,
    missing: Missing,
    out: String,
}

impl Rendering<'_> {
    fn nodes(&mut self, nodes: &[Node]) -> Result<Flow, Stop> {
        for node in nodes {
            let flow = self.node(node)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn node(&mut self, node: &Node) -> Result<Flow, Stop> {
        match node {
            Node::Text(text) => self.put(text, &(0..0))?,
            Node::Value(expr) => self.interpolate(expr)?,
            Node::If { branches, otherwise } => {
                for (condition, body) in branches {
                    if self.scope.flag(condition)? {
                        return self.nodes(body);
                    }
                }
                return self.nodes(otherwise);
            }
            Node::List(list) => self.list(list)?,
            Node::Separator(body) => {
                if self.scope.rounds.last().is_some_and(|round| !round.last) {
                    return self.nodes(body);
                }
            }
            Node::Assign { name, change, value } => {
                let given = self.scope.value(value)?;
                let new = match (change, self.scope.assigned(name)) {
                    (Change::Set, _) => given,
                    (Change::By(operator), Some(old)) => {
                        self.scope.at(&value.span, operators::apply(*operator, old, &given))?
                    }
                    (Change::By(_), None) => {
                        return Err(self
                            .scope
                            .error(&value.span, format!("`{name}` was not assigned before")));
                    }
                };
                self.scope.assign(name, new);
            }
            Node::Capture { name, body } => {
                let before = std::mem::take(&mut self.out);
                let flow = self.nodes(body);
                let captured = std::mem::replace(&mut self.out, before);
                self.scope.assign(name, captured.into());
                return flow;
            }
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    fn put(&mut self, text: &str, span: &std::ops::Range<usize>) -> Result<(), Stop> {
        self.scope.step(span)?;
        self.scope.at(span, budget::text_fits(self.out.len() + text.len()))?;
        self.out.push_str(text);
        Ok(())
    }

    fn interpolate(&mut self, expr: &Expr) -> Result<(), Stop> {
        let value = match (self.scope.value(expr), self.missing) {
            (Ok(value), _) => value,
            (Err(Stop::Error(error)), Missing::Blank) if error.missing => return Ok(()),
            (Err(Stop::Error(error)), Missing::Ignore) if error.missing => {
                let written = self.scope.source.get(expr.span.clone()).unwrap_or_default();
                return self.put(written, &expr.span);
            }
            (Err(stop), _) => return Err(stop),
        };
        let text = self.scope.at(&expr.span, operators::text(&value))?;
        self.put(&text, &expr.span)
    }

    fn list(&mut self, list: &List) -> Result<(), Stop> {
        let span = &list.over.span;
        let rounds: Vec<Vec<(String, Value)>> = match (self.scope.value(&list.over)?, &list.value) {
            (Value::Array(items), None) => {
                items.into_iter().map(|item| vec![(list.item.clone(), item)]).collect()
            }
            (Value::Object(map), Some(name)) => map
                .into_iter()
                .map(|(key, value)| vec![(list.item.clone(), Value::String(key)), (name.clone(), value)])
                .collect(),
            (Value::Object(_), None) => {
                return Err(self.scope.error(span, "a map is listed with two names: `as key, value`"));
            }
            (other, _) => {
                return Err(self
                    .scope
                    .error(span, format!("{} cannot be listed", operators::describe(&other))));
            }
        };
        if rounds.is_empty() {
            return self.nodes(&list.otherwise).map(|_| ());
        }
        let count = rounds.len();
        for (index, values) in rounds.into_iter().enumerate() {
            self.scope.step(span)?;
            self.scope.rounds.push(Round {
                item: list.item.clone(),
                values,
                index,
                last: index + 1 == count,
            });
            let flow = self.nodes(&list.body);
            self.scope.rounds.pop();
            if flow? == Flow::Break {
                break;
            }
        }
        Ok(())
    }
}

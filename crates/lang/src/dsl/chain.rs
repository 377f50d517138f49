//! The list form of a chain: `$brooklyn:chain: [ EXPRESSION, { fn: [args] }, "[0]" ]`.

use std::ops::Range;

use serde_json::Value;

use super::ast::{Expr, Link, Template};
use super::error::Step;
use super::functions::Function;
use super::limits::LINKS_MAX;
use super::walk::Walk;
use super::{DslError, PREFIX, check, parser};

impl Walk {
    /// What is under a `$brooklyn:chain`; `at` is where that stands in the key.
    pub(super) fn chain(&mut self, value: &Value, at: &Range<usize>) -> Option<Expr> {
        let Some((first, rest)) = value.as_array().and_then(|items| items.split_first()) else {
            self.fail(
                DslError::new(at.clone(), "`chain` is not given a list")
                    .expected("a list that begins with an expression"),
            );
            return None;
        };
        let head = self.within(Step::Index(0), |walk| match walk.value(first)? {
            Template::Expr(expr) => Some(*expr),
            _ => {
                walk.fail(
                    DslError::new(0..0, "the chain does not begin with an expression")
                        .expected("`$brooklyn:...`"),
                );
                None
            }
        });
        let mut links: Vec<Option<Vec<Link>>> = Vec::new();
        for (i, item) in rest.iter().enumerate() {
            links.push(self.within(Step::Index(i + 1), |walk| walk.item(item)));
        }
        let mut expr = head?;
        for link in links {
            expr.links.extend(link?);
        }
        if expr.links.len() > LINKS_MAX {
            let message = format!("the chain has more than {LINKS_MAX} links (limit: LINKS_MAX)");
            self.fail(DslError::new(at.clone(), message));
            return None;
        }
        Some(expr)
    }

    /// One item behind the first.
    fn item(&mut self, item: &Value) -> Option<Vec<Link>> {
        if let Value::String(text) = item {
            let links = parser::links(text, self.depth());
            return self.take(links);
        }
        let entry = item.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
        let Some((key, value)) = entry else {
            self.fail(
                DslError::new(0..0, "this is no link of a chain")
                    .expected("`{ function: [arguments] }`, `\"[0]\"` or `\"[\\\"key\\\"]\"`"),
            );
            return None;
        };
        let name = key.strip_prefix(PREFIX).unwrap_or(key);
        let at = key.len() - name.len()..key.len();
        let function: Result<Function, DslError> = check::function(name, false, &at);
        let step = Step::KeyText(key.clone());
        let function = self.within(step.clone(), |walk| walk.take(function))?;
        let args = self.within(Step::Key(key.clone()), |walk| walk.args(function, value))?;
        self.within(step, |walk| walk.take(check::call(function, args, &at)))
            .map(|call| vec![Link::Call(call)])
    }
}

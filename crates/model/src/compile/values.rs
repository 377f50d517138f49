//! Values that may hold `$brooklyn:` expressions: kept as they are given, after it was seen that they can be read.
//! What stands in an `entitySpec` is an entity like any other, and is kept compiled.

use std::ops::Range;

use lang::dsl::{self, Call, Expr, Function, Key, Link, Step, Template};
use lang::yaml::{Node, Style, Value as Yaml};
use serde_json::{Map, Value, json};

use super::context::{Context, keyed};
use super::limits::SPEC_DEPTH_MAX;
use super::{entity, objects, place};
use crate::yaml_value::{key_text, to_json};

/// The key under which a compiled entity spec stands in a value.
pub const ENTITY_SPEC: &str = "$brooklyn:entitySpec";
const LITERAL: &str = "$brooklyn:literal";

/// The provider that is there without being configured.
const DEMO_PROVIDER: &str = "brooklyn-demo-sample";

/// Whether there is an expression somewhere in a value.
pub(super) fn holds_dsl(node: &Node) -> bool {
    first_expression(node).is_some()
}

/// The first text or key that begins as an expression does.
pub(super) fn first_expression(node: &Node) -> Option<&Node> {
    match &node.value {
        Yaml::String(text) => text.starts_with(dsl::PREFIX).then_some(node),
        Yaml::Seq(items) => items.iter().find_map(first_expression),
        Yaml::Map(entries) => {
            entries.iter().find_map(|(k, v)| first_expression(k).or_else(|| first_expression(v)))
        }
        _ => None,
    }
}

impl Context<'_> {
    /// A value as it is kept; `None` with errors when an expression in it cannot be read.
    pub(super) fn value(&mut self, key: &str, node: &Node) -> Option<Value> {
        if !holds_dsl(node) {
            self.check_forgotten_dollar(node);
            return Some(to_json(node));
        }
        match dsl::parse_value(&outline(node)) {
            Ok(template) => self.check_template(&template, node),
            Err(errors) => {
                for error in errors {
                    let span = self.place_of(node, &error.path, &error.at);
                    let mut adding = self.error(span, format!("'{key}': {}", error.message));
                    if let Some(expected) = error.expected {
                        adding = adding.label(format!("expected {expected}"));
                    }
                    if let Some(help) = error.help {
                        adding.help(help);
                    }
                }
                // The specs in it are looked at all the same, so that all errors come at once.
                self.kept(node);
                return None;
            }
        }
        self.kept(node)
    }

    fn place_of(&self, node: &Node, path: &[Step], at: &Range<usize>) -> Range<usize> {
        let mut here = node;
        for step in path {
            let next = match step {
                Step::Index(i) => here.as_seq().and_then(|items| items.get(*i)),
                Step::Key(k) => entry(here, k).map(|(_, value)| value),
                Step::KeyText(k) => entry(here, k).map(|(key, _)| key),
            };
            // An only argument may stand without its list.
            here = next.unwrap_or(here);
        }
        place::within(self.document(), here, at)
    }

    /// `brooklyn:entity("x")` was hardly meant as a text.
    fn check_forgotten_dollar(&mut self, node: &Node) {
        let Some((name, _)) =
            node.as_str().and_then(|t| t.strip_prefix("brooklyn:")).and_then(|t| t.split_once('('))
        else {
            return;
        };
        if Function::named(name).is_some() {
            self.warning(
                node.span.clone(),
                format!("'brooklyn:{name}' without a `$` is a text, not an expression"),
            )
            .help(format!("write `$brooklyn:{name}(...)`"));
        }
    }

    /// The value with its specs compiled.
    fn kept(&mut self, node: &Node) -> Option<Value> {
        if let Some(body) = spec_body(node) {
            let spec = self.entity_spec(node, &body)?;
            return Some(json!({ ENTITY_SPEC: spec }));
        }
        match &node.value {
            Yaml::Seq(items) => {
                let kept: Vec<Option<Value>> = items.iter().map(|item| self.kept(item)).collect();
                kept.into_iter().collect::<Option<Vec<_>>>().map(Value::Array)
            }
            Yaml::Map(entries) if !is_literal(entries) => {
                let kept: Vec<Option<(String, Value)>> =
                    keyed(entries).map(|(name, _, value)| Some((name, self.kept(value)?))).collect();
                kept.into_iter().collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            _ => Some(to_json(node)),
        }
    }

    fn entity_spec(&mut self, node: &Node, body: &Body<'_>) -> Option<Value> {
        let made;
        let inner = match body {
            Body::Map(inner) => *inner,
            Body::Type(name) => {
                made = type_only(node, name);
                &made
            }
            Body::Deferred(given) => return Some(to_json(given)),
            Body::Bad(given) => {
                self.error(
                    given.span.clone(),
                    format!("an entity must be a map, but it is {}", given.describe()),
                )
                .label("expected an entity, as in `services`");
                return None;
            }
        };
        if self.spec_depth >= SPEC_DEPTH_MAX {
            let message = format!(
                "entity specs stand within each other more than {SPEC_DEPTH_MAX} times (limit: SPEC_DEPTH_MAX)"
            );
            self.fatal(node.span.clone(), message);
            return None;
        }
        self.spec_depth += 1;
        let spec = entity::compile(self, inner);
        self.spec_depth -= 1;
        serde_json::to_value(spec?).ok()
    }

    fn check_template(&mut self, template: &Template, node: &Node) {
        match template {
            Template::Plain(_) => {}
            Template::Expr(expr) => self.check_expr(expr, node),
            Template::List(items) => {
                for item in items {
                    self.check_template(item, node);
                }
            }
            Template::Map(entries) => {
                for (key, value) in entries {
                    if let Key::Expr(expr) = key {
                        self.check_expr(expr, node);
                    }
                    self.check_template(value, node);
                }
            }
        }
    }

    fn check_expr(&mut self, expr: &Expr, node: &Node) {
        let links = expr.links.iter().filter_map(|link| match link {
            Link::Call(call) => Some(call),
            _ => None,
        });
        for call in std::iter::once(&expr.head).chain(links) {
            self.check_call(call, node);
            if call.function != Function::EntitySpec {
                for arg in &call.args {
                    self.check_template(arg, node);
                }
            }
        }
    }

    fn check_call(&mut self, call: &Call, node: &Node) {
        let text = |i: usize| match call.args.get(i) {
            Some(Template::Plain(Value::String(text))) => Some(text.as_str()),
            _ => None,
        };
        match call.function {
            Function::Entity
            | Function::Child
            | Function::Sibling
            | Function::Descendant
            | Function::Ancestor
            | Function::Member => self.refer(text(0), node),
            Function::Component if call.args.len() == 1 => self.refer(text(0), node),
            // Other applications are none of this blueprint's business.
            Function::Component if !matches!(text(0), Some("global" | "applications")) => {
                self.refer(text(1), node);
            }
            Function::External => {
                if let Some(provider) = text(0).filter(|p| *p != DEMO_PROVIDER && !self.has_provider(p)) {
                    let near = self.nearest_provider(provider);
                    let span = self.find(node, provider);
                    self.error(span, format!("No provider found with name '{provider}'"))
                        .label("expected the name of an external provider")
                        .nearest(near.as_deref());
                }
            }
            Function::EntitySpec if text(0).is_some() => {
                self.error(node.span.clone(), "`entitySpec` stands within another expression")
                    .label("expected it alone, as the whole value");
            }
            Function::Object => {
                if let Some(refusal) = call.args.first().and_then(objects::refusal) {
                    let span = self.find(node, &refusal.name);
                    let adding = self.error(span, refusal.why);
                    adding.help(refusal.help);
                }
            }
            _ => {}
        }
    }

    fn refer(&mut self, id: Option<&str>, node: &Node) {
        if let Some(id) = id {
            let span = self.find(node, id);
            self.take_reference(id, span);
        }
    }

    /// The place of a text that an expression in `node` has as an argument.
    fn find(&self, node: &Node, text: &str) -> Range<usize> {
        self.find_in(node, text).unwrap_or_else(|| node.span.clone())
    }

    fn find_in(&self, node: &Node, text: &str) -> Option<Range<usize>> {
        match &node.value {
            Yaml::String(whole) if whole == text => Some(node.span.clone()),
            Yaml::String(whole) if whole.starts_with(dsl::PREFIX) => {
                let start = whole.find(&format!("\"{text}\""))? + 1;
                Some(place::within(self.document(), node, &(start..start + text.len())))
            }
            Yaml::Seq(items) => items.iter().find_map(|item| self.find_in(item, text)),
            Yaml::Map(entries) => entries.iter().find_map(|(k, v)| {
                let key =
                    k.as_str().filter(|k| k.starts_with(dsl::PREFIX)).and_then(|_| self.find_in(k, text));
                key.or_else(|| self.find_in(v, text))
            }),
            _ => None,
        }
    }
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<(&'n Node, &'n Node)> {
    node.as_map()?.iter().find(|(k, _)| key_text(k) == key).map(|(k, v)| (k, v))
}

/// What an `entitySpec` is made from.
enum Body<'n> {
    Map(&'n Node),
    Type(String),
    /// An expression gives it.
    Deferred(&'n Node),
    Bad(&'n Node),
}

/// What stands in `node` if that is an `entitySpec`, in either form.
fn spec_body(node: &Node) -> Option<Body<'_>> {
    if let Some(text) = node.as_str() {
        let expr = text.starts_with(ENTITY_SPEC).then(|| dsl::parse_text(text).ok().flatten()).flatten()?;
        return match (expr.head.function, expr.head.args.as_slice(), expr.links.as_slice()) {
            (Function::EntitySpec, [Template::Plain(Value::String(name))], []) => {
                Some(Body::Type(name.clone()))
            }
            _ => None,
        };
    }
    let [(key, value)] = node.as_map()? else { return None };
    if key.as_str() != Some(ENTITY_SPEC) {
        return None;
    }
    let value = match value.as_seq() {
        Some([only]) => only,
        _ => value,
    };
    Some(match &value.value {
        Yaml::Map(_) => Body::Map(value),
        Yaml::String(text) if text.starts_with(dsl::PREFIX) => Body::Deferred(value),
        Yaml::String(text) => Body::Type(text.clone()),
        _ => Body::Bad(value),
    })
}

fn is_literal(entries: &[(Node, Node)]) -> bool {
    matches!(entries, [(key, _)] if key.as_str() == Some(LITERAL))
}

/// An entity that is nothing but its type, as if it stood where `node` stands.
pub(crate) fn type_only(node: &Node, name: &str) -> Node {
    let scalar = |text: &str| Node {
        value: Yaml::String(text.to_owned()),
        span: node.span.clone(),
        tag: None,
        style: Style::Plain,
    };
    Node { value: Yaml::Map(vec![(scalar("type"), scalar(name))]), ..scalar("") }
}

/// The value without what stands in its entity specs: those are read as entities.
fn outline(node: &Node) -> Value {
    if let Some(body) = spec_body(node).filter(|b| !matches!(b, Body::Deferred(_))) {
        drop(body);
        return json!({ ENTITY_SPEC: {} });
    }
    match &node.value {
        Yaml::Seq(items) => items.iter().map(outline).collect(),
        Yaml::Map(entries) if !is_literal(entries) => {
            Value::Object(keyed(entries).map(|(name, _, value)| (name, outline(value))).collect())
        }
        _ => to_json(node),
    }
}

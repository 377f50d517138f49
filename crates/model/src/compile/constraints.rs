//! `constraints` of a parameter: what its values must fulfil (`brooklyn-blueprints.md` 1.4).

use lang::dsl;
use lang::yaml::{Node, Value as Yaml};

use super::context::Context;
use crate::spec::Constraint;
use crate::yaml_value::key_text;

const NAMES: &[&str] = &[
    "required",
    "regex",
    "glob",
    "urlExists",
    "forbiddenIf",
    "forbiddenUnless",
    "requiredIf",
    "requiredUnless",
    "forbiddenUnlessAnyOf",
    "requiredUnlessAnyOf",
    "any",
    "or",
    "all",
    "and",
    "notNull",
    "isBlank",
    "alwaysTrue",
    "alwaysFalse",
];

/// All constraints that stand in a list, or the only one. Errors are in `cx`.
pub(super) fn compile(cx: &mut Context<'_>, node: &Node) -> Vec<Constraint> {
    match &node.value {
        Yaml::Null => Vec::new(),
        Yaml::Seq(items) => items.iter().filter_map(|item| one(cx, item)).collect(),
        _ => one(cx, node).into_iter().collect(),
    }
}

fn one(cx: &mut Context<'_>, node: &Node) -> Option<Constraint> {
    match &node.value {
        Yaml::String(text) if text.starts_with(dsl::PREFIX) => {
            cx.value("constraints", node).map(Constraint::Predicate)
        }
        Yaml::String(text) => text_form(cx, node, text.trim()),
        Yaml::Seq(_) => Some(Constraint::All(compile(cx, node))),
        Yaml::Map(entries) => match entries.as_slice() {
            [(key, _)] if key.as_str().is_some_and(|k| k.starts_with(dsl::PREFIX)) => {
                cx.value("constraints", node).map(Constraint::Predicate)
            }
            [(key, value)] => named(cx, key, &key_text(key), Argument::Node(value)),
            _ => {
                cx.error(node.span.clone(), "Unsupported constraint: a map with more than one key")
                    .help("make a list of it, one constraint an item");
                None
            }
        },
        _ => unsupported(cx, node, &node.describe()),
    }
}

/// `required`, or `regex("...")`.
fn text_form(cx: &mut Context<'_>, node: &Node, text: &str) -> Option<Constraint> {
    let Some((name, rest)) = text.split_once('(') else { return named(cx, node, text, Argument::None) };
    let Some(inside) = rest.strip_suffix(')') else {
        cx.error(node.span.clone(), "the parenthesis of the constraint is never closed")
            .label("expected a `)`");
        return None;
    };
    let texts = arguments(inside);
    named(cx, node, name.trim(), Argument::Texts(texts))
}

/// Texts in quotes with escapes, or bare words, with commas between.
fn arguments(inside: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut quoted = false;
    let mut chars = inside.trim().chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' if quoted => current.extend(chars.next()),
            ',' if !quoted => out.push(std::mem::take(&mut current).trim().to_owned()),
            _ if quoted || !c.is_whitespace() => current.push(c),
            _ => {}
        }
    }
    if !inside.trim().is_empty() {
        out.push(current);
    }
    out
}

/// What a constraint is given.
enum Argument<'n> {
    None,
    Node(&'n Node),
    Texts(Vec<String>),
}

fn named(cx: &mut Context<'_>, place: &Node, name: &str, given: Argument<'_>) -> Option<Constraint> {
    Some(match name {
        "required" => Constraint::Required,
        "notNull" => Constraint::NotNull,
        "isBlank" => Constraint::IsBlank,
        "alwaysTrue" => Constraint::AlwaysTrue,
        "alwaysFalse" => Constraint::AlwaysFalse,
        "urlExists" => Constraint::UrlExists,
        "regex" => Constraint::Regex(text(cx, place, name, given)?),
        "glob" => Constraint::Glob(text(cx, place, name, given)?),
        "forbiddenIf" => Constraint::ForbiddenIf(text(cx, place, name, given)?),
        "forbiddenUnless" => Constraint::ForbiddenUnless(text(cx, place, name, given)?),
        "requiredIf" => Constraint::RequiredIf(text(cx, place, name, given)?),
        "requiredUnless" => Constraint::RequiredUnless(text(cx, place, name, given)?),
        "forbiddenUnlessAnyOf" => Constraint::ForbiddenUnlessAnyOf(texts(cx, place, name, given)?),
        "requiredUnlessAnyOf" => Constraint::RequiredUnlessAnyOf(texts(cx, place, name, given)?),
        "any" | "or" => Constraint::Any(inner(cx, place, name, &given)?),
        "all" | "and" => Constraint::All(inner(cx, place, name, &given)?),
        _ => return unsupported(cx, place, name),
    })
}

fn unsupported(cx: &mut Context<'_>, place: &Node, name: &str) -> Option<Constraint> {
    let near = cx.nearest(name, NAMES.iter().copied());
    let adding = cx.error(place.span.clone(), format!("Unsupported constraint: {name}"));
    match near {
        Some(_) => adding.nearest(near),
        None => adding.help(format!("known are {}", NAMES.join(", "))),
    };
    None
}

fn text(cx: &mut Context<'_>, place: &Node, name: &str, given: Argument<'_>) -> Option<String> {
    let texts = texts(cx, place, name, given)?;
    let [one] = <[String; 1]>::try_from(texts).ok().or_else(|| {
        cx.error(place.span.clone(), format!("the constraint '{name}' takes one text"))
            .label(format!("expected `{name}: ...`"));
        None
    })?;
    Some(one)
}

fn texts(cx: &mut Context<'_>, place: &Node, name: &str, given: Argument<'_>) -> Option<Vec<String>> {
    let texts = match given {
        Argument::Texts(texts) => texts,
        Argument::Node(node) => match node.as_seq() {
            Some(items) => items.iter().filter_map(|item| cx.text(name, item)).collect(),
            None => cx.text(name, node).into_iter().collect(),
        },
        Argument::None => Vec::new(),
    };
    if texts.is_empty() {
        cx.error(place.span.clone(), format!("the constraint '{name}' is given nothing"))
            .label(format!("expected `{name}: ...`"));
        return None;
    }
    Some(texts)
}

fn inner(cx: &mut Context<'_>, place: &Node, name: &str, given: &Argument<'_>) -> Option<Vec<Constraint>> {
    if let Argument::Node(node) = given
        && !node.is_null()
    {
        return Some(compile(cx, node));
    }
    cx.error(place.span.clone(), format!("the constraint '{name}' takes a list of constraints"))
        .label(format!("expected `{name}: [...]`"));
    None
}

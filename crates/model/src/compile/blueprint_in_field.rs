//! A blueprint in a field of another one: `blueprint_yaml` or `blueprint_type` of what adds children.

use lang::yaml::{self, Limits, Node, Value as Yaml};

use super::context::Context;
use super::fields::Fields;
use super::{place, plan};
use crate::spec::{EntitySpec, NewChildren};
use crate::yaml_value::to_json;

/// The fields that say it.
pub(super) const FIELDS: &[&str] = &["blueprint_yaml", "blueprint_type", "auto_start"];

/// The children that are there from the beginning.
pub(super) fn children(cx: &mut Context<'_>, fields: &Fields<'_>) -> Vec<EntitySpec> {
    fields.flag(cx, "auto_start", true);
    given(cx, fields).map_or_else(Vec::new, |node| compile(cx, &node))
}

/// The children that an effector adds. Their blueprint is kept as text, since parameters are put into it; where it
/// holds none it is compiled now, so that its errors are seen now.
pub(super) fn new_children(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<NewChildren> {
    let auto_start = fields.flag(cx, "auto_start", true);
    let node = given(cx, fields)?;
    let blueprint = match node.as_str() {
        Some(text) => text.to_owned(),
        None => to_json(&node).to_string(),
    };
    if !blueprint.contains("${") {
        compile(cx, &node);
    }
    Some(NewChildren { blueprint, auto_start })
}

/// What is given, as a map or as the text of one.
fn given(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<Node> {
    match (fields.get("blueprint_yaml"), fields.get("blueprint_type")) {
        (Some(node), None) => {
            if matches!(node.value, Yaml::String(_) | Yaml::Map(_) | Yaml::Seq(_)) {
                return Some(node.clone());
            }
            cx.error(
                node.span.clone(),
                format!("'blueprint_yaml' must be a blueprint, but it is {}", node.describe()),
            )
            .label("expected a map, or the text of one");
            None
        }
        (None, Some(node)) => {
            let name = cx.text("blueprint_type", node)?;
            Some(super::values::type_only(node, &name))
        }
        (Some(_), Some(second)) => {
            cx.error(second.span.clone(), "'blueprint_yaml' and 'blueprint_type' exclude each other")
                .help("keep one of the two");
            None
        }
        (None, None) => {
            fields.required(cx, "what adds children", "blueprint_yaml");
            None
        }
    }
}

fn compile(cx: &mut Context<'_>, node: &Node) -> Vec<EntitySpec> {
    let Some(text) = node.as_str() else { return plan::compile_children(cx, node) };
    let (root, found) = yaml::parse(cx.source(), text, &Limits::BLUEPRINT);
    let mut inner = cx.within(text, found);
    let children = match root {
        Some(root) if !inner.failed() => plan::compile_children(&mut inner, &root),
        _ => Vec::new(),
    };
    let inner = inner.into_parts();
    let document = cx.document();
    cx.take_parts(inner, &|span| place::within(document, node, &span));
    children
}

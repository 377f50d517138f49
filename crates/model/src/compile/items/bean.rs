//! Initializers from the catalog: the fields of the item, with those of the place that names it over them.

use std::ops::Range;
use std::sync::Arc;

use lang::yaml::{Node, Style, Value};

use super::made::open;
use super::{Context, Frame, only};
use crate::catalog::{Bundle, Item};
use crate::compile::context::keyed;
use crate::compile::fields::TYPE_KEYS;

/// The initializer that `node` means, which names `item` as its type, and the item for what stands in its text.
pub(crate) fn as_initializer<'a>(
    cx: &mut Context<'a>,
    at: &Range<usize>,
    bundle: &'a Arc<Bundle>,
    item: &'a Item,
    node: &Node,
) -> Option<(Node, Frame)> {
    let (root, mut inner) = open(cx, at, bundle, item)?;
    let base = root.as_ref().and_then(|root| only(&mut inner, root, "brooklyn.initializers"));
    let Some(base) = base.filter(|b| b.as_map().is_some()) else {
        cx.error(at.clone(), format!("the item '{}' cannot be used: its text is no map", item.id));
        return None;
    };
    let base = elsewhere(base, at);
    let type_node = TYPE_KEYS.iter().find_map(|k| base.get(k))?.clone();
    let config = |of: &Node| of.get("brooklyn.config").and_then(Node::as_map).unwrap_or_default().to_vec();
    let beside = |of: &Node| {
        let entries = of.as_map().unwrap_or_default();
        let fields =
            keyed(entries).filter(|(k, ..)| k != "brooklyn.config" && !TYPE_KEYS.contains(&k.as_str()));
        fields.map(|(_, k, v)| (k.clone(), v.clone())).collect::<Vec<_>>()
    };
    // The first of two fields with the same name counts.
    let fields = [config(node), beside(node), config(&base), beside(&base)].concat();
    let key = |text: &str| Node {
        value: Value::String(text.to_owned()),
        span: at.clone(),
        tag: None,
        style: Style::Plain,
    };
    let map = |entries| Node {
        value: Value::Map(entries),
        span: node.span.clone(),
        tag: None,
        style: Style::Collection,
    };
    let merged = map(vec![(key("type"), type_node), (key("brooklyn.config"), map(fields))]);
    Some((merged, Frame { id: item.id.clone(), bundle: bundle.id.clone() }))
}

/// A tree from another text, as if all of it stood at one place of this one.
fn elsewhere(node: &Node, at: &Range<usize>) -> Node {
    let value = match &node.value {
        Value::Seq(items) => Value::Seq(items.iter().map(|i| elsewhere(i, at)).collect()),
        Value::Map(entries) => {
            Value::Map(entries.iter().map(|(k, v)| (elsewhere(k, at), elsewhere(v, at))).collect())
        }
        other => other.clone(),
    };
    Node { value, span: at.clone(), tag: node.tag.clone(), style: node.style }
}

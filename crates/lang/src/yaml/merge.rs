//! The entries of a map: no key twice, merge keys (`<<`) resolved.

use std::collections::BTreeSet;

use super::node::{Node, Value};
use crate::diag::{Diagnostic, Found};

/// What the map says itself wins, then the first of what is merged into it.
pub(super) fn entries(
    source: &str,
    found: &mut Found,
    own: Vec<(Node, Node)>,
    merges: Vec<Node>,
) -> Vec<(Node, Node)> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::with_capacity(own.len());
    for (key, value) in own {
        let Some(id) = identity(&key) else {
            let message = format!("{} cannot be a key", key.describe());
            found.push(Diagnostic::error(source, key.span.clone(), message).label("expected a name"));
            continue;
        };
        if !seen.insert(id) {
            let name = key.scalar_text().unwrap_or_default();
            found.push(
                Diagnostic::error(
                    source,
                    key.span.clone(),
                    format!("the key `{name}` stands here for the second time"),
                )
                .label("expected each key once")
                .help("remove one of the two, or give it another name"),
            );
            continue;
        }
        out.push((key, value));
    }
    for merge in merges {
        let Some(maps) = maps_of(merge.value) else {
            found.push(
                Diagnostic::error(source, merge.span, "the merge key `<<` is given no map")
                    .label("expected an alias of a map, or a list of such"),
            );
            continue;
        };
        for (key, value) in maps.into_iter().flatten() {
            if identity(&key).is_some_and(|id| seen.insert(id)) {
                out.push((key, value));
            }
        }
    }
    out
}

type Entries = Vec<(Node, Node)>;

/// What a merge key is given: a map, or a list of maps.
fn maps_of(value: Value) -> Option<Vec<Entries>> {
    match value {
        Value::Map(entries) => Some(vec![entries]),
        Value::Seq(items) => items
            .into_iter()
            .map(|item| match item.value {
                Value::Map(entries) => Some(entries),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// What makes two keys the same. Collections cannot be keys.
fn identity(key: &Node) -> Option<String> {
    match &key.value {
        Value::String(s) => Some(format!("s{s}")),
        Value::Null => Some("null".into()),
        Value::Seq(_) | Value::Map(_) => None,
        _ => key.scalar_text(),
    }
}

//! The entries of a map: no key twice, merge keys (`<<`) resolved.

use std::collections::{BTreeMap, BTreeSet};

use super::node::{Node, Value};
use crate::diag::{Diagnostic, Found};

/// What is written in a map, in order.
pub(super) enum Item {
    /// A key and its value.
    Own(Node, Node),
    /// What is under a `<<`.
    Merge(Node),
}

/// What the map says itself wins, then the first of what is merged into it. As in `SnakeYAML`, what is merged stands
/// where its `<<` is, and of a key that stands twice the last value counts.
pub(super) fn entries(source: &str, found: &mut Found, items: Vec<Item>) -> Entries {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut own = BTreeSet::new();
    let mut out: Entries = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Own(key, value) => {
                let Some(id) = identity(&key) else {
                    let message = format!("{} cannot be a key", key.describe());
                    found.push(Diagnostic::error(source, key.span.clone(), message).label("expected a name"));
                    continue;
                };
                if !own.insert(id.clone()) {
                    twice(source, found, &key);
                }
                if let Some(place) = places.get(&id) {
                    out[*place] = (key, value);
                } else {
                    places.insert(id, out.len());
                    out.push((key, value));
                }
            }
            Item::Merge(merge) => {
                let Some(maps) = maps_of(merge.value) else {
                    found.push(
                        Diagnostic::error(source, merge.span, "the merge key `<<` is given no map")
                            .label("expected an alias of a map, or a list of such"),
                    );
                    continue;
                };
                for (key, value) in maps.into_iter().flatten() {
                    let Some(id) = identity(&key).filter(|id| !places.contains_key(id)) else { continue };
                    places.insert(id, out.len());
                    out.push((key, value));
                }
            }
        }
    }
    out
}

/// Brooklyn takes such a map, so it is no error; hardly anybody means it.
fn twice(source: &str, found: &mut Found, key: &Node) {
    let name = key.scalar_text().unwrap_or_default();
    found.push(
        Diagnostic::warning(
            source,
            key.span.clone(),
            format!("the key `{name}` stands here for the second time; the first value is not used"),
        )
        .label("expected each key once")
        .help("remove one of the two, or give it another name"),
    );
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

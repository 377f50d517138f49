//! The tree of `applications/details`: as deep as asked for, with values whose names match.

use std::collections::BTreeMap;

use api::entity::{EntityDetail, EntityNode};
use engine::{Entity, Root};
use lang::glob::{Glob, GlobError};
use serde_json::Value;

use super::secrets::suppress;
use super::{config, entity, sensor};

/// What is to be seen of each entity.
pub(in crate::http) struct Asked {
    /// Sensors with names like these; `None`: no such field.
    pub(in crate::http) sensors: Option<Vec<Glob>>,
    /// Config likewise.
    pub(in crate::http) config: Option<Vec<Glob>>,
    /// Whether secrets are hidden.
    pub(in crate::http) hides: bool,
}

/// An entity and what is below it, `depth` levels in all; a negative depth is the whole tree.
pub(in crate::http) fn node(
    root: &Root,
    of: &Entity,
    depth: i64,
    asked: &Asked,
) -> Result<EntityNode, GlobError> {
    if depth == 0 {
        return Ok(EntityNode::Bare(entity::bare(of)));
    }
    Ok(EntityNode::Detail(Box::new(detail(root, of, depth, asked)?)))
}

/// Trees are as deep as blueprints may be, which is bounded.
fn detail(root: &Root, of: &Entity, depth: i64, asked: &Asked) -> Result<EntityDetail, GlobError> {
    let mut detail = entity::detail(root, of);
    let below = root.children(&of.id);
    detail.children = if depth == 1 {
        below.map(|child| EntityNode::Bare(entity::bare(child))).collect()
    } else {
        let deeper = |child| node(root, child, depth.saturating_sub(1), asked);
        below.map(deeper).collect::<Result<_, _>>()?
    };
    detail.tags = Some(entity::tags(root, of));
    if let Some(globs) = &asked.sensors {
        detail.sensors = Some(matching(sensor::values(root, of, false), globs, asked.hides)?);
    }
    if let Some(globs) = &asked.config {
        detail.config = Some(matching(values(root, of), globs, asked.hides)?);
    }
    Ok(detail)
}

/// What counts for an entity, defaults of the keys that it declares too.
fn values(root: &Root, of: &Entity) -> serde_json::Map<String, Value> {
    let mut all = config::values(root, of, true);
    for key in root.config_keys(&of.id) {
        if let Some(default) = key.default() {
            all.entry(key.name()).or_insert(default);
        }
    }
    all
}

fn matching(
    values: serde_json::Map<String, Value>,
    globs: &[Glob],
    hides: bool,
) -> Result<BTreeMap<String, Value>, GlobError> {
    let mut all = BTreeMap::new();
    for (name, value) in values.into_iter().filter(|(_, value)| !value.is_null()) {
        for glob in globs {
            if glob.matches(&name)? {
                let value = if hides { suppress(&name, value) } else { value };
                all.insert(name, value);
                break;
            }
        }
    }
    Ok(all)
}

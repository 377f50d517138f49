//! From which lines of a blueprint a spec came, for people who look at a plan.

use std::collections::BTreeMap;

use lang::yaml::Node;

use super::context::keyed;
use super::entity::TYPE_KEYS;
use crate::spec::EntitySpec;
use crate::types::{self, common};

/// Where an entity came from. What is not here was not written, but follows from something that was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line that it begins in, from 1; `None` where it is not known.
    pub line: Option<u32>,
    /// The lines of its config keys.
    pub keys: BTreeMap<String, u32>,
    /// Of its children, in their order.
    pub children: Vec<Place>,
}

/// The places of a whole application.
pub(super) fn of_document(text: &str, root: &Node, app: &EntitySpec) -> Place {
    let lines = &Lines::of(text);
    let services = root.get("services").and_then(Node::as_seq).unwrap_or_default();
    match services {
        // The service took the application's place; what the plan says counts before.
        [service] if !app.config.contains_key(common::WRAPPER_APP.name) => {
            let mut place = of_entity(lines, service, app, &[]);
            place.keys.extend(keys(lines, root, app));
            place
        }
        _ => of_entity(lines, root, app, services),
    }
}

fn of_entity(lines: &Lines, node: &Node, spec: &EntitySpec, services: &[Node]) -> Place {
    let own = node.get("brooklyn.children").and_then(Node::as_seq).unwrap_or_default();
    let nodes: Vec<&Node> = services.iter().chain(own).collect();
    // Children from elsewhere (an initializer) stand among them: which is which cannot be told then.
    let known = nodes.len() == spec.children.len();
    let children = spec.children.iter().enumerate().map(|(i, child)| {
        nodes.get(i).filter(|_| known).map_or_else(Place::default, |n| of_entity(lines, n, child, &[]))
    });
    let first = TYPE_KEYS.iter().find_map(|k| key(node, k)).unwrap_or(node);
    Place { line: Some(line(lines, first)), keys: keys(lines, node, spec), children: children.collect() }
}

fn line(lines: &Lines, node: &Node) -> u32 {
    lines.0.partition_point(|end| *end < node.span.start) as u32 + 1
}

/// Where the lines of a text end.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(i, _)| i).collect())
    }
}

fn key<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.as_map()?.iter().find(|(k, _)| k.as_str() == Some(name)).map(|(k, _)| k)
}

/// Where each config key of the spec is set in `node`: the last of these places that has it counts.
fn keys(lines: &Lines, node: &Node, spec: &EntitySpec) -> BTreeMap<String, u32> {
    let mut written: BTreeMap<String, u32> = BTreeMap::new();
    let maps = [Some(node), node.get("brooklyn.flags"), node.get("brooklyn.config")];
    for (name, key, _) in maps.into_iter().flatten().filter_map(Node::as_map).flat_map(keyed) {
        written.insert(name, line(lines, key));
    }
    let type_def = types::by_wire_name(spec.type_name.as_str());
    let found = spec.config.keys().filter_map(|name| {
        let aliases = type_def.and_then(|t| t.config_key(name)).map_or(&[][..], |k| k.aliases);
        let own = spec.parameters.iter().find(|p| p.name == *name).map_or(&[][..], |p| &p.aliases);
        let id = if *name == common::PLAN_ID.name { &["id", "planId"][..] } else { &[] };
        let mut names = [name.as_str()]
            .into_iter()
            .chain(aliases.iter().chain(id).copied())
            .chain(own.iter().map(String::as_str));
        names.find_map(|n| written.get(n)).map(|line| (name.clone(), *line))
    });
    found.collect()
}

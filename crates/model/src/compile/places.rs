//! From which lines of a blueprint, and of the catalog items in it, a spec came, for people who look at a plan.

use std::collections::BTreeMap;

use lang::yaml::{self, Limits, Node};

use super::context::keyed;
use super::entity::{KINDS, TYPE_KEYS};
use super::items::{Frame, search};
use super::surroundings::Surroundings;
use crate::spec::EntitySpec;
use crate::types::{self, common};

/// Items that are looked into for one plan; what further ones bring has no lines.
const ITEMS_MAX: usize = 10_000;

/// A line of the blueprint, or of the document that an item stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// From 1.
    pub line: u32,
    /// The item (`name:version`), where it is not the blueprint's own line.
    pub item: Option<String>,
}

/// Where an entity came from. What is not here was not written, but follows from something that was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line that it begins in; `None` where it is not known.
    pub origin: Option<Origin>,
    /// The lines of its config keys.
    pub keys: BTreeMap<String, Origin>,
    /// Of its children, in their order.
    pub children: Vec<Place>,
}

/// The places of a whole application.
pub(super) fn of_document(text: &str, root: &Node, app: &EntitySpec, around: &Surroundings) -> Place {
    let mut left = ITEMS_MAX;
    Text { lines: Lines::of(text), first: 1, chain: Vec::new(), around }.of_plan(&mut left, root, app)
}

/// A text whose lines are told: the blueprint, or an item.
struct Text<'a> {
    lines: Lines,
    /// The number of its first line.
    first: u32,
    chain: Vec<Frame>,
    around: &'a Surroundings,
}

impl Text<'_> {
    fn of_plan(&self, left: &mut usize, root: &Node, app: &EntitySpec) -> Place {
        let services = root.get("services").and_then(Node::as_seq).unwrap_or_default();
        if let [service] = services {
            // The service may have taken the application's place; what the plan says counts before.
            let is_around = app.children.len() == 1 && app.config.contains_key(common::WRAPPER_APP.name);
            if !is_around {
                let mut place = self.of_entity(left, service, app, &[]);
                place.keys.extend(self.keys(root, app));
                return place;
            }
        }
        // A document that is nothing but an item which is no application.
        if let (true, None, [only]) = (services.is_empty(), &app.catalog_id, app.children.as_slice())
            && TYPE_KEYS.iter().any(|k| root.get(k).is_some())
        {
            let child = self.of_entity(left, root, only, &[]);
            return Place { origin: child.origin.clone(), children: vec![child], ..Place::default() };
        }
        self.of_entity(left, root, app, services)
    }

    fn of_entity(&self, left: &mut usize, node: &Node, spec: &EntitySpec, services: &[Node]) -> Place {
        let own = node.get("brooklyn.children").and_then(Node::as_seq).unwrap_or_default();
        let nodes: Vec<&Node> = services.iter().chain(own).collect();
        let base = self.of_item(left, node, spec);
        let mut place = Place::default();
        if let Some(base) = base {
            place.keys = base.keys;
            place.children = base.children;
        }
        // Children from elsewhere (an initializer) stand among them: which is which cannot be told then.
        if place.children.len() + nodes.len() == spec.children.len() {
            let begin = place.children.len();
            for (node, child) in nodes.iter().zip(&spec.children[begin..]) {
                place.children.push(self.of_entity(left, node, child, &[]));
            }
        } else {
            place.children = spec.children.iter().map(|_| Place::default()).collect();
        }
        let first = TYPE_KEYS.iter().find_map(|k| key(node, k)).unwrap_or(node);
        place.origin = Some(self.origin(first));
        place.keys.extend(self.keys(node, spec));
        place
    }

    /// What the item says that an entity is made from.
    fn of_item(&self, left: &mut usize, node: &Node, spec: &EntitySpec) -> Option<Place> {
        let name = TYPE_KEYS.iter().find_map(|k| node.get(k))?.scalar_text()?;
        let (bundle, item) = search(&self.around.catalog, self.chain.last(), &name)?;
        let met = self.chain.iter().any(|f| f.id.name == item.id.name);
        if met || !KINDS.contains(&item.kind) {
            return None;
        }
        *left = left.checked_sub(1)?;
        let root = yaml::parse("item", &item.plan.text, &Limits::BLUEPRINT).0?;
        let mut chain = self.chain.clone();
        chain.push(Frame { id: item.id.clone(), bundle: bundle.id.clone() });
        let text =
            Text { lines: Lines::of(&item.plan.text), first: item.plan.line, chain, around: self.around };
        // The item has fewer children than what is made from it: those that come first.
        let given = node.get("brooklyn.children").and_then(Node::as_seq).map_or(0, <[Node]>::len);
        let of_item = spec.children.len().checked_sub(given)?;
        let base = EntitySpec { children: spec.children[..of_item].to_vec(), ..spec.clone() };
        Some(text.of_plan(left, &root, &base))
    }

    fn origin(&self, node: &Node) -> Origin {
        let line = self.first + self.lines.of_byte(node.span.start) - 1;
        Origin { line, item: self.chain.last().map(|f| f.id.to_string()) }
    }

    /// Where each config key of the spec is set in `node`: the last of these places that has it counts.
    fn keys(&self, node: &Node, spec: &EntitySpec) -> BTreeMap<String, Origin> {
        let mut written: BTreeMap<String, Origin> = BTreeMap::new();
        let maps = [Some(node), node.get("brooklyn.flags"), node.get("brooklyn.config")];
        for (name, key, _) in maps.into_iter().flatten().filter_map(Node::as_map).flat_map(keyed) {
            written.insert(name, self.origin(key));
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
            names.find_map(|n| written.get(n)).map(|origin| (name.clone(), origin.clone()))
        });
        found.collect()
    }
}

/// Where the lines of a text end.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(i, _)| i).collect())
    }

    fn of_byte(&self, byte: usize) -> u32 {
        self.0.partition_point(|end| *end < byte) as u32 + 1
    }
}

fn key<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.as_map()?.iter().find(|(k, _)| k.as_str() == Some(name)).map(|(k, _)| k)
}

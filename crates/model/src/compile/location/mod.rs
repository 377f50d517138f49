//! `location:` and `locations:` of an entity (`brooklyn-blueprints.md` 1.6, 9).

mod flags;
mod hosts;
mod properties;
mod range;
mod resolve;
mod secrets;
mod text;

use hosts::Hosts;
use lang::yaml::Node;
pub use secrets::{location_reference, location_secret};
use serde_json::Value;

use super::context::{Context, keyed};
use super::surroundings::Surroundings;
use crate::spec::{ConfigMap, ConfigValue, LocationSpec, MachineSpec};
use crate::yaml_value::to_json;

/// The machines that the `hosts` of a location stands for, once it has a value. The error says what is wrong.
pub fn machines(hosts: &Value) -> Result<Vec<MachineSpec>, String> {
    match hosts::read(hosts)? {
        Hosts::Machines(machines) => Ok(machines),
        Hosts::Deferred(_) => Err("the hosts are an expression for another expression".to_owned()),
    }
}

/// Where the entity that `node` describes is to run: `None` where its parent does.
pub(super) fn of_entity(cx: &mut Context<'_>, node: &Node) -> Option<Vec<LocationSpec>> {
    let one = node.get("location").filter(|n| !n.is_null());
    let many = node.get("locations").filter(|n| !n.is_null());
    match (one, many) {
        (Some(one), Some(many)) => {
            let same = many.as_seq().is_some_and(|l| l.len() == 1 && to_json(&l[0]) == to_json(one));
            if !same {
                cx.error(many.span.clone(), "'location' and 'locations' differ").help("keep one of the two");
            }
            Some(list(cx, std::slice::from_ref(one)))
        }
        (Some(given), None) => Some(list(cx, std::slice::from_ref(given))),
        (None, Some(given)) => {
            let Some(items) = given.as_seq() else {
                cx.error(
                    given.span.clone(),
                    format!("'locations' must be a list, but it is {}", given.describe()),
                )
                .help("write `location:` for a single one");
                return None;
            };
            Some(list(cx, items))
        }
        (None, None) => None,
    }
}

/// Whether a name means a location without the catalog.
pub(crate) fn is_known(around: &Surroundings, name: &str) -> bool {
    resolve::is_known(around, name)
}

/// The kinds of location that are built in.
pub(crate) fn kinds() -> &'static [&'static str] {
    resolve::KINDS
}

/// A catalog item that is a location.
pub(super) fn of_item(cx: &mut Context<'_>, node: &Node) -> Option<LocationSpec> {
    let (text, at, flags) = read_item(cx, node)?;
    resolve::text(cx, &at, &text, flags)
}

/// What the text of such an item says: the name of a location, where it stands, and flags over it.
pub(super) fn read_item(cx: &mut Context<'_>, node: &Node) -> Option<(String, Node, ConfigMap)> {
    if let Some(name) = node.as_str() {
        return Some((name.to_owned(), node.clone(), ConfigMap::new()));
    }
    let type_node = ["type", "locationType", "location_type"].iter().find_map(|k| node.get(k));
    let Some(type_node) = type_node.filter(|n| !n.is_null()) else {
        cx.error(node.span.clone(), "the location has no type").label("expected `type`");
        return None;
    };
    let name = cx.text("type", type_node)?;
    let mut flags = ConfigMap::new();
    for (key, place, value) in node.as_map().into_iter().flat_map(keyed) {
        match key.as_str() {
            "type" | "locationType" | "location_type" | "name" | "id" | "description" => {}
            "brooklyn.config" => {
                for (flag, _, value) in keyed(cx.map("brooklyn.config", value)) {
                    if let Some(value) = cx.value(&flag, value) {
                        flags.insert(properties::camel(&flag), ConfigValue::new(value));
                    }
                }
            }
            other => {
                cx.warning(place.span.clone(), format!("'{other}' of a location has no effect"))
                    .help("flags of a location stand under `brooklyn.config`");
            }
        }
    }
    Some((name, type_node.clone(), flags))
}

fn list(cx: &mut Context<'_>, items: &[Node]) -> Vec<LocationSpec> {
    items.iter().filter_map(|item| resolve::location(cx, item)).collect()
}

//! `location:` and `locations:` of an entity (`brooklyn-blueprints.md` 1.6, 9).

mod flags;
mod hosts;
mod properties;
mod range;
mod resolve;
mod text;

use hosts::Hosts;
use lang::yaml::Node;
use serde_json::Value;

use super::context::Context;
use crate::spec::{LocationSpec, MachineSpec};
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
            Some(list(cx, one))
        }
        (Some(given), None) => Some(list(cx, given)),
        (None, Some(given)) => {
            if given.as_seq().is_none() {
                cx.error(
                    given.span.clone(),
                    format!("'locations' must be a list, but it is {}", given.describe()),
                )
                .help("write `location:` for a single one");
                return None;
            }
            Some(list(cx, given))
        }
        (None, None) => None,
    }
}

fn list(cx: &mut Context<'_>, node: &Node) -> Vec<LocationSpec> {
    let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
    items.iter().filter_map(|item| resolve::location(cx, item)).collect()
}

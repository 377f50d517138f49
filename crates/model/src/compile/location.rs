//! `location:` and `locations:` of an entity (`brooklyn-blueprints.md` 1.6).

use lang::yaml::{Node, Value as Yaml};

use super::context::{Context, keyed};
use crate::spec::{ConfigMap, ConfigValue, LocationKind, LocationSpec};
use crate::yaml_value::to_json;

/// Kinds of location that Brooklyn has and this release has not.
const LATER: &[&str] = &[
    "byon",
    "host",
    "single",
    "multi",
    "named",
    "ssh",
    "pool",
    "server-pool",
    "jclouds",
    "jcloudsByon",
    "aws-ec2",
    "google-compute-engine",
    "azurecompute",
    "azurecompute-arm",
    "openstack-nova",
    "openstack-mitaka-nova",
    "softlayer",
    "digitalocean2",
    "vcloud-director",
    "docker",
    "kubernetes",
    "openshift",
];

/// Flags of `localhost` that mean something.
const LOCALHOST_FLAGS: [&str; 2] = ["name", "displayName"];

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
    if let Some(second) = items.get(1) {
        cx.error(second.span.clone(), "more than one location for an entity is not in this release")
            .label("expected one location");
    }
    items.iter().take(1).filter_map(|item| single(cx, item)).collect()
}

fn single(cx: &mut Context<'_>, node: &Node) -> Option<LocationSpec> {
    match &node.value {
        Yaml::String(_) => {
            let text = cx.text("location", node)?;
            let (name, flags) = split(cx, node, &text)?;
            kind(cx, node, &name)?;
            Some(localhost(cx, node, &name, flags))
        }
        Yaml::Map(entries) if entries.len() == 1 => {
            let (key, value) = &entries[0];
            let text = cx.text("location", key)?;
            let (name, mut flags) = split(cx, key, &text)?;
            kind(cx, key, &name)?;
            for (flag, _, value) in keyed(cx.map(&name, value)) {
                if let Some(value) = cx.value(&flag, value) {
                    flags.insert(flag, ConfigValue::new(value));
                }
            }
            Some(localhost(cx, key, &name, flags))
        }
        _ => {
            cx.error(node.span.clone(), format!("Illegal parameter for 'location': {}", node.describe()))
                .label("expected a name, or a map with one name")
                .help("write `location: localhost`");
            None
        }
    }
}

/// `localhost:(name=x, y="z")` into its name and its flags; the colon may be left out.
fn split(cx: &mut Context<'_>, node: &Node, text: &str) -> Option<(String, ConfigMap)> {
    let text = text.trim();
    let Some((name, rest)) = text.split_once('(') else { return Some((text.to_owned(), ConfigMap::new())) };
    let Some(inside) = rest.strip_suffix(')') else {
        cx.error(node.span.clone(), "the parenthesis of the location is never closed")
            .label("expected a `)`");
        return None;
    };
    let mut flags = ConfigMap::new();
    for pair in pairs(inside) {
        let Some((key, value)) = pair.split_once('=').filter(|(k, _)| !k.trim().is_empty()) else {
            cx.error(node.span.clone(), format!("'{}' in the location is no flag", pair.trim()))
                .label("expected `name=value, ...` in the parentheses");
            return None;
        };
        let value = value.trim().trim_matches(['"', '\'']);
        flags.insert(key.trim().to_owned(), ConfigValue::new(value));
    }
    Some((name.trim().trim_end_matches(':').to_owned(), flags))
}

/// Splits at commas that stand outside quotes.
fn pairs(text: &str) -> Vec<&str> {
    let mut quote = None;
    let parts = text.split(|c: char| {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
        quote.is_none() && c == ','
    });
    parts.filter(|p| !p.trim().is_empty()).collect()
}

fn kind(cx: &mut Context<'_>, node: &Node, name: &str) -> Option<LocationKind> {
    if name == "localhost" {
        return Some(LocationKind::Localhost);
    }
    let prefix = name.split(':').next().unwrap_or(name);
    if LATER.contains(&prefix) {
        cx.error(
            node.span.clone(),
            format!("location '{name}' is not in this release; it comes in a later one"),
        )
        .help("this release has `localhost`");
        return None;
    }
    let near = cx.nearest(prefix, LATER.iter().copied().chain(["localhost"]));
    let adding =
        cx.error(node.span.clone(), format!("Unknown location '{name}'")).label("expected `localhost`");
    adding.nearest(near);
    None
}

fn localhost(cx: &mut Context<'_>, node: &Node, name: &str, flags: ConfigMap) -> LocationSpec {
    for flag in flags.keys().filter(|f| !LOCALHOST_FLAGS.contains(&f.as_str())) {
        cx.warning(
            node.span.clone(),
            format!("the flag '{flag}' of localhost has no effect in this release"),
        );
    }
    LocationSpec { kind: LocationKind::Localhost, spec: name.to_owned(), flags }
}

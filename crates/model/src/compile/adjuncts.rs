//! `brooklyn.policies` and `brooklyn.enrichers`: what acts beside an entity (`brooklyn-blueprints.md` 7).

use lang::yaml::Node;

use super::context::{Context, keyed};
use super::items::{self, Named};
use super::settings::check_type;
use crate::adjuncts::{self, AdjunctDef, AdjunctKind, ConfigDef, Lookup};
use crate::catalog::ItemKind;
use crate::spec::{AdjunctSpec, ConfigMap, ConfigValue, EntitySpec, TypeName};

/// Compiles a whole list of one kind into what it adds to `entity`.
pub(super) fn compile(
    cx: &mut Context<'_>,
    entity: &mut EntitySpec,
    kind: AdjunctKind,
    key: &str,
    node: &Node,
) {
    for item in cx.list(key, node) {
        entity.adjuncts.extend(one(cx, kind, item));
    }
}

/// One policy or enricher by itself, whichever of both its type is. Feeds are initializers: Brooklyn makes none alone.
pub(super) fn alone(cx: &mut Context<'_>, node: &Node) -> Option<AdjunctSpec> {
    const KINDS: [AdjunctKind; 2] = [AdjunctKind::Policy, AdjunctKind::Enricher];
    let named = node.get("type").unwrap_or(node);
    let name = named.as_str().unwrap_or("");
    let built_in = |name: &str| match adjuncts::lookup(name) {
        Lookup::Known(def) => KINDS.contains(&def.kind).then_some(def.kind),
        Lookup::Refused(_) => Some(AdjunctKind::Policy),
        Lookup::Unknown => None,
    };
    let items = KINDS.map(item_kind);
    let kind = match items::find(cx, name, &named.span, &items, |name| built_in(name).is_some()) {
        Named::Item(_, item) => KINDS.into_iter().find(|kind| item_kind(*kind) == item.kind),
        Named::Refused => return None,
        Named::None => built_in(name),
    };
    if let Some(kind) = kind {
        return one(cx, kind, node);
    }
    let near = items::nearest(cx, name, KINDS.into_iter().flat_map(adjuncts::all_names), &items);
    cx.error(named.span.clone(), format!("No adjunct with type {name} found")).nearest(near.as_deref());
    None
}

/// One policy or enricher; `None` with errors in `cx`. Where a blueprint names one in a value, this reads it too.
pub(super) fn one(cx: &mut Context<'_>, kind: AdjunctKind, node: &Node) -> Option<AdjunctSpec> {
    let Some(entries) = node.as_map() else {
        let message = format!("{} must be a map, but it is {}", article(kind), node.describe());
        let adding = cx.error(node.span.clone(), message);
        match node.as_str() {
            Some(name) => adding.help(format!("write `- type: {name}`")),
            None => adding.label("expected `type: ...`"),
        };
        return None;
    };
    let type_node = type_keys(kind).iter().find_map(|k| node.get(k));
    let Some(type_node) = type_node.filter(|n| !n.is_null()) else {
        cx.error(node.span.clone(), format!("the {} has no type", word(kind))).label("expected `type`");
        return None;
    };
    let name = cx.text("type", type_node)?;
    let (def, mut adjunct) = begin(cx, kind, type_node, &name)?;
    for (name, key, value) in keyed(entries) {
        match name.as_str() {
            "name" | "displayName" => adjunct.name = cx.text("name", value).or(adjunct.name.take()),
            "uniqueTag" => {
                adjunct.unique_tag = cx.text("uniqueTag", value).or(adjunct.unique_tag.take());
            }
            "brooklyn.config" | "brooklyn.flags" => {}
            "brooklyn.parameters" => {
                cx.warning(key.span.clone(), format!("parameters of a {} have no effect", word(kind)));
            }
            name if type_keys(kind).contains(&name) => {}
            name => put(cx, def, &mut adjunct.config, name, key, value),
        }
    }
    // These win over keys beside `type`.
    for map in ["brooklyn.flags", "brooklyn.config"] {
        if let Some(config) = node.get(map) {
            for (name, key, value) in keyed(cx.map(map, config)) {
                match name.as_str() {
                    "name" | "displayName" if def.config_key(&name).is_none() => {
                        adjunct.name = cx.text("name", value).or(adjunct.name);
                    }
                    "uniqueTag" => adjunct.unique_tag = cx.text("uniqueTag", value).or(adjunct.unique_tag),
                    _ => put(cx, def, &mut adjunct.config, &name, key, value),
                }
            }
        }
    }
    check(cx, def, &adjunct.config, node);
    Some(adjunct)
}

/// Refuses a config with which an adjunct cannot work, as far as that can be told now.
fn check(cx: &mut Context<'_>, def: &'static AdjunctDef, config: &ConfigMap, node: &Node) {
    // A catalog item may leave to those who use it what they are to say.
    let lacking = def.lacking(config).filter(|_| !cx.may_be_partial).collect::<Vec<_>>();
    for keys in lacking {
        let names: Vec<&str> = keys.iter().map(|key| key.said_as()).collect();
        let names = names.join(" or ");
        cx.error(node.span.clone(), format!("the {} cannot work without {names}", def.simple_name()))
            .label(format!("expected `{}: ...`", keys.first().map_or("", |key| key.said_as())));
    }
    if let Some(wrong) = def.wrong(config) {
        let place = value_of(def, node, wrong.key).unwrap_or(node);
        let name = wrong.key.said_as();
        cx.error(place.span.clone(), format!("'{name}' of the {} {}", def.simple_name(), wrong.why));
    }
}

/// Where a key of an adjunct is set. Not here, where a catalog item sets it.
fn value_of<'n>(def: &'static AdjunctDef, node: &'n Node, key: &'static ConfigDef) -> Option<&'n Node> {
    let within = ["brooklyn.config", "brooklyn.flags"].into_iter().filter_map(|map| node.get(map));
    within.chain([node]).filter_map(Node::as_map).flatten().find_map(|(name, value)| {
        let found = def.config_key(name.as_str()?)?;
        std::ptr::eq(found, key).then_some(value)
    })
}

/// What an adjunct of this name begins with: nothing, or what a catalog item says.
fn begin(
    cx: &mut Context<'_>,
    kind: AdjunctKind,
    node: &Node,
    name: &str,
) -> Option<(&'static AdjunctDef, AdjunctSpec)> {
    let built_in = |name: &str| matches!(adjuncts::lookup(name), Lookup::Known(def) if def.kind == kind);
    match items::find(cx, name, &node.span, &[item_kind(kind)], built_in) {
        Named::Item(bundle, item) => {
            let made = items::adjunct(cx, &node.span, bundle, item)?;
            adjuncts::by_wire_name(made.type_name.as_str()).map(|def| (def, made))
        }
        Named::Refused => None,
        Named::None => {
            let def = find(cx, kind, node, name)?;
            let adjunct = AdjunctSpec {
                kind,
                type_name: TypeName::new(def.java_type),
                name: None,
                unique_tag: None,
                config: ConfigMap::new(),
                catalog_id: None,
            };
            Some((def, adjunct))
        }
    }
}

/// The kind of items that such an adjunct may be made from.
fn item_kind(kind: AdjunctKind) -> ItemKind {
    match kind {
        AdjunctKind::Policy => ItemKind::Policy,
        AdjunctKind::Enricher => ItemKind::Enricher,
        AdjunctKind::Feed => ItemKind::Bean,
    }
}

fn find(cx: &mut Context<'_>, kind: AdjunctKind, node: &Node, name: &str) -> Option<&'static AdjunctDef> {
    match adjuncts::lookup(name) {
        Lookup::Known(def) if def.kind == kind => Some(def),
        Lookup::Known(def) => {
            let message = format!("{} is {}, not {}", def.simple_name(), article(def.kind), article(kind));
            cx.error(node.span.clone(), message).help(format!("put it under `{}`", list_of(def.kind)));
            None
        }
        Lookup::Refused(why) => {
            cx.error(node.span.clone(), why);
            None
        }
        Lookup::Unknown => {
            let near = items::nearest(cx, name, adjuncts::all_names(kind), &[item_kind(kind)]);
            cx.error(node.span.clone(), format!("there is no {} '{name}'", word(kind)))
                .label(format!("expected the name of {}", article(kind)))
                .nearest(near.as_deref());
            None
        }
    }
}

/// Sets a config key of an adjunct. One that it does not declare is kept and reported: nothing inherits it.
pub(super) fn put(
    cx: &mut Context<'_>,
    def: &'static AdjunctDef,
    config: &mut ConfigMap,
    name: &str,
    key: &Node,
    node: &Node,
) {
    let declared = def.config_key(name);
    if declared.is_none() {
        let known = def.config_keys().flat_map(|k| k.aliases.iter().copied().chain([k.name]));
        let near = cx.nearest(name, known.chain(["name", "uniqueTag", "brooklyn.config"]));
        let message = format!("unknown key '{name}' on {}: it has no effect", def.simple_name());
        cx.warning(key.span.clone(), message).nearest(near);
    }
    let Some(value) = cx.value(name, node).map(ConfigValue::new) else { return };
    if let Some(def) = declared
        && !check_type(cx, def.name, def.value_type, node, &value)
    {
        return;
    }
    config.insert(declared.map_or(name, |d| d.name).to_owned(), value);
}

fn type_keys(kind: AdjunctKind) -> [&'static str; 3] {
    match kind {
        AdjunctKind::Policy => ["type", "policyType", "policy_type"],
        AdjunctKind::Enricher => ["type", "enricherType", "enricher_type"],
        AdjunctKind::Feed => ["type", "initializerType", "initializer_type"],
    }
}

fn word(kind: AdjunctKind) -> &'static str {
    match kind {
        AdjunctKind::Policy => "policy",
        AdjunctKind::Enricher => "enricher",
        AdjunctKind::Feed => "sensor feed",
    }
}

fn article(kind: AdjunctKind) -> &'static str {
    match kind {
        AdjunctKind::Policy => "a policy",
        AdjunctKind::Enricher => "an enricher",
        AdjunctKind::Feed => "a sensor feed",
    }
}

fn list_of(kind: AdjunctKind) -> &'static str {
    match kind {
        AdjunctKind::Policy => "brooklyn.policies",
        AdjunctKind::Enricher => "brooklyn.enrichers",
        AdjunctKind::Feed => "brooklyn.initializers",
    }
}

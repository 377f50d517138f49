//! One entity of a blueprint: a service or a child.

use lang::yaml::Node;

use super::adjuncts;
use super::context::{Context, keyed};
use super::initializers;
use super::items::{self, Named};
use super::location;
use super::parameters;
use super::settings::Settings;
use crate::catalog::ItemKind;
use crate::spec::{AdjunctKind, ConfigMap, EntitySpec, TypeName};
use crate::types::{self, Lookup, TypeDef, common};

/// Keys that every entity map may have.
pub(crate) const KEYS: &[&str] = &[
    "type",
    "name",
    "id",
    "location",
    "locations",
    "iconUrl",
    "description",
    "brooklyn.config",
    "brooklyn.flags",
    "brooklyn.children",
    "brooklyn.initializers",
    "brooklyn.tags",
    "brooklyn.parameters",
    "brooklyn.policies",
    "brooklyn.enrichers",
];

pub(super) const TYPE_KEYS: [&str; 3] = ["type", "serviceType", "service_type"];

/// Compiles the entity that `node` describes; `None` when it has no type to go on with. Errors are in `cx`.
pub(super) fn compile(cx: &mut Context<'_>, node: &Node) -> Option<EntitySpec> {
    let Some(entries) = node.as_map() else {
        let help = match node.as_str() {
            Some(name) => format!("write `- type: {name}`"),
            None => "an entity is a map with at least `type`".to_owned(),
        };
        cx.error(node.span.clone(), format!("an entity must be a map, but it is {}", node.describe()))
            .help(help);
        return None;
    };
    if !cx.may_add_entity(&node.span) || !cx.enter(&node.span) {
        return None;
    }
    let found = compile_map(cx, node, entries);
    cx.leave();
    found
}

fn compile_map(cx: &mut Context<'_>, node: &Node, entries: &[(Node, Node)]) -> Option<EntitySpec> {
    let found = find_type(cx, node);
    let type_def = found.as_ref().map(|(type_def, _)| *type_def);
    // Without a type the rest is still looked at, as for an entity that declares nothing, so that all errors come
    // at once; its unknown keys say nothing then.
    let reading = type_def.unwrap_or(&types::basic_entity::TYPE);
    let mut entity =
        found.map_or_else(|| EntitySpec::new(TypeName::new(reading.java_type)), |(_, entity)| entity);
    let of_item = entity.effectors.len();
    let mut settings = begin(cx, reading, &mut entity, node);
    for (name, key, value) in keyed(entries) {
        if TYPE_KEYS.contains(&name.as_str()) || name == "description" {
            continue;
        }
        if common_key(cx, &mut entity, &mut settings, &name, value) {
            continue;
        }
        if type_def.is_some() && !settings.flag(cx, &name, key, value) {
            settings.unknown(cx, &name, key.span.clone(), "put it under `brooklyn.config` to keep it");
        }
    }
    finish(cx, &mut entity, settings, node);
    // An effector of the item gives way to one of the same name.
    let own: Vec<String> = entity.effectors[of_item..].iter().map(|e| e.name.clone()).collect();
    let mut number = 0;
    entity.effectors.retain(|e| {
        number += 1;
        number > of_item || !own.contains(&e.name)
    });
    type_def.map(|_| entity)
}

/// Takes a key that means the same on every entity and on the application. Says whether it is one.
pub(super) fn common_key(
    cx: &mut Context<'_>,
    entity: &mut EntitySpec,
    settings: &mut Settings<'_>,
    name: &str,
    value: &Node,
) -> bool {
    match name {
        "name" => {
            let given = cx.text("name", value).filter(|n| !n.trim().is_empty());
            entity.name = given.or(entity.name.take());
        }
        "id" | "planId" => {
            if let Some(id) = cx.text(name, value) {
                cx.take_id(&id, &value.span);
                settings.set(&common::PLAN_ID, id);
            }
        }
        "iconUrl" => entity.icon_url = cx.text("iconUrl", value).or(entity.icon_url.take()),
        "brooklyn.children" => {
            for child in cx.list("brooklyn.children", value) {
                entity.children.extend(compile(cx, child));
            }
        }
        "brooklyn.initializers" => {
            initializers::compile_all(cx, entity, value);
        }
        "brooklyn.tags" => {
            for tag in cx.list("brooklyn.tags", value) {
                if !cx.refuse_expressions("brooklyn.tags", tag) {
                    entity.tags.extend(cx.value("brooklyn.tags", tag));
                }
            }
        }
        "brooklyn.policies" => adjuncts::compile(cx, entity, AdjunctKind::Policy, name, value),
        "brooklyn.enrichers" => adjuncts::compile(cx, entity, AdjunctKind::Enricher, name, value),
        // Read in `begin`, since they say what else is a key here, and in `finish`, when all that they may override
        // is known.
        "brooklyn.parameters" | "brooklyn.config" | "brooklyn.flags" | "location" | "locations" => {}
        _ => return false,
    }
    true
}

/// What must come first: the keys that the entity declares for itself.
///
/// What `entity` has already comes from the catalog item that it is made from.
pub(super) fn begin<'t>(
    cx: &mut Context<'_>,
    type_def: &'t TypeDef,
    entity: &mut EntitySpec,
    node: &Node,
) -> Settings<'t> {
    let base = std::mem::take(&mut entity.config);
    let declared = std::mem::take(&mut entity.parameters);
    let stays =
        |name: &str| declared.iter().any(|k| k.name == name && !items::reaches_subtypes(k.type_inheritance));
    let base: ConfigMap = base.into_iter().filter(|(key, _)| !stays(key)).collect();
    let inherited =
        declared.iter().filter(|k| items::reaches_subtypes(k.type_inheritance)).cloned().collect();
    let parameters = match node.get("brooklyn.parameters") {
        Some(given) => parameters::compile(cx, type_def, inherited, given),
        None => inherited,
    };
    Settings::new(type_def, parameters, base)
}

/// What must come last: config that wins over keys beside `type`, and where it runs.
pub(super) fn finish(cx: &mut Context<'_>, entity: &mut EntitySpec, mut settings: Settings<'_>, node: &Node) {
    if let Some(flags) = node.get("brooklyn.flags") {
        settings.flags(cx, flags);
    }
    if let Some(config) = node.get("brooklyn.config") {
        settings.config(cx, config);
    }
    (entity.config, entity.parameters) = settings.finish(cx, &node.span);
    entity.locations = location::of_entity(cx, node).or(entity.locations.take());
    // What stands in an item's text belongs to the item, unless it is made from another one.
    if let Some(frame) = cx.chain.last() {
        entity.catalog_id.get_or_insert_with(|| frame.id.to_string());
        entity.bundles.retain(|b| *b != frame.bundle);
        entity.bundles.insert(0, frame.bundle.clone());
    }
}

/// The kinds of items that an entity may be made from.
pub(super) const KINDS: &[ItemKind] = &[ItemKind::Entity, ItemKind::Application, ItemKind::Template];

/// The type, and what an entity of it is to begin with: nothing, or what a catalog item says.
fn find_type(cx: &mut Context<'_>, node: &Node) -> Option<(&'static TypeDef, EntitySpec)> {
    let mut given = TYPE_KEYS.iter().filter_map(|k| node.get(k));
    let Some(value) = given.next() else {
        let near = node.as_map().and_then(|e| keyed(e).find(|(k, ..)| cx.nearest(k, TYPE_KEYS).is_some()));
        let span = near.as_ref().map_or_else(|| first_key(node), |(_, k, _)| k.span.clone());
        let adding = cx.error(span, "the entity has no type").label("expected `type`");
        match near {
            Some(_) => adding.nearest(Some("type")),
            None => adding.help("add `type:` with one such as vanilla-software-process"),
        };
        return None;
    };
    if let Some(second) = given.next() {
        cx.error(second.span.clone(), "the entity has two types").help("keep `type` only");
    }
    let Some(name) = cx.text("type", value) else {
        if value.is_null() {
            cx.error(value.span.clone(), "the entity has no type").label("expected a type's name");
        }
        return None;
    };
    let built_in = |name: &str| matches!(types::lookup(name), Lookup::Known { .. });
    match items::find(cx, &name, &value.span, KINDS, built_in) {
        Named::Item(bundle, item) => {
            let made = items::entity(cx, &value.span, bundle, item)?;
            return types::by_wire_name(made.type_name.as_str()).map(|type_def| (type_def, made));
        }
        Named::Refused => return None,
        Named::None => {}
    }
    match types::lookup(&name) {
        Lookup::Known { type_def, version } => {
            if let Some(version) = version.filter(|v| v != types::CORE_VERSION) {
                cx.warning(
                    value.span.clone(),
                    format!(
                        "version {version} of {} was asked for; this release has one of its own",
                        type_def.simple_name()
                    ),
                )
                .help("remove the version");
            }
            Some((type_def, EntitySpec::new(TypeName::new(type_def.java_type))))
        }
        Lookup::Refused(why) => {
            cx.error(value.span.clone(), why);
            None
        }
        Lookup::Unknown => {
            let near = items::nearest(cx, &name, types::all_names(), KINDS);
            let versions = items::versions_of(&cx.around.catalog, &name);
            let adding =
                cx.error(value.span.clone(), format!("Unable to match plan item: there is no type '{name}'"));
            let adding = adding.label("expected the name of a type");
            match versions {
                Some(versions) => adding.help(versions),
                None => adding.nearest(near.as_deref()),
            };
            None
        }
    }
}

fn first_key(node: &Node) -> std::ops::Range<usize> {
    node.as_map().and_then(|e| e.first()).map_or_else(|| node.span.clone(), |(k, _)| k.span.clone())
}

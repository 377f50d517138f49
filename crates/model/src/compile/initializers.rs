//! `brooklyn.initializers`: what a blueprint adds to an entity when it is created.

use lang::yaml::Node;

use super::context::Context;
use super::fields::{Fields, TYPE_KEYS};
use super::items::{self, Named};
use super::value_types::type_name;
use super::values::holds_dsl;
use super::{adjuncts as acting, blueprint_in_field, effectors};
use crate::adjuncts::{self, AdjunctDef, AdjunctKind, Lookup, static_sensor};
use crate::catalog::ItemKind;
use crate::spec::{AdjunctSpec, ConfigMap, ConfigValue, EntitySpec, StaticSensorSpec, TypeName};

/// Compiles the initializers of an entity. Of two effectors with one name the later counts, as on Brooklyn.
pub(super) fn compile_all(cx: &mut Context<'_>, entity: &mut EntitySpec, node: &Node) {
    let first = entity.effectors.len();
    for item in cx.list("brooklyn.initializers", node) {
        let before = entity.effectors.len();
        compile(cx, entity, item);
        let Some(name) = entity.effectors.get(before).map(|new| new.name.clone()) else { continue };
        if let Some(earlier) = entity.effectors[first..before].iter().position(|e| e.name == name) {
            entity.effectors.remove(first + earlier);
            cx.warning(
                item.span.clone(),
                format!("an effector '{name}' stands above already: this one counts"),
            )
            .help("give one of them another name to have both");
        }
    }
}

/// Compiles one initializer into what it adds to `entity`.
pub(super) fn compile(cx: &mut Context<'_>, entity: &mut EntitySpec, node: &Node) {
    if node.as_map().is_none() {
        cx.error(node.span.clone(), format!("an initializer must be a map, but it is {}", node.describe()))
            .help("write `- type: ssh-command-effector` and what it needs");
        return;
    }
    let Some(type_node) = TYPE_KEYS.iter().find_map(|k| node.get(k)) else {
        cx.error(node.span.clone(), "the initializer has no type").label("expected `type`");
        return;
    };
    let Some(name) = cx.text("type", type_node) else { return };
    match items::find(cx, &name, &type_node.span, &[ItemKind::Bean], is_known) {
        Named::Item(bundle, item) => {
            if let Some((merged, frame)) = items::as_initializer(cx, &type_node.span, bundle, item, node) {
                let before = entity.adjuncts.len();
                cx.chain.push(frame);
                compile(cx, entity, &merged);
                cx.chain.pop();
                for adjunct in &mut entity.adjuncts[before..] {
                    adjunct.catalog_id = Some(item.id.to_string());
                }
            }
            return;
        }
        Named::Refused => return,
        Named::None => {}
    }
    let fields = Fields::of(cx, node);
    let simple = simple_name(&name);
    if let Some(effector) = effectors::by_name(simple) {
        entity.effectors.extend(effector(cx, &fields));
        return;
    }
    match simple {
        "add-tags-initializer" | "AddTagsInitializer" => {
            if let Some(tags) = fields.get("tags") {
                for tag in cx.list("tags", tags) {
                    if !cx.refuse_expressions("tags", tag) {
                        entity.tags.extend(cx.value("tags", tag));
                    }
                }
            }
            fields.report_others(cx, &["tags"]);
        }
        "add-children-initializer" | "AddChildrenInitializer" => {
            fields.report_others(cx, blueprint_in_field::FIELDS);
            entity.children.extend(blueprint_in_field::children(cx, &fields));
        }
        simple if LATER.contains(&simple) => {
            cx.error(
                type_node.span.clone(),
                format!("{simple} is not in this release; it comes in a later one"),
            );
        }
        _ => match adjuncts::lookup(&name) {
            Lookup::Known(def) if def.kind == AdjunctKind::Feed => feed(cx, entity, def, &fields),
            Lookup::Refused(why) => {
                cx.error(type_node.span.clone(), why);
            }
            Lookup::Known(def) => {
                let (what, list) = match def.kind {
                    AdjunctKind::Policy => ("a policy", "brooklyn.policies"),
                    _ => ("an enricher", "brooklyn.enrichers"),
                };
                cx.error(
                    type_node.span.clone(),
                    format!("{} is {what}, not an initializer", def.simple_name()),
                )
                .help(format!("put it under `{list}`"));
            }
            Lookup::Unknown => {
                let built_in = adjuncts::all_names(AdjunctKind::Feed).chain(effectors::names());
                let built_in = built_in.chain(NAMES.iter().chain(LATER).copied());
                let near = items::nearest(cx, simple, built_in, &[ItemKind::Bean]);
                cx.error(type_node.span.clone(), format!("there is no initializer '{name}'"))
                    .label("expected the name of an initializer")
                    .nearest(near.as_deref());
            }
        },
    }
}

/// The names of all initializers that are no sensors.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    effectors::names().chain(NAMES.iter().copied())
}

/// Whether an initializer of this name is built in, or is one of a later release.
pub(crate) fn is_known(name: &str) -> bool {
    let simple = simple_name(name);
    effectors::by_name(simple).is_some()
        || NAMES.contains(&simple)
        || LATER.contains(&simple)
        || matches!(adjuncts::lookup(name), Lookup::Known(def) if def.kind == AdjunctKind::Feed)
}

const NAMES: &[&str] =
    &["add-tags-initializer", "AddTagsInitializer", "add-children-initializer", "AddChildrenInitializer"];

const LATER: &[&str] = &[
    "RepeatEffector",
    "AddDeploySensorsInitializer",
    "container-effector",
    "ContainerEffector",
    "workflow-effector",
    "WorkflowEffector",
    "workflow-initializer",
    "WorkflowInitializer",
];

/// The name without package, prefix and version. Only Brooklyn's own packages are looked into.
fn simple_name(name: &str) -> &str {
    let name = ["catalog:", "brooklyn:", "java:"].iter().find_map(|p| name.strip_prefix(p)).unwrap_or(name);
    let name = name.split(':').next().unwrap_or(name).trim();
    let own = ["org.apache.brooklyn.", "brooklyn.", "io.brooklyn."].iter().any(|p| name.starts_with(p));
    if own { name.rsplit('.').next().unwrap_or(name) } else { name }
}

/// A sensor that is polled, made or waited for; one with a plain value is set at creation.
fn feed(cx: &mut Context<'_>, entity: &mut EntitySpec, def: &'static AdjunctDef, fields: &Fields<'_>) {
    if std::ptr::eq(def, &raw const static_sensor::TYPE)
        && !fields.entries().iter().any(|(.., v)| holds_dsl(v))
    {
        entity.sensors.extend(plain_sensor(cx, fields));
        return;
    }
    let name = fields.required(cx, "the sensor", "name").and_then(|n| cx.text("name", n));
    for needed in required(def) {
        fields.required(cx, "the sensor", needed);
    }
    type_name(cx, fields.get("targetType"), "string");
    let mut config = ConfigMap::new();
    // The first of two with the same name counts, so the last is put first.
    for (field, key, value) in fields.entries().iter().rev().filter(|(k, ..)| k != "description") {
        acting::put(cx, def, &mut config, field, key, value);
    }
    let both = ["password.chars", "password.character.groups"];
    if both.iter().all(|key| config.contains_key(*key)) {
        cx.error(fields.node().span.clone(), format!("'{}' and '{}' exclude each other", both[0], both[1]))
            .help("keep one of the two");
    }
    if name.is_some() {
        entity.adjuncts.push(AdjunctSpec {
            kind: AdjunctKind::Feed,
            type_name: TypeName::new(def.java_type),
            name,
            unique_tag: None,
            config,
            catalog_id: None,
        });
    }
}

/// Fields without which a feed has nothing to do.
fn required(def: &AdjunctDef) -> &'static [&'static str] {
    match def.simple_name() {
        "SshCommandSensor" => &["command"],
        "HttpRequestSensor" => &["uri"],
        _ => &[],
    }
}

fn plain_sensor(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<StaticSensorSpec> {
    fields
        .report_others(cx, &["name", "description", "targetType", "static.value", "value", "static.timeout"]);
    let name = fields.required(cx, "the sensor", "name").and_then(|n| cx.text("name", n));
    let given = fields.get("value").map_or_else(|| fields.required(cx, "the sensor", "static.value"), Some);
    let value = given.and_then(|n| cx.value("static.value", n));
    let type_name = type_name(cx, fields.get("targetType"), "string");
    Some(StaticSensorSpec { name: name?, type_name, value: ConfigValue::new(value?) })
}

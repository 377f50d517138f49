//! The document as a whole: the application around the services.

use lang::yaml::Node;

use super::context::{Context, keyed};
use super::entity;
use super::settings::Settings;
use super::wrap;
use crate::spec::{EntitySpec, TypeName};
use crate::types::{basic_application, common};

/// Keys of a plan that need no reading here, or are read apart.
const KEYS: &[&str] = &["services", "description", "origin", "version", "wrappedApp", "artifacts"];

/// Compiles the document; `None` when it is no blueprint. Errors are in `cx`.
pub(super) fn compile(cx: &mut Context<'_>, root: &Node) -> Option<EntitySpec> {
    let services = services(cx, root)?;
    cx.is_plan = true;
    let type_def = &basic_application::TYPE;
    let mut app = EntitySpec::new(TypeName::new(type_def.java_type));
    let mut settings = Settings::new(type_def);
    let mut wrapped = false;
    for (name, key, value) in keyed(root.as_map().unwrap_or_default()) {
        match name.as_str() {
            "wrappedApp" => match value.value {
                lang::yaml::Value::Bool(b) => wrapped = b,
                _ => {
                    cx.error(value.span.clone(), "'wrappedApp' must be true or false");
                }
            },
            "artifacts" => {
                cx.warning(key.span.clone(), "'artifacts' has no effect");
            }
            name if KEYS.contains(&name) => {}
            name if entity::common_key(cx, &mut app, &mut settings, name, value) => {}
            name if settings.flag(cx, name, key, value) => {}
            name => settings.unknown(cx, name, key.span.clone(), "put it under `brooklyn.config` to keep it"),
        }
    }
    entity::finish(cx, &mut app, settings, root);
    let own_children = std::mem::take(&mut app.children);
    let mut children: Vec<EntitySpec> = Vec::new();
    for service in services {
        children.extend(entity::compile(cx, service));
    }
    if !wrapped && own_children.is_empty() && children.len() == 1 && services.len() == 1 {
        match wrap::unwrap(app, children.remove(0)) {
            wrap::Unwrapped::Merged(child) => return Some(*child),
            wrap::Unwrapped::Kept(kept, child) => {
                app = *kept;
                children.push(*child);
            }
        }
    }
    app.config.insert(common::WRAPPER_APP.name.to_owned(), crate::ConfigValue::new(true));
    app.children = children;
    app.children.extend(own_children);
    Some(app)
}

/// The services of a plan; `None` with an error when the document is none.
fn services<'n>(cx: &mut Context<'_>, root: &'n Node) -> Option<&'n [Node]> {
    let Some(entries) = root.as_map() else {
        cx.error(root.span.clone(), format!("a blueprint must be a map, but it is {}", root.describe()))
            .label("expected `services:`");
        return None;
    };
    if let Some(services) = root.get("services").filter(|s| !s.is_null()) {
        return Some(cx.list("services", services));
    }
    if let Some((key, _)) = entries.iter().find(|(k, _)| k.as_str() == Some("brooklyn.catalog")) {
        cx.error(key.span.clone(), "this is a catalog, which is not in this release")
            .help("the catalog comes in a later release; a blueprint has `services:`");
        return None;
    }
    if let Some((key, value)) = entries.iter().find(|(k, _)| k.as_str() == Some("type")) {
        let name = value.scalar_text().unwrap_or_default();
        cx.error(key.span.clone(), "the blueprint has no services")
            .label("expected `services:`")
            .help(format!("put the entity into a list: `services:`, and below it `- type: {name}`"));
        return None;
    }
    let near = keyed(entries).find(|(k, ..)| cx.nearest(k, ["services"]).is_some());
    match near {
        Some((_, key, _)) if key.as_str() != Some("services") => {
            cx.error(key.span.clone(), "the blueprint has no services").nearest(Some("services"));
        }
        _ => {
            cx.error(root.span.start..root.span.start, "the blueprint has no services")
                .label("expected `services:`")
                .help("add `services:` with a list of entities");
        }
    }
    None
}

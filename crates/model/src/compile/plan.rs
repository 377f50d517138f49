//! The document as a whole: the application around the services, or the children for an entity that is there.

use lang::yaml::Node;

use super::context::{Context, keyed};
use super::entity;
use super::items;
use super::wrap::{self, Unwrapped};
use crate::spec::{EntitySpec, TypeName};
use crate::types::{basic_application, common};

/// Keys of a plan that need no reading here, or are read apart.
const KEYS: &[&str] = &["services", "description", "origin", "version", "wrappedApp", "artifacts"];

/// A plan that was read: the application that it describes, and what goes into it.
struct Plan {
    app: EntitySpec,
    services: Vec<EntitySpec>,
    /// What stands under `brooklyn.children` of the plan itself.
    own_children: Vec<EntitySpec>,
    /// Whether there is a single service that could take the application's place.
    is_single: bool,
}

/// Compiles the document into an application; `None` when it is no blueprint. Errors are in `cx`.
pub(super) fn compile(cx: &mut Context<'_>, root: &Node) -> Option<EntitySpec> {
    if names_item(cx, root) {
        cx.is_plan = true;
        cx.whole = true;
        let entity = entity::compile(cx, root)?;
        return Some(if wrap::is_application(&entity) { entity } else { around(entity) });
    }
    let services = services(cx, root)?;
    if services.is_empty() && !cx.failed() {
        let at = root.get("services").map_or(0..0, |list| list.span.clone());
        cx.error(at, "the list of services is empty").help("add an entity to it: `- type: NAME`");
        return None;
    }
    cx.is_plan = true;
    let mut plan = read(cx, root, services);
    if plan.is_single && plan.services.first().is_some_and(wrap::is_application) {
        match wrap::unwrap(plan.app, plan.services.remove(0)) {
            Unwrapped::Merged(child) => return Some(*child),
            Unwrapped::Kept(app, child) => {
                plan.app = *app;
                plan.services.push(*child);
            }
        }
    }
    Some(plan.into_app())
}

/// Compiles what is to be added to an entity: an entity, a list of them, or a whole plan. A single one comes
/// without an application around it, several are put into one.
pub(super) fn compile_children(cx: &mut Context<'_>, root: &Node) -> Vec<EntitySpec> {
    let mut plan = if let Some(items) = root.as_seq() {
        cx.is_plan = true;
        let services: Vec<EntitySpec> = items.iter().filter_map(|item| entity::compile(cx, item)).collect();
        Plan {
            app: EntitySpec::new(TypeName::new(basic_application::TYPE.java_type)),
            is_single: items.len() == 1,
            services,
            own_children: Vec::new(),
        }
    } else if is_entity(root) {
        cx.is_plan = true;
        return entity::compile(cx, root).into_iter().collect();
    } else {
        let Some(services) = services(cx, root) else { return Vec::new() };
        cx.is_plan = true;
        read(cx, root, services)
    };
    if plan.services.is_empty() && plan.own_children.is_empty() {
        return Vec::new();
    }
    if let Some(child) = plan.only_one() {
        return vec![child];
    }
    let mut app = plan.into_app();
    if app.name.is_none() {
        let n = app.children.len();
        let word = if n == 1 { "child" } else { "children" };
        app.name = Some(format!("Dynamically added {n} {word}"));
    }
    vec![app]
}

/// Compiles the text of a catalog item that is an entity: one by itself, or a plan, whose only service takes the
/// application's place; in an item that is deployed as a whole, only one that is an application does.
pub(super) fn compile_item(cx: &mut Context<'_>, root: &Node) -> Option<EntitySpec> {
    if is_entity(root) {
        return entity::compile(cx, root);
    }
    let services = services(cx, root)?;
    let whole = std::mem::take(&mut cx.whole);
    let mut plan = read(cx, root, services);
    if whole && !plan.services.first().is_some_and(wrap::is_application) {
        return Some(plan.into_app());
    }
    Some(plan.only_one().unwrap_or_else(|| plan.into_app()))
}

/// Whether a document is an entity and no plan.
fn is_entity(root: &Node) -> bool {
    entity::TYPE_KEYS.iter().any(|k| root.get(k).is_some()) && root.get("services").is_none()
}

/// Whether a document is nothing but a catalog item, with what is said over it.
fn names_item(cx: &Context<'_>, root: &Node) -> bool {
    let name = entity::TYPE_KEYS.iter().find_map(|k| root.get(k)).and_then(Node::as_str);
    is_entity(root) && name.is_some_and(|name| items::is_item(cx, name))
}

/// An application around an entity.
fn around(entity: EntitySpec) -> EntitySpec {
    let app = EntitySpec::new(TypeName::new(basic_application::TYPE.java_type));
    Plan { app, services: vec![entity], own_children: Vec::new(), is_single: false }.into_app()
}

impl Plan {
    /// The single service in the place of the application, where it can take it.
    fn only_one(&mut self) -> Option<EntitySpec> {
        if !self.is_single || self.services.is_empty() {
            return None;
        }
        let app = std::mem::replace(
            &mut self.app,
            EntitySpec::new(TypeName::new(basic_application::TYPE.java_type)),
        );
        match wrap::unwrap(app, self.services.remove(0)) {
            Unwrapped::Merged(child) => Some(*child),
            Unwrapped::Kept(app, child) => {
                self.app = *app;
                self.services.push(*child);
                None
            }
        }
    }

    fn into_app(self) -> EntitySpec {
        let mut app = self.app;
        app.config.insert(common::WRAPPER_APP.name.to_owned(), crate::ConfigValue::new(true));
        app.children = self.services;
        app.children.extend(self.own_children);
        app
    }
}

fn read(cx: &mut Context<'_>, root: &Node, services: &[Node]) -> Plan {
    let type_def = &basic_application::TYPE;
    let mut app = EntitySpec::new(TypeName::new(type_def.java_type));
    let mut settings = entity::begin(cx, type_def, &mut app, root);
    let mut wrapped = false;
    for (name, key, value) in keyed(root.as_map().unwrap_or_default()) {
        match name.as_str() {
            "wrappedApp" => wrapped = cx.flag("wrappedApp", value).unwrap_or(wrapped),
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
    let compiled: Vec<EntitySpec> =
        services.iter().filter_map(|service| entity::compile(cx, service)).collect();
    let is_single = !wrapped && own_children.is_empty() && compiled.len() == 1 && services.len() == 1;
    Plan { app, services: compiled, own_children, is_single }
}

/// The services of a plan; `None` with an error when the document is none.
fn services<'n>(cx: &mut Context<'_>, root: &'n Node) -> Option<&'n [Node]> {
    // An item may also be a single entity.
    let is_blueprint = cx.chain.is_empty();
    let (what, expected) = if is_blueprint {
        ("the blueprint has no services", "expected `services:`")
    } else {
        ("the item has no type", "expected `type:` or `services:`")
    };
    let Some(entries) = root.as_map() else {
        cx.error(root.span.clone(), format!("a blueprint must be a map, but it is {}", root.describe()))
            .label("expected `services:`");
        return None;
    };
    if let Some(services) = root.get("services").filter(|s| !s.is_null()) {
        return Some(cx.list("services", services));
    }
    if let Some((key, _)) = entries.iter().find(|(k, _)| k.as_str() == Some("brooklyn.catalog")) {
        cx.error(key.span.clone(), "this is a catalog, not a blueprint")
            .help("add it to the catalog (`br catalog add`); a blueprint has `services:`");
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
            cx.error(key.span.clone(), what).nearest(Some("services"));
        }
        _ => {
            let adding = cx.error(root.span.start..root.span.start, what).label(expected);
            if is_blueprint {
                adding.help("add `services:` with a list of entities");
            }
        }
    }
    None
}

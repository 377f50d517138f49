//! Entities, alone and as a tree.

use std::collections::BTreeMap;

use api::catalog::SpecSummary;
use api::entity::{EntityBare, EntityDetail, EntityLinks, EntityNode, EntitySummary, Member, SelfLink};
use api::paths;
use engine::Entity;
use engine::Root;
use model::types::{Behaviour, TypeDef};
use serde_json::{Value, json};

use super::sensor;
use crate::http::catalog::{CAMP, item_called};

/// An entity in lists and alone.
pub(in crate::http) fn summary(entity: &Entity) -> EntitySummary {
    let catalog_id = entity.catalog_id();
    EntitySummary {
        id: entity.id.to_string(),
        name: Some(entity.name.clone()),
        kind: entity.def.type_name.to_string(),
        links: EntityLinks::new(
            entity.app.as_str(),
            entity.id.as_str(),
            entity.parent.as_ref().map(base::EntityId::as_str),
            entity.def.icon_url.is_some(),
            catalog_id.as_deref(),
        ),
        catalog_item_id: catalog_id,
    }
}

/// An entity of which only is said that it is there.
pub(in crate::http) fn bare(entity: &Entity) -> EntityBare {
    EntityBare {
        id: entity.id.to_string(),
        name: Some(entity.name.clone()),
        kind: entity.def.type_name.to_string(),
        catalog_item_id: entity.catalog_id(),
        links: SelfLink { own: paths::entity(entity.app.as_str(), entity.id.as_str()) },
    }
}

/// What an entity was made from, the original first: an application's blueprint, or the item of the catalog, as long
/// as it is there.
pub(in crate::http) fn specs(root: &Root, entity: &Entity) -> Vec<SpecSummary> {
    let spec = |summary: String, contents| SpecSummary { summary, format: CAMP.to_owned(), contents };
    let blueprint = entity.def.source.iter().map(|text| spec(format!("{CAMP} plan"), text.clone()));
    let item = made_from(root, entity).and_then(|id| {
        let (name, _) = id.rsplit_once(':')?;
        Some(spec(format!("{CAMP} plan for type {name}"), item_called(root.catalog(), id)?.wire_plan()))
    });
    let stock = is_stock(entity).then(|| {
        let name = &entity.def.type_name;
        spec(format!("{CAMP} plan for type {name}"), format!("services: [{{ type: {name} }}]"))
    });
    blueprint.chain(item).chain(stock).collect()
}

/// Whether its type is all that it was made from, and stands in Brooklyn's own catalog.
fn is_stock(entity: &Entity) -> bool {
    entity.def.catalog_id.is_none() && entity.catalog_id().is_some()
}

/// The catalog item that an entity is the top of; what stands in an item's text has the item's id too.
fn made_from<'a>(root: &Root, entity: &'a Entity) -> Option<&'a str> {
    let id = entity.def.catalog_id.as_deref()?;
    let parent = entity.parent.as_ref().and_then(|parent| root.entity(parent));
    let inside = parent.is_some_and(|parent| parent.def.catalog_id.as_deref() == Some(id));
    (!inside).then_some(id)
}

/// Its tags, and those that tell what it was made from: the text of its blueprint or item, and how far below the beginning of a
/// text it stands. Members of a cluster stand in no text.
pub(in crate::http) fn tags(root: &Root, entity: &Entity) -> Vec<Value> {
    let mut tags = entity.def.tags.clone();
    if (entity.def.source.is_some() || made_from(root, entity).is_some() || is_stock(entity))
        && let Some(spec) = specs(root, entity).pop()
    {
        tags.push(json!({ "kind": "yaml_spec", "contents": spec.contents }));
        tags.push(json!({ "spec_hierarchy": [spec] }));
    }
    let is_added = !root.groups_of(&entity.id).is_empty() || entity.type_def().is_some_and(is_quarantine);
    if entity.parent.is_some() && !is_added {
        let above = root.ancestry(&entity.id).skip(1);
        let begins = |e: &&Entity| e.parent.is_none() || made_from(root, e).is_some();
        let depth = above.take_while(|e| !begins(e)).count() + 1;
        tags.push(json!({ "depth_in_ancestor": depth }));
    }
    tags
}

fn is_quarantine(def: &TypeDef) -> bool {
    def.behaviour == Behaviour::Quarantine
}

/// An entity of the tree, without children, values and tags.
pub(in crate::http) fn detail(root: &Root, entity: &Entity) -> EntityDetail {
    let own = paths::entity(entity.app.as_str(), entity.id.as_str());
    EntityDetail {
        application_id: entity.app.to_string(),
        id: entity.id.to_string(),
        parent_id: entity.parent.as_ref().map(ToString::to_string),
        name: Some(entity.name.clone()),
        kind: entity.def.type_name.to_string(),
        service_up: entity.is_up(),
        service_state: entity.state().map(|s| s.word().to_owned()),
        icon_url: entity.def.icon_url.as_deref().map(|url| icon_url(entity, url)),
        catalog_item_id: entity.catalog_id(),
        children: Vec::new(),
        group_ids: root.groups_of(&entity.id).iter().map(ToString::to_string).collect(),
        members: root
            .members(&entity.id)
            .map(|m| Member { id: m.id.to_string(), name: m.name.clone() })
            .collect(),
        links: SelfLink { own },
        creation_time_utc: entity.created_at.0,
        relations: Vec::new(),
        sensors: None,
        config: None,
        tags: None,
    }
}

/// Where a client finds an entity's icon: here, where it is a file of a bundle.
fn icon_url(entity: &Entity, url: &str) -> String {
    if !url.starts_with("classpath:") {
        return url.to_owned();
    }
    format!("{}/icon", paths::entity(entity.app.as_str(), entity.id.as_str()))
}

/// An entity with everything below it, and the sensors that were asked for (`None`: with no such field). Trees are as
/// deep as blueprints may be, which is bounded.
pub(in crate::http) fn tree(root: &Root, entity: &Entity, sensors: Option<&[String]>) -> EntityDetail {
    let mut detail = detail(root, entity);
    // Values stand on the topmost element only, as in Brooklyn.
    detail.sensors = sensors.map(|names| asked(root, entity, names));
    let below = root.children(&entity.id).map(|child| tree(root, child, None));
    detail.children = below.map(|child| EntityNode::Detail(Box::new(child))).collect();
    detail
}

fn asked(root: &Root, entity: &Entity, names: &[String]) -> BTreeMap<String, Value> {
    let value = |name: &String| Some((name.clone(), sensor::shown(root, entity, name, true)?));
    names.iter().filter_map(value).collect()
}

//! Entities, alone and as a tree.

use std::collections::BTreeMap;

use api::entity::{EntityBare, EntityDetail, EntityLinks, EntityNode, EntitySummary, Member, SelfLink};
use api::paths;
use engine::Entity;
use engine::Root;
use model::types::{Behaviour, TypeDef};
use serde_json::{Value, json};

use super::sensor;
use super::spec::{item_of, made_from, specs};

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

/// Its tags, and those that tell what it was made from: its icon's address, the texts of its blueprint and its item, and how
/// far below the beginning of a text it stands. Members of a cluster stand in no text.
pub(in crate::http) fn tags(root: &Root, entity: &Entity) -> Vec<Value> {
    let mut tags = entity.def.tags.clone();
    let of_item = item_of(root, entity).and_then(|item| item.icon_url.as_ref());
    if let Some(url) = entity.def.icon_url.as_ref().filter(|url| of_item != Some(url)) {
        tags.push(json!({ "kind": "icon_url", "contents": url }));
    }
    let specs = specs(root, entity);
    tags.extend(specs.iter().map(|spec| json!({ "kind": "yaml_spec", "contents": spec.contents })));
    if !specs.is_empty() {
        tags.push(json!({ "spec_hierarchy": specs }));
    }
    let is_added = entity.def.source.is_some()
        || !root.groups_of(&entity.id).is_empty()
        || entity.type_def().is_some_and(is_quarantine);
    if entity.parent.is_some() && !is_added {
        let above = root.ancestry(&entity.id).skip(1);
        let begins =
            |e: &&Entity| e.parent.is_none() || e.def.source.is_some() || made_from(root, e).is_some();
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

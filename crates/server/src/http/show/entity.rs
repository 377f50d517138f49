//! Entities, alone and as a tree.

use std::collections::BTreeMap;

use api::catalog::SpecSummary;
use api::entity::{EntityBare, EntityDetail, EntityLinks, EntityNode, EntitySummary, Member, SelfLink};
use api::paths;
use engine::Entity;
use engine::Root;
use serde_json::Value;

use super::sensor;

/// An entity in lists and alone.
pub(in crate::http) fn summary(entity: &Entity) -> EntitySummary {
    EntitySummary {
        id: entity.id.to_string(),
        name: Some(entity.name.clone()),
        kind: entity.def.type_name.to_string(),
        catalog_item_id: entity.def.catalog_id.clone(),
        links: EntityLinks::new(
            entity.app.as_str(),
            entity.id.as_str(),
            entity.parent.as_ref().map(base::EntityId::as_str),
            entity.def.icon_url.is_some(),
            entity.def.catalog_id.as_deref(),
        ),
    }
}

/// An entity of which only is said that it is there.
pub(in crate::http) fn bare(entity: &Entity) -> EntityBare {
    EntityBare {
        id: entity.id.to_string(),
        name: Some(entity.name.clone()),
        kind: entity.def.type_name.to_string(),
        catalog_item_id: entity.def.catalog_id.clone(),
        links: SelfLink { own: paths::entity(entity.app.as_str(), entity.id.as_str()) },
    }
}

/// What an entity was made from, the original first.
pub(in crate::http) fn specs(entity: &Entity) -> Vec<SpecSummary> {
    let spec = |text: &String| SpecSummary {
        summary: "brooklyn-camp plan".to_owned(),
        format: "brooklyn-camp".to_owned(),
        contents: text.clone(),
    };
    entity.def.source.iter().map(spec).collect()
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
        catalog_item_id: entity.def.catalog_id.clone(),
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

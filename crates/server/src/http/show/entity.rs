//! Entities, alone and as a tree.

use std::collections::BTreeMap;

use api::entity::{EntityDetail, EntityLinks, EntitySummary, LocationSummary, SelfLink};
use api::paths;
use engine::Entity;
use engine::Root;
use model::spec::LocationSpec;
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

/// An entity of the tree, with the sensors that were asked for (`None`: with no such field).
pub(in crate::http) fn detail(root: &Root, entity: &Entity, sensors: Option<&[String]>) -> EntityDetail {
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
        group_ids: Vec::new(),
        members: Vec::new(),
        links: SelfLink { own: paths::entity(entity.app.as_str(), entity.id.as_str()) },
        creation_time_utc: entity.created_at.0,
        relations: Vec::new(),
        sensors: sensors.map(|names| asked(root, entity, names)),
    }
}

/// Where a client finds an entity's icon: here, where it is a file of a bundle.
fn icon_url(entity: &Entity, url: &str) -> String {
    if !url.starts_with("classpath:") {
        return url.to_owned();
    }
    format!("{}/icon", paths::entity(entity.app.as_str(), entity.id.as_str()))
}

/// An entity with everything below it. Trees are as deep as blueprints may be, which is bounded.
pub(in crate::http) fn tree(root: &Root, entity: &Entity, sensors: Option<&[String]>) -> EntityDetail {
    let mut detail = detail(root, entity, sensors);
    // Values stand on the topmost element only, as in Brooklyn.
    detail.children = root.children(&entity.id).map(|child| tree(root, child, None)).collect();
    detail
}

fn asked(root: &Root, entity: &Entity, names: &[String]) -> BTreeMap<String, Value> {
    let value = |name: &String| Some((name.clone(), sensor::shown(root, entity, name, true)?));
    names.iter().filter_map(value).collect()
}

/// A location of an entity.
pub(in crate::http) fn location(location: &LocationSpec) -> LocationSummary {
    LocationSummary {
        id: location.spec.clone(),
        name: Some(location.display_name().to_owned()),
        spec: Some(location.spec.clone()),
        kind: Some(location.java_type().to_owned()),
        links: SelfLink { own: paths::below(paths::V1, "locations", &location.spec) },
    }
}

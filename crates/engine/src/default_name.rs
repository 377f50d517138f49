//! What entities are called that have no name of their own: as their config says, a cluster after its members, and
//! everybody else after their type.

use std::sync::Arc;

use model::config;
use model::spec::LocationSpec;
use model::types::{Behaviour, common, dynamic_cluster};
use serde_json::Value;

use crate::draft::Draft;
use crate::dsl::{Place, Reader};
use crate::entity::Entity;

impl Draft {
    /// Names those of the new entities that the blueprint does not name, where there is more to say than their type.
    pub(crate) fn name_by_default(&self, made: &mut [Entity], unnamed: &[usize]) {
        let said = |e: &Entity| e.config.contains_key(common::DEFAULT_NAME.name);
        for &at in unnamed {
            let name = match made.get(at) {
                Some(entity) if said(entity) => self.name_in_config(made, entity),
                Some(entity) if entity.behaviour() == Behaviour::Cluster => {
                    self.name_of_cluster(made, entity)
                }
                _ => None,
            };
            if let (Some(name), Some(entity)) = (name.filter(|n| !n.trim().is_empty()), made.get_mut(at)) {
                entity.name = name;
            }
        }
    }

    /// An expression that waits for something gives no name.
    fn name_in_config(&self, made: &[Entity], entity: &Entity) -> Option<String> {
        // As if they were there: the name may be made of other config.
        let mut root = self.root.clone();
        for one in made {
            root.put_entity(Arc::new(one.clone()));
        }
        let reader = Reader::new(&root, &entity.id, Place::Declarer);
        config::read(&root.levels(&entity.id), &common::DEFAULT_NAME, &reader).ok()?.text()
    }

    /// `Cluster of TYPE (LOCATION)`, as Brooklyn calls it from its start on.
    fn name_of_cluster(&self, made: &[Entity], cluster: &Entity) -> Option<String> {
        let spec = cluster.config.get(dynamic_cluster::MEMBER_SPEC.name)?.given();
        let type_name = spec.get("$brooklyn:entitySpec")?.get("type_name").and_then(Value::as_str)?;
        let simple = type_name.rsplit('.').next().unwrap_or(type_name);
        Some(match self.location_of(made, cluster) {
            Some(location) => format!("Cluster of {simple} ({})", location.display_name()),
            None => format!("Cluster of {simple}"),
        })
    }

    /// The first location of an entity, or of the nearest one above it that has some.
    fn location_of(&self, made: &[Entity], entity: &Entity) -> Option<LocationSpec> {
        let mut at = Some(entity);
        while let Some(one) = at {
            if let Some(locations) = &one.def.locations {
                return locations.first().cloned();
            }
            let above = one.parent.as_ref()?;
            let Some(next) = made.iter().find(|e| e.id == *above) else {
                return self.root.locations(above).first().cloned();
            };
            at = Some(next);
        }
        None
    }
}

//! What enrichers share that read a sensor of many entities: members, children, or some that are named.

use std::sync::Arc;

use base::EntityId;
use model::adjuncts::enricher::{ENTITY_FILTER, FROM_CHILDREN, FROM_MEMBERS, FROM_PRODUCERS, PRODUCER};

use super::super::ears::{What, Whose};
use super::super::{Desk, Subject};
use crate::entity::Entity;

/// Whose sensors are read.
pub(super) enum Many {
    /// What is below an entity.
    Below(EntityId, Whose),
    /// Those.
    Named(Vec<EntityId>),
}

impl Many {
    pub(super) fn read(desk: &Desk<'_>) -> Result<Self, String> {
        if let Some(list) = desk.list(&FROM_PRODUCERS)? {
            let found =
                list.iter().map(|v| desk.as_entity(v).ok_or_else(|| format!("there is no entity {v}")));
            return Ok(Self::Named(found.collect::<Result<_, _>>()?));
        }
        let producer = desk.entity_of(&PRODUCER)?;
        let whose = if desk.flag(&FROM_MEMBERS)? {
            Whose::Members
        } else if desk.flag(&FROM_CHILDREN)? || !desk.is_group(&producer) {
            Whose::Children
        } else {
            Whose::Members
        };
        Ok(Self::Below(producer, whose))
    }

    /// It hears of these sensors of theirs, and of their coming and going.
    pub(super) fn subjects(&self, sensors: &[String]) -> Vec<Subject> {
        match self {
            Self::Named(list) => {
                list.iter().flat_map(|id| sensors.iter().map(|s| Subject::sensor(id, s.clone()))).collect()
            }
            Self::Below(of, whose) => sensors
                .iter()
                .map(|s| Subject::below(of, *whose, What::Sensor(s.clone())))
                .chain([Subject::below(of, *whose, What::Coming)])
                .collect(),
        }
    }

    /// Those that count now, in order.
    pub(super) fn entities(&self, desk: &Desk<'_>) -> Result<Vec<Arc<Entity>>, String> {
        let root = desk.root();
        let ids: Vec<&EntityId> = match self {
            Self::Named(list) => list.iter().collect(),
            Self::Below(of, Whose::Members) => {
                root.entity(of).into_iter().flat_map(|e| e.members.values()).collect()
            }
            Self::Below(of, _) => root.children(of).map(|e| &e.id).collect(),
        };
        let all = ids.into_iter().filter_map(|id| root.entities.get(id).cloned());
        if !desk.is_set(&ENTITY_FILTER) {
            return Ok(all.collect());
        }
        let fulfils = |e: Arc<Entity>| match desk.fulfils(&ENTITY_FILTER, &e.id, None) {
            Ok(true) => Some(Ok(e)),
            Ok(false) => None,
            Err(why) => Some(Err(why)),
        };
        all.filter_map(fulfils).collect()
    }
}

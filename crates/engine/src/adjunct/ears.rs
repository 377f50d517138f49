//! Who hears of what: an index from an entity to the adjuncts that one of its sensors, members or children concerns.
//!
//! "A sensor of the members of G" is entered at G once. Who the members are is looked up when one of them changes,
//! so nothing is entered anew when members come and go.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::EntityId;

use super::Who;
use crate::state::Map;

/// Something that an adjunct wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Whose it is.
    pub(crate) entity: EntityId,
    /// Whether it is about that entity, or about those below it.
    pub(crate) whose: Whose,
    /// What about them.
    pub(crate) what: What,
}

/// About whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whose {
    /// The entity itself.
    Own,
    /// Its members.
    Members,
    /// Its children.
    Children,
}

/// What about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A sensor.
    Sensor(String),
    /// Any sensor.
    AnySensor,
    /// That one has come or gone (not of [`Whose::Own`]).
    Coming,
}

impl Subject {
    /// A sensor of an entity.
    pub(crate) fn sensor(entity: &EntityId, name: impl Into<String>) -> Self {
        Self { entity: entity.clone(), whose: Whose::Own, what: What::Sensor(name.into()) }
    }

    /// Something about its members or children.
    pub(crate) fn below(entity: &EntityId, whose: Whose, what: What) -> Self {
        Self { entity: entity.clone(), whose, what }
    }
}

type Listeners = Vec<Arc<Who>>;

/// Who hears of one entity's own sensors, or of those of its members or children.
#[derive(Clone, Debug, Default)]
struct Ear {
    by_sensor: BTreeMap<String, Listeners>,
    any_sensor: Listeners,
    coming: Listeners,
}

impl Ear {
    fn listeners(&mut self, what: &What) -> &mut Listeners {
        match what {
            What::Sensor(name) => self.by_sensor.entry(name.clone()).or_default(),
            What::AnySensor => &mut self.any_sensor,
            What::Coming => &mut self.coming,
        }
    }

    fn is_empty(&self) -> bool {
        self.by_sensor.is_empty() && self.any_sensor.is_empty() && self.coming.is_empty()
    }
}

/// The index.
#[derive(Clone, Default)]
pub(crate) struct Ears {
    own: Map<EntityId, Arc<Ear>>,
    members: Map<EntityId, Arc<Ear>>,
    children: Map<EntityId, Arc<Ear>>,
}

impl Ears {
    fn of(&self, whose: Whose) -> &Map<EntityId, Arc<Ear>> {
        match whose {
            Whose::Own => &self.own,
            Whose::Members => &self.members,
            Whose::Children => &self.children,
        }
    }

    /// Enters a listener.
    pub(crate) fn add(&mut self, subject: &Subject, who: &Arc<Who>) {
        self.edit(subject, |list| {
            if !list.contains(who) {
                list.push(Arc::clone(who));
            }
        });
    }

    /// Takes a listener out.
    pub(crate) fn remove(&mut self, subject: &Subject, who: &Arc<Who>) {
        self.edit(subject, |list| list.retain(|other| other != who));
    }

    fn edit(&mut self, subject: &Subject, edit: impl FnOnce(&mut Listeners)) {
        let mut ear = self.of(subject.whose).get(&subject.entity).map(|e| (**e).clone()).unwrap_or_default();
        edit(ear.listeners(&subject.what));
        if let What::Sensor(name) = &subject.what
            && ear.by_sensor.get(name).is_some_and(Vec::is_empty)
        {
            ear.by_sensor.remove(name);
        }
        let map = match subject.whose {
            Whose::Own => &mut self.own,
            Whose::Members => &mut self.members,
            Whose::Children => &mut self.children,
        };
        if ear.is_empty() {
            map.remove_mut(&subject.entity);
        } else {
            map.insert_mut(subject.entity.clone(), Arc::new(ear));
        }
    }

    /// Adds those who hear of a sensor of `entity`, or of those that are `whose`, to `found`.
    pub(crate) fn of_sensor(&self, entity: &EntityId, whose: Whose, name: &str, found: &mut Listeners) {
        if let Some(ear) = self.of(whose).get(entity) {
            found.extend(ear.by_sensor.get(name).into_iter().flatten().cloned());
            found.extend(ear.any_sensor.iter().cloned());
        }
    }

    /// Adds those who hear of the coming and going of what is below `entity` to `found`.
    pub(crate) fn of_coming(&self, entity: &EntityId, whose: Whose, found: &mut Listeners) {
        found.extend(self.of(whose).get(entity).into_iter().flat_map(|ear| ear.coming.iter().cloned()));
    }

    /// Whether anybody hears of what is below an entity.
    pub(crate) fn has_any(&self, whose: Whose) -> bool {
        !self.of(whose).is_empty()
    }
}

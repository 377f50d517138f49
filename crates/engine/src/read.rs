//! What can be asked of a state. Nothing is copied.

use std::borrow::Cow;

use base::{EntityId, TaskId, WallMs};
use model::spec::{EffectorBody, EffectorSpec, LocationSpec};
use model::types::{Behaviour, EffectorDef};

use crate::entity::{Entity, Sensor};
use crate::index::Counts;
use crate::input::Reign;
use crate::limits::WRITE_CLOCK_MARGIN_MS;
use crate::place::LocationRef;
use crate::state::{Map, Root, WriteRecord};
use crate::task::Task;

/// An effector of an entity.
#[derive(Clone, Copy, Debug)]
pub enum EffectorRef<'a> {
    /// One that its type has.
    OfType(&'static EffectorDef),
    /// One that its blueprint added.
    OfSpec(&'a EffectorSpec),
    /// The one of its type whose name a composite of its blueprint has taken: `original-NAME`.
    Original(&'static EffectorDef),
}

/// What stands before the name of such a one.
pub(crate) const ORIGINAL: &str = "original-";

impl EffectorRef<'_> {
    /// Its name.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            EffectorRef::OfType(def) => def.name.into(),
            EffectorRef::OfSpec(spec) => spec.name.as_str().into(),
            EffectorRef::Original(def) => format!("{ORIGINAL}{}", def.name).into(),
        }
    }

    fn is_called(&self, name: &str) -> bool {
        match self {
            EffectorRef::OfType(def) => def.name == name,
            EffectorRef::OfSpec(spec) => spec.name == name,
            EffectorRef::Original(def) => name.strip_prefix(ORIGINAL) == Some(def.name),
        }
    }
}

impl Root {
    /// Who rules, or did last.
    pub fn reign(&self) -> Option<&Reign> {
        self.reign.as_deref()
    }

    /// The applications, oldest first.
    pub fn apps(&self) -> impl Iterator<Item = &Entity> {
        self.index.apps.values().filter_map(|id| self.entity(id))
    }

    /// How many entities there are.
    pub fn entity_count(&self) -> usize {
        self.entities.size()
    }

    /// All entities, in the order of their ids.
    pub fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.entities.values().map(|e| &**e)
    }

    /// An entity by its id.
    pub fn entity(&self, id: &EntityId) -> Option<&Entity> {
        self.entities.get(id).map(|e| &**e)
    }

    /// The entity that a value is, if it is one and it is there.
    pub fn entity_in(&self, value: &serde_json::Value) -> Option<&Entity> {
        self.entity(&crate::group::from_value(value)?)
    }

    /// What is directly below an entity, oldest first.
    pub fn children(&self, id: &EntityId) -> impl Iterator<Item = &Entity> {
        self.index.children.get(id).into_iter().flat_map(|c| c.values()).filter_map(|id| self.entity(id))
    }

    /// An entity and all below it, parents before their children.
    pub fn tree(&self, id: &EntityId) -> impl Iterator<Item = &Entity> {
        let mut open: Vec<&Entity> = self.entity(id).into_iter().collect();
        std::iter::from_fn(move || {
            let next = open.pop()?;
            let mut below: Vec<&Entity> = self.children(&next.id).collect();
            below.reverse();
            open.extend(below);
            Some(next)
        })
    }

    /// An entity, its parent, and so on up to its application.
    pub fn ancestry(&self, id: &EntityId) -> impl Iterator<Item = &Entity> {
        std::iter::successors(self.entity(id), |e| e.parent.as_ref().and_then(|p| self.entity(p)))
    }

    /// An entity's sensors, by name.
    pub fn sensors(&self, id: &EntityId) -> impl Iterator<Item = (&str, &Sensor)> {
        self.entity(id).into_iter().flat_map(|e| e.sensors.iter()).map(|(name, s)| (name.as_str(), s))
    }

    /// An entity's effectors: those of its blueprint, and those of its type that these do not replace; what a
    /// composite replaces it can still call.
    pub fn effectors(&self, id: &EntityId) -> impl Iterator<Item = EffectorRef<'_>> {
        let entity = self.entity(id);
        let own = entity.map_or(&[][..], |e| &e.def.effectors);
        let of_type = entity.and_then(Entity::type_def).map_or(&[][..], |t| t.effectors);
        own.iter().map(EffectorRef::OfSpec).chain(of_type.iter().flat_map(|list| list.iter()).filter_map(
            move |def| match own.iter().find(|o| o.name == def.name).map(|o| &o.body) {
                None => Some(EffectorRef::OfType(def)),
                Some(EffectorBody::Composite { .. }) => Some(EffectorRef::Original(def)),
                Some(_) => None,
            },
        ))
    }

    /// An entity's effector by name.
    pub fn effector(&self, id: &EntityId, name: &str) -> Option<EffectorRef<'_>> {
        self.effectors(id).find(|e| e.is_called(name))
    }

    /// Where an entity is to run: as it says itself, or as the nearest above it that says so.
    pub fn locations(&self, id: &EntityId) -> &[LocationSpec] {
        self.ancestry(id).find_map(|e| e.def.locations.as_deref()).unwrap_or_default()
    }

    /// The entities of an application that have a plan id, oldest first.
    pub(crate) fn planned(&self, app: &EntityId, plan_id: &str) -> impl Iterator<Item = &Entity> {
        let key = (app.clone(), plan_id.to_owned());
        self.index.planned.get(&key).into_iter().flat_map(|p| p.values()).filter_map(|id| self.entity(id))
    }

    /// The tasks of an entity that may be forgotten, oldest first, and how many they are.
    pub(crate) fn forgettable(&self, id: &EntityId) -> (usize, impl Iterator<Item = &TaskId>) {
        let all = self.index.forgettable.get(id);
        (all.map_or(0, Map::size), all.into_iter().flat_map(|t| t.values()))
    }

    /// The entity whose locations those are: itself, or the nearest above it that says where it is to run.
    pub fn location_owner(&self, id: &EntityId) -> Option<&Entity> {
        self.ancestry(id).find(|e| e.def.locations.is_some())
    }

    /// What is above an entity and has a machine on which that runs too.
    pub(crate) fn machine_shared_with(&self, entity: &Entity) -> Option<&Entity> {
        self.ancestry(&entity.id).skip(1).find(|e| e.behaviour() == Behaviour::SharedMachine)
    }

    /// The entities that hold a machine of a location.
    pub(crate) fn holders(&self, of: &LocationRef) -> impl Iterator<Item = &Entity> {
        self.index.holders.get(of).into_iter().flat_map(|h| h.values()).filter_map(|id| self.entity(id))
    }

    /// How many tasks are remembered.
    pub fn task_count(&self) -> usize {
        self.tasks.size()
    }

    /// All tasks, in the order of their ids.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().map(|t| &**t)
    }

    /// A task by its id.
    pub fn task(&self, id: &TaskId) -> Option<&Task> {
        self.tasks.get(id).map(|t| &**t)
    }

    /// The tasks of an entity, oldest first.
    pub fn tasks_of(&self, id: &EntityId) -> impl DoubleEndedIterator<Item = &Task> {
        self.index.tasks_of.get(id).into_iter().flat_map(|t| t.values()).filter_map(|id| self.task(id))
    }

    /// The parts of a task, oldest first.
    pub fn sub_tasks(&self, id: &TaskId) -> impl DoubleEndedIterator<Item = &Task> {
        self.index.subs.get(id).into_iter().flat_map(|t| t.values()).filter_map(|id| self.task(id))
    }

    /// A task, what it is a part of, and so on.
    pub(crate) fn with_parents<'a>(&'a self, task: &'a Task) -> impl Iterator<Item = &'a Task> {
        std::iter::successors(Some(task), |t| t.parent.as_ref().and_then(|p| self.task(p)))
    }

    /// The tasks that are no part of another, oldest first.
    pub fn top_tasks(&self) -> impl DoubleEndedIterator<Item = &Task> {
        self.index.top.values().filter_map(|id| self.task(id))
    }

    /// The part that a task waits for, while it waits for one.
    pub fn blocking_task(&self, id: &TaskId) -> Option<&Task> {
        if !self.index.open_subs.contains_key(id) {
            return None;
        }
        self.sub_tasks(id).find(|t| !t.is_ended())
    }

    /// What was answered to a write with a key.
    pub fn write(&self, key: &str) -> Option<&WriteRecord> {
        self.writes.get(key).map(|w| &**w)
    }

    /// Whether a write with a key that is not known may have been done all the same. `sent` is when it was first
    /// sent, by its sender's clock.
    pub fn may_have_forgotten(&self, sent: Option<WallMs>) -> bool {
        let Some(forgotten) = self.writes_forgotten else { return false };
        // A write is done after it was sent. One that was sent after all of those that were forgotten were done
        // is none of them.
        sent.is_none_or(|sent| sent.0 <= forgotten.0.saturating_add(WRITE_CLOCK_MARGIN_MS))
    }

    /// How many entities below an application are in which state.
    pub fn counts(&self, app: &EntityId) -> Counts {
        self.index.counts.get(app).copied().unwrap_or_default()
    }
}

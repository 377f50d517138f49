//! The fold: what each change does to the state. Standby, restart, replay and the step itself come through here.

use std::sync::Arc;

use base::{AdjunctId, EntityId, TaskId};
use model::catalog::{BundleId, ItemId};

use crate::change::Change;
use crate::entity::{Adjunct, Entity, Sensor};
use crate::index::Index;
use crate::state::{CatalogBegun, Root, WriteRecord};
use crate::task::Task;

/// Why a change does not fit the state: the log and the state are not of one history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// It is about an entity that is not there.
    #[error("a change is about entity {0}, which is not there")]
    NoEntity(EntityId),
    /// It is about a task that is not there.
    #[error("a change is about task {0}, which is not there")]
    NoTask(TaskId),
    /// It is about an adjunct that is not there.
    #[error("a change is about adjunct {1} of entity {0}, which is not there")]
    NoAdjunct(EntityId, AdjunctId),
    /// It is about a member that is none.
    #[error("a change is about {1} as a member of {0}, which it is not")]
    NoMember(EntityId, EntityId),
    /// It is about a bundle that is not there.
    #[error("a change is about bundle {0}, which is not there")]
    NoBundle(BundleId),
    /// It is about an item that is not there.
    #[error("a change is about item {1} of bundle {0}, which is not there")]
    NoItem(BundleId, ItemId),
    /// It adds what is there.
    #[error("a change adds {0}, which is there already")]
    Exists(String),
    /// It removes what has something below it.
    #[error("a change removes entity {0}, which has children")]
    HasChildren(EntityId),
}

impl Root {
    /// Folds one change in. On an error the state is as it was.
    pub fn apply(&mut self, change: &Change) -> Result<(), ApplyError> {
        match self.fold(change) {
            // What a lost record was about is not there; what can be read is served.
            Err(_) if self.gaps.is_some() => Ok(()),
            other => other,
        }
    }

    fn fold(&mut self, change: &Change) -> Result<(), ApplyError> {
        match change {
            Change::ReignBegan { reign } => self.reign = Some(Arc::new(reign.clone())),
            Change::RngMoved { state } => self.rng = state.clone(),
            Change::EntityAdded { entity } => {
                if self.entities.contains_key(&entity.id) {
                    return Err(ApplyError::Exists(format!("entity {}", entity.id)));
                }
                self.put_entity(Arc::new((**entity).clone()));
            }
            Change::EntityRemoved { entity } => self.remove_entity(entity)?,
            Change::SensorSet { entity, name, value, at } => self.edit_entity(entity, |e| {
                e.sensors.insert_mut(name.clone(), Sensor { value: value.clone(), at: *at });
            })?,
            Change::SensorCleared { entity, name } => self.edit_entity(entity, |e| {
                e.sensors.remove_mut(name);
            })?,
            Change::ConfigSet { entity, key, value } => {
                self.edit_entity(entity, |e| {
                    Arc::make_mut(&mut e.config).insert(key.clone(), value.clone());
                })?;
            }
            Change::TagsSet { entity, tags } => {
                self.edit_entity(entity, |e| Arc::make_mut(&mut e.def).tags.clone_from(tags))?;
            }
            Change::Renamed { entity, name } => self.edit_entity(entity, |e| e.name.clone_from(name))?,
            Change::MachineSet { entity, machine } => {
                self.edit_entity(entity, |e| e.machine.clone_from(machine))?;
            }
            Change::LocationsSet { entity, locations } => self.edit_entity(entity, |e| {
                Arc::make_mut(&mut e.def).locations = Some(locations.clone());
            })?,
            Change::PlaceSet { entity, place } => self.edit_entity(entity, |e| e.place.clone_from(place))?,
            Change::ProcessSet { entity, process } => {
                self.edit_entity(entity, |e| e.process.clone_from(process))?;
            }
            Change::AdjunctAdded { entity, adjunct } => {
                self.next_seq = self.next_seq.max(adjunct.seq + 1);
                self.edit_entity(entity, |e| {
                    e.adjuncts.insert_mut(adjunct.id.clone(), Arc::new((**adjunct).clone()));
                })?;
            }
            Change::AdjunctRemoved { entity, adjunct } => {
                self.adjunct(entity, adjunct)?;
                self.edit_entity(entity, |e| {
                    e.adjuncts.remove_mut(adjunct);
                })?;
            }
            Change::AdjunctMemory { entity, adjunct, memory } => {
                self.edit_adjunct(entity, adjunct, |a| a.memory = memory.clone())?;
            }
            Change::AdjunctSuspended { entity, adjunct, suspended } => {
                self.edit_adjunct(entity, adjunct, |a| a.suspended = *suspended)?;
            }
            Change::AdjunctConfigSet { entity, adjunct, key, value } => {
                self.edit_adjunct(entity, adjunct, |a| {
                    a.spec.config.insert(key.clone(), value.clone());
                })?;
            }
            Change::MemberAdded { group, member, seq } => self.add_member(group, member, *seq)?,
            Change::MemberRemoved { group, member } => self.remove_member(group, member)?,
            Change::TaskAdded { task } => {
                if self.tasks.contains_key(&task.id) {
                    return Err(ApplyError::Exists(format!("task {}", task.id)));
                }
                self.put_task(Arc::new((**task).clone()));
            }
            Change::TaskStepped { task, step } => self.edit_task(task, |t| {
                t.step = *step;
                t.cursor = 0;
                t.blocked_on = None;
            })?,
            Change::TaskProgram { task, steps } => self.edit_task(task, |t| {
                let done = t.program.iter().take(t.step as usize).cloned();
                t.program = Arc::new(done.chain(steps.iter().cloned()).collect());
            })?,
            Change::TaskBlocked { task, on } => self.edit_task(task, |t| t.blocked_on.clone_from(on))?,
            Change::TaskPermit { task, latch } => {
                self.edit_task(task, |t| t.permit = Some(latch.clone()))?;
            }
            Change::TaskCursor { task, cursor } => self.edit_task(task, |t| t.cursor = *cursor)?,
            Change::Intent { task, intent } => self.edit_task(task, |t| t.intent = Some(intent.clone()))?,
            Change::TaskProcess { task, process } => {
                self.edit_task(task, |t| {
                    t.process.clone_from(process);
                    if let (None, Some(intent)) = (process, &mut t.intent) {
                        intent.script_in = None;
                    }
                })?;
            }
            Change::StreamsRecorded { task, streams } => self.edit_task(task, |t| {
                for (name, captured) in streams {
                    t.streams.insert_mut(name.clone(), Arc::clone(captured));
                }
            })?,
            Change::TaskEnded { task, status, result, interrupted, at } => self.edit_task(task, |t| {
                t.status = *status;
                t.result = result.clone();
                t.interrupted.clone_from(interrupted);
                t.ended_at = Some(*at);
                t.blocked_on = None;
            })?,
            Change::TasksForgotten { tasks } => {
                if let Some(missing) = tasks.iter().find(|t| !self.tasks.contains_key(*t))
                    && self.gaps.is_none()
                {
                    return Err(ApplyError::NoTask(missing.clone()));
                }
                for task in tasks {
                    if let Some(old) = self.tasks.get(task).cloned() {
                        self.index.task(&old, false);
                        self.tasks.remove_mut(task);
                    }
                }
            }
            Change::BundlePut { bundle } => Arc::make_mut(&mut self.catalog).put(Arc::clone(bundle)),
            Change::BundleRemoved { bundle } => {
                let gone = Arc::make_mut(&mut self.catalog).remove(bundle);
                gone.ok_or_else(|| ApplyError::NoBundle(bundle.clone()))?;
            }
            Change::ItemRemoved { bundle, item } => {
                if !Arc::make_mut(&mut self.catalog).remove_item(bundle, item) {
                    return Err(ApplyError::NoItem(bundle.clone(), item.clone()));
                }
            }
            Change::ItemFlagged { bundle, item, deprecated, disabled } => {
                if !Arc::make_mut(&mut self.catalog).flag(bundle, item, *deprecated, *disabled) {
                    return Err(ApplyError::NoItem(bundle.clone(), item.clone()));
                }
            }
            Change::CatalogBegun { problems, at } => {
                self.catalog_begun = Some(Arc::new(CatalogBegun { problems: problems.clone(), at: *at }));
            }
            Change::ProvisioningAllowed { allowed } => self.provisioning_forbidden = !allowed,
            Change::WriteDone { key, body_sum, reply, at } => self.put_write(WriteRecord {
                seq: self.next_seq,
                key: key.clone(),
                body_sum: body_sum.clone(),
                reply: reply.clone(),
                at: *at,
            }),
            Change::WritesForgotten { keys } => {
                for key in keys {
                    if let Some(old) = self.writes.get(key).cloned() {
                        self.writes_forgotten = self.writes_forgotten.max(Some(old.at));
                        self.index.write(&old, false);
                        self.writes.remove_mut(key);
                    }
                }
            }
            Change::GapsFilled { at, .. } => {
                self.accept_gaps();
                // What was lost may have been a write.
                self.writes_forgotten = self.writes_forgotten.max(Some(*at));
            }
            Change::WriteRepeated { .. } | Change::Noted { .. } => {}
            Change::Ordered { orders } => self.orders = Arc::new(orders.clone()),
            Change::Reset => {
                // Who rules, what was ordered of that, and the stream of ids go on: an id is never drawn twice in one
                // log.
                let (reign, rng, next_seq) = (self.reign.take(), self.rng.clone(), self.next_seq);
                let last_write = self.writes.values().map(|w| w.at).max();
                let writes_forgotten = self.writes_forgotten.max(last_write);
                let (externals, orders) = (self.externals.clone(), self.orders.clone());
                *self = Root { reign, orders, rng, next_seq, writes_forgotten, externals, ..Root::empty() };
            }
        }
        Ok(())
    }

    pub(crate) fn put_entity(&mut self, new: Arc<Entity>) {
        self.next_seq = self.next_seq.max(new.seq + 1);
        match self.entities.get(&new.id).cloned() {
            Some(old) if Index::is_alike(&old, &new) => {}
            Some(old) => {
                self.index.entity(&old, false);
                self.index.entity(&new, true);
            }
            None => {
                let numbers = new.adjuncts.values().map(|a| a.seq).chain(new.members.keys().copied());
                self.next_seq = numbers.map(|n| n + 1).fold(self.next_seq, u64::max);
                for (seq, member) in &new.members {
                    let there = self.entities.get(member).cloned();
                    self.index.member(&new.id, member, there.as_deref(), Some(*seq));
                }
                self.index.entity(&new, true);
            }
        }
        self.entities.insert_mut(new.id.clone(), new);
    }

    pub(crate) fn put_task(&mut self, new: Arc<Task>) {
        self.next_seq = self.next_seq.max(new.seq + 1);
        match self.tasks.get(&new.id).cloned() {
            Some(old)
                if old.status == new.status
                    && old.may_have_left() == new.may_have_left()
                    && old.is_forgettable() == new.is_forgettable()
                    && old.permit == new.permit => {}
            Some(old) => {
                self.index.task(&old, false);
                self.index.task(&new, true);
            }
            None => self.index.task(&new, true),
        }
        self.tasks.insert_mut(new.id.clone(), new);
    }

    pub(crate) fn put_write(&mut self, new: WriteRecord) {
        self.next_seq = self.next_seq.max(new.seq + 1);
        if let Some(old) = self.writes.get(&new.key).cloned() {
            self.index.write(&old, false);
        }
        self.index.write(&new, true);
        self.writes.insert_mut(new.key.clone(), Arc::new(new));
    }

    fn remove_entity(&mut self, id: &EntityId) -> Result<(), ApplyError> {
        if self.index.children.contains_key(id) {
            return Err(ApplyError::HasChildren(id.clone()));
        }
        let old = self.entities.get(id).cloned().ok_or_else(|| ApplyError::NoEntity(id.clone()))?;
        for group in self.index.groups_of(id) {
            self.remove_member(&group, id)?;
        }
        for member in old.members.values() {
            self.remove_member(id, member)?;
        }
        self.index.entity(&old, false);
        self.entities.remove_mut(id);
        Ok(())
    }

    fn add_member(&mut self, group: &EntityId, member: &EntityId, seq: u64) -> Result<(), ApplyError> {
        let there = self.entities.get(member).cloned().ok_or_else(|| ApplyError::NoEntity(member.clone()))?;
        if self.index.is_member(group, member) {
            return Err(ApplyError::Exists(format!("member {member} of {group}")));
        }
        self.edit_entity(group, |g| g.members.insert_mut(seq, member.clone()))?;
        self.next_seq = self.next_seq.max(seq + 1);
        self.index.member(group, member, Some(&there), Some(seq));
        Ok(())
    }

    fn remove_member(&mut self, group: &EntityId, member: &EntityId) -> Result<(), ApplyError> {
        let seq = self.index.member_seq(group, member);
        let seq = seq.ok_or_else(|| ApplyError::NoMember(group.clone(), member.clone()))?;
        self.edit_entity(group, |g| {
            g.members.remove_mut(&seq);
        })?;
        let there = self.entities.get(member).cloned();
        self.index.member(group, member, there.as_deref(), None);
        Ok(())
    }

    fn adjunct(&self, id: &EntityId, adjunct: &AdjunctId) -> Result<Arc<Adjunct>, ApplyError> {
        let entity = self.entities.get(id).ok_or_else(|| ApplyError::NoEntity(id.clone()))?;
        let found = entity.adjuncts.get(adjunct).cloned();
        found.ok_or_else(|| ApplyError::NoAdjunct(id.clone(), adjunct.clone()))
    }

    fn edit_adjunct(
        &mut self,
        id: &EntityId,
        adjunct: &AdjunctId,
        edit: impl FnOnce(&mut Adjunct),
    ) -> Result<(), ApplyError> {
        let mut new = (*self.adjunct(id, adjunct)?).clone();
        edit(&mut new);
        self.edit_entity(id, |e| e.adjuncts.insert_mut(adjunct.clone(), Arc::new(new)))
    }

    fn edit_entity(&mut self, id: &EntityId, edit: impl FnOnce(&mut Entity)) -> Result<(), ApplyError> {
        let old = self.entities.get(id).ok_or_else(|| ApplyError::NoEntity(id.clone()))?;
        let mut new = (**old).clone();
        edit(&mut new);
        self.put_entity(Arc::new(new));
        Ok(())
    }

    fn edit_task(&mut self, id: &TaskId, edit: impl FnOnce(&mut Task)) -> Result<(), ApplyError> {
        let old = self.tasks.get(id).ok_or_else(|| ApplyError::NoTask(id.clone()))?;
        let mut new = (**old).clone();
        edit(&mut new);
        self.put_task(Arc::new(new));
        Ok(())
    }
}

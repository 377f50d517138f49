//! The fold: what each change does to the state. Standby, restart, replay and the step itself come through here.

use std::sync::Arc;

use base::{EntityId, TaskId};

use crate::change::Change;
use crate::entity::{Entity, Sensor};
use crate::index::Index;
use crate::state::{Root, WriteRecord};
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
            Change::Renamed { entity, name } => self.edit_entity(entity, |e| e.name.clone_from(name))?,
            Change::PlaceSet { entity, place } => self.edit_entity(entity, |e| e.place.clone_from(place))?,
            Change::ProcessSet { entity, process } => {
                self.edit_entity(entity, |e| e.process.clone_from(process))?;
            }
            Change::TaskAdded { task } => {
                if self.tasks.contains_key(&task.id) {
                    return Err(ApplyError::Exists(format!("task {}", task.id)));
                }
                self.put_task(Arc::new((**task).clone()));
            }
            Change::TaskStepped { task, step } => self.edit_task(task, |t| {
                t.step = *step;
                t.cursor = 0;
            })?,
            Change::TaskCursor { task, cursor } => self.edit_task(task, |t| t.cursor = *cursor)?,
            Change::Intent { task, intent } => self.edit_task(task, |t| t.intent = Some(intent.clone()))?,
            Change::TaskProcess { task, process } => {
                self.edit_task(task, |t| t.process.clone_from(process))?;
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
                        self.index.write(&old, false);
                        self.writes.remove_mut(key);
                    }
                }
            }
            Change::GapsFilled { .. } => self.accept_gaps(),
            Change::WriteRepeated { .. } | Change::Noted { .. } => {}
            Change::Reset => {
                // Who rules, and the stream of ids, go on: an id is never drawn twice in one log.
                let (reign, rng, next_seq) = (self.reign.take(), self.rng.clone(), self.next_seq);
                *self = Root { reign, rng, next_seq, ..Root::empty() };
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
            None => self.index.entity(&new, true),
        }
        self.entities.insert_mut(new.id.clone(), new);
    }

    pub(crate) fn put_task(&mut self, new: Arc<Task>) {
        self.next_seq = self.next_seq.max(new.seq + 1);
        match self.tasks.get(&new.id).cloned() {
            Some(old) if old.status == new.status && old.process.is_some() == new.process.is_some() => {}
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
        self.index.entity(&old, false);
        self.entities.remove_mut(id);
        Ok(())
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

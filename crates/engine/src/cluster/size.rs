//! Growing and shrinking: how many are added, which go.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

use base::EntityId;
use model::types::{Behaviour, dynamic_cluster as cluster};
use serde_json::{Value, json};

use super::{Params, Steps, each, removal};
use crate::advance::Flow;
use crate::change::Change;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::group::as_value;
use crate::input::TimerId;
use crate::limits::{BATCH, CLUSTER_TURN};
use crate::machine::{Try, fail, settled};
use crate::names;
use crate::program::StepKind;
use crate::task::Task;

impl Draft {
    /// One change of size at a time: others wait their turn.
    fn turn_taken(&mut self, task: &Task, id: &EntityId) -> bool {
        let resizes = |s: &StepKind| {
            matches!(
                s,
                StepKind::AddMembers { .. } | StepKind::SettleMembers { .. } | StepKind::CheckReplaced { .. }
            )
        };
        let busy = self.root.tasks_of(id).find(|t| {
            t.id != task.id && !t.is_ended() && t.program.iter().skip(t.step as usize).any(resizes)
        });
        let Some(busy) = busy else { return false };
        let on = Some(format!("Waiting for '{}' ({}), which changes the size", busy.name, busy.id));
        if task.blocked_on != on {
            self.record(Change::TaskBlocked { task: task.id.clone(), on });
        }
        let at = self.now() + CLUSTER_TURN;
        self.timer(TimerId::Step(task.id.clone()), at);
        true
    }

    pub(crate) fn resize(&mut self, task: &Task, to: Option<u32>, params: &Params) -> Flow {
        settled(self.try_resize(task, to, params))
    }

    fn try_resize(&mut self, task: &Task, to: Option<u32>, params: &Params) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        if self.turn_taken(task, &entity.id) {
            return Ok(Flow::Wait);
        }
        let now = entity.members.size() as u32;
        let to = match to {
            Some(to) => to,
            None => self.cluster_number(&entity, &cluster::INITIAL_SIZE)?.max(0) as u32,
        };
        let steps = match to.cmp(&now) {
            Ordering::Equal => return Ok(Flow::Next),
            Ordering::Greater => self.growth(task, &entity, to - now, params)?,
            Ordering::Less => self.shrinking(&entity, (now - to) as usize)?,
        };
        Ok(self.expand(task, steps))
    }

    pub(crate) fn resize_by(&mut self, task: &Task, by: i64, params: &Params) -> Flow {
        settled(self.try_resize_by(task, by, params))
    }

    fn try_resize_by(&mut self, task: &Task, by: i64, params: &Params) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        if self.turn_taken(task, &entity.id) {
            return Ok(Flow::Wait);
        }
        let n = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
        let steps = match by.cmp(&0) {
            Ordering::Equal => vec![StepKind::Return { value: json!([]) }],
            Ordering::Greater => {
                let mut steps = self.growth(task, &entity, u32::try_from(by).unwrap_or(u32::MAX), params)?;
                steps.push(StepKind::ReturnNewMembers { since: self.root.next_seq });
                steps
            }
            Ordering::Less => {
                let gone: Vec<Value> = self.newest(&entity, n).iter().map(as_value).collect();
                let mut steps = self.shrinking(&entity, n)?;
                steps.push(StepKind::Return { value: gone.into() });
                steps
            }
        };
        Ok(self.expand(task, steps))
    }

    /// What adds `count` members and starts them, as far as there may be more.
    pub(super) fn growth(&mut self, task: &Task, entity: &Entity, count: u32, params: &Params) -> Try<Steps> {
        self.say_zones(task, entity)?;
        let max = self.cluster_number(entity, &cluster::MAX_SIZE)?;
        let now = entity.members.size() as i64;
        let room = (max - now).max(0);
        if room == 0 {
            let text = format!(
                "{} has {now} members, which is its maximum ({})",
                entity.described(),
                cluster::MAX_SIZE.name
            );
            return fail(format!("Insufficient capacity: {text}"));
        }
        let count = i64::from(count).min(room) as u32;
        let (since, params) = (self.root.next_seq, params.clone());
        Ok(vec![StepKind::AddMembers { count, since, params, zone: None }])
    }

    fn shrinking(&mut self, entity: &Entity, count: usize) -> Try<Steps> {
        let gone = self.newest(entity, count);
        for member in &gone {
            self.remove_member(&entity.id, member);
        }
        Ok(removal(&self.root, gone, Some(self.at_once(entity)?)))
    }

    /// What an interrupted task was about to remove and has not is a member again: nobody would look after it
    /// otherwise.
    pub(crate) fn take_members_back(&mut self, task: &Task) {
        let Some(cluster) = task.entity.as_ref().and_then(|id| self.entity(id)) else { return };
        if cluster.behaviour() != Behaviour::Cluster {
            return;
        }
        for step in task.program.iter().skip(task.step as usize) {
            let StepKind::Forget { entity } = step else { continue };
            let is_there = self.root.entity(entity).is_some_and(|e| e.parent.as_ref() == Some(&cluster.id));
            let aside = self.quarantine_of(&cluster).is_some_and(|q| self.root.index.is_member(&q, entity));
            if is_there && !aside {
                self.add_member(&cluster.id, entity);
            }
        }
    }

    /// The members to go first: the newest, those that can be stopped before the others. With zones, those of the
    /// zone that has the most.
    fn newest(&self, entity: &Entity, count: usize) -> Vec<EntityId> {
        let members: Vec<&EntityId> = entity.members.values().collect();
        let (stops, others): (Vec<&EntityId>, Vec<&EntityId>) =
            members.into_iter().rev().partition(|id| self.root.effector(id, "stop").is_some());
        let mut zones: BTreeMap<Option<u32>, VecDeque<&EntityId>> = BTreeMap::new();
        for id in stops.into_iter().chain(others) {
            zones.entry(self.root.entity(id).and_then(|m| m.def.zone)).or_default().push_back(id);
        }
        // Of zones with equally many the first gives.
        let next = || zones.values_mut().rev().max_by_key(|zone| zone.len())?.pop_front().cloned();
        std::iter::from_fn(next).take(count).collect()
    }

    /// Adds the next batch of members; after the last, starts them all.
    pub(crate) fn add_members(
        &mut self,
        task: &Task,
        count: u32,
        (since, zone): (u64, Option<u32>),
        params: &Params,
    ) -> Flow {
        settled(self.try_add_members(task, count, (since, zone), params))
    }

    fn try_add_members(
        &mut self,
        task: &Task,
        count: u32,
        (since, zone): (u64, Option<u32>),
        params: &Params,
    ) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        let done = task.cursor as u32;
        let (mut added, mut entities) = (0, 0);
        while done + added < count && entities < BATCH {
            let zone = match zone {
                Some(zone) => Some(zone),
                None => self.zone_of_next(task, &entity)?,
            };
            entities += self.add_cluster_member(&entity.id, zone)?;
            added += 1;
        }
        if done + added < count {
            let cursor = u64::from(done + added);
            self.record(Change::TaskCursor { task: task.id.clone(), cursor });
            let now = self.now();
            self.timer(TimerId::Step(task.id.clone()), now);
            return Ok(Flow::Wait);
        }
        let entity = self.entity_of(task)?;
        let new: Vec<EntityId> = entity.members.range(since..).map(|(_, id)| id.clone()).collect();
        let starts = |id: &EntityId| self.root.effector(id, "start").is_some();
        let started: Vec<EntityId> = new.iter().filter(|id| starts(id)).cloned().collect();
        let mut steps = Vec::new();
        if !started.is_empty() {
            steps.push(each("start", started, params.clone(), self.at_once(&entity)?, true));
        }
        steps.push(StepKind::SettleMembers { members: new });
        Ok(self.expand(task, steps))
    }

    pub(super) fn at_once(&self, entity: &Entity) -> Try<u32> {
        Ok(self.cluster_number(entity, &cluster::AT_ONCE)?.max(0) as u32)
    }

    pub(super) fn cluster_number(&self, entity: &Entity, key: &'static model::types::ConfigDef) -> Try<i64> {
        self.root.config_int(&entity.id, key).or_else(unreadable)
    }

    /// The members that came since then and are still there.
    pub(crate) fn new_members(&self, task: &Task, since: u64) -> Flow {
        match self.entity_of(task) {
            Ok(entity) => {
                let new: Vec<Value> = entity.members.range(since..).map(|(_, id)| as_value(id)).collect();
                Flow::Done(new.into())
            }
            Err(flow) => flow,
        }
    }

    pub(crate) fn size_of_cluster(&self, task: &Task) -> Flow {
        match self.entity_of(task) {
            Ok(entity) => Flow::Done(entity.members.size().into()),
            Err(flow) => flow,
        }
    }

    /// Whether the start got far enough.
    pub(crate) fn check_initial_size(&mut self, task: &Task) -> Flow {
        settled(self.try_check_initial_size(task))
    }

    fn try_check_initial_size(&mut self, task: &Task) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        let wanted = self.cluster_number(&entity, &cluster::INITIAL_SIZE)?.max(0);
        let quorum = self.cluster_number(&entity, &cluster::INITIAL_QUORUM)?;
        let needed = if quorum < 0 { wanted } else { quorum.min(wanted) };
        let size = entity.members.size() as i64;
        if size >= needed {
            self.note(&entity.id, names::PROBLEMS, names::START, None);
            return Ok(Flow::Next);
        }
        let errors = self.start_errors(task);
        let text = match (size, errors.as_slice()) {
            (0, [one]) => format!("Node in cluster {} failed: {one}", entity.described()),
            (0, [first, ..]) => {
                format!("All nodes in cluster {} failed; first failure is: {first}", entity.described())
            }
            (_, errors) => {
                let quorum = if needed == wanted {
                    String::new()
                } else {
                    format!(" (initial quorum size is {needed})")
                };
                let first = errors.first().map(|e| format!(": {e}")).unwrap_or_default();
                format!(
                    "On start of cluster {}, failed to get to initial size of {wanted}; size is {size}{quorum}{first}",
                    entity.described()
                )
            }
        };
        let said = format!("start failed with error: {text}");
        self.note(&entity.id, names::PROBLEMS, names::START, Some(said));
        fail(text)
    }
}

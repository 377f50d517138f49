//! Members that could not be started: set aside, or removed.

use base::EntityId;
use model::types::dynamic_cluster as cluster;

use super::removal;
use crate::advance::{Flow, error_of};
use crate::config::unreadable;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::group::from_value;
use crate::machine::{Try, settled};
use crate::names;
use crate::task::{Status, Task};

impl Draft {
    /// The group of members that a cluster has set aside.
    pub(super) fn quarantine_of(&self, entity: &Entity) -> Option<EntityId> {
        entity.sensor(names::QUARANTINE).and_then(from_value).filter(|id| self.root.entity(id).is_some())
    }

    /// Looks after members whose start was just tried.
    pub(crate) fn settle_members(&mut self, task: &Task, members: &[EntityId]) -> Flow {
        settled(self.try_settle_members(task, members))
    }

    fn try_settle_members(&mut self, task: &Task, members: &[EntityId]) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        let aside = self.root.config_flag(&entity.id, &cluster::QUARANTINE).or_else(unreadable)?;
        let quarantine = if aside { self.quarantine_of(&entity) } else { None };
        let ends: Vec<(EntityId, Option<String>)> =
            members.iter().map(|member| (member.clone(), self.start_error(member))).collect();
        let starts: Vec<(EntityId, bool)> =
            ends.iter().map(|(member, why)| (member.clone(), why.is_some())).collect();
        self.remember_starts(&entity, &starts);
        let mut gone = Vec::new();
        for (member, why) in &ends {
            let Some(why) = why else { continue };
            // What found no machine left nothing behind to look at.
            let keep = !why.contains(crate::machine::NO_MACHINES);
            match &quarantine {
                Some(quarantine) if keep => self.add_member(quarantine, member),
                _ => gone.push(member.clone()),
            }
            self.remove_member(&entity.id, member);
        }
        if gone.is_empty() {
            return Ok(Flow::Next);
        }
        let steps = removal(&self.root, gone, Some(self.at_once(&entity)?));
        Ok(self.expand(task, steps))
    }

    /// Why the last start of a member failed, if it did.
    fn start_error(&self, member: &EntityId) -> Option<String> {
        let starts = |t: &&Task| t.call.as_ref().is_some_and(|c| c.effector == "start");
        let last = self.root.tasks_of(member).rev().find(starts)?;
        (last.is_ended() && last.status != Status::Completed).then(|| error_of(last))
    }

    /// The errors of the starts that are parts of a task, oldest first.
    pub(super) fn start_errors(&self, task: &Task) -> Vec<String> {
        self.root
            .sub_tasks(&task.id)
            .flat_map(|part| self.root.sub_tasks(&part.id))
            .filter(|t| matches!(t.status, Status::Failed | Status::Cancelled))
            .map(error_of)
            .collect()
    }
}

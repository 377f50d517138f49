//! A command effector that runs on the machines of many: of a group's members, or of an entity's children.
//!
//! The effector stays that of its own entity: its expressions, `shell.env` and parameters are read there. Only the
//! machine and the folders are those of each one.

use base::EntityId;
use model::spec::ExecutionTarget;

use super::Called;
use crate::advance::Flow;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::machine::{Try, fail, settled};
use crate::program::StepKind;
use crate::programs::sub;
use crate::task::Task;
use crate::tasks::NewTask;

/// Whether a command can be run for it now. The others are passed over, as on Brooklyn.
fn takes_commands(entity: &Entity) -> bool {
    let goes = matches!(entity.state(), Some(Lifecycle::Stopping | Lifecycle::Stopped));
    !goes && entity.held_place().is_some()
}

impl Draft {
    /// On whose machines a command runs. The part that does so is named after how many they are.
    pub(super) fn spread(&self, called: &Called, target: ExecutionTarget) -> Try<Vec<StepKind>> {
        let (owner, effector) = (&called.entity, &called.spec.name);
        let (all, kind): (Vec<&Entity>, &str) = match target {
            ExecutionTarget::Entity => return Ok(vec![StepKind::Effector]),
            ExecutionTarget::Members if !owner.is_group() => {
                return fail(format!(
                    "effector '{effector}' runs on MEMBERS, and {} is no group; use CHILDREN or ENTITY",
                    owner.described()
                ));
            }
            ExecutionTarget::Members => (self.root.members(&owner.id).collect(), "members"),
            ExecutionTarget::Children => (self.root.children(&owner.id).collect(), "children"),
        };
        let entities: Vec<EntityId> =
            all.iter().filter(|e| takes_commands(e)).map(|e| e.id.clone()).collect();
        let name = format!("{effector} on {} of {} {kind}", entities.len(), all.len());
        Ok(vec![sub(&name, vec![StepKind::OnEach { entities }])])
    }

    /// Runs the command of the effector that a task is a part of on the machine of each of some entities.
    pub(crate) fn on_each(&mut self, task: &Task, entities: &[EntityId]) -> Flow {
        settled(self.try_on_each(task, entities))
    }

    fn try_on_each(&mut self, task: &Task, entities: &[EntityId]) -> Try<Flow> {
        let effector = self.called_effector(task)?.spec.name;
        let begun = self.begin_each(task, entities, 0, |draft, id| {
            draft.begin(NewTask {
                name: effector.clone(),
                entity: Some(id.clone()),
                parent: Some(task.id.clone()),
                steps: vec![StepKind::Effector],
                ..NewTask::default()
            });
        });
        Ok(if begun { Flow::Wait } else { self.called(task, &effector) })
    }
}

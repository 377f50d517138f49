//! Stopping and forgetting.

use std::collections::BTreeMap;

use base::{EntityId, TaskId};

use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Refusal, Reply};
use crate::entity::Entity;
use crate::input::Caller;
use crate::program::StepKind;
use crate::task::Task;
use crate::tasks::NewTask;

impl Draft {
    pub(crate) fn on_delete(&mut self, caller: Caller, app: &EntityId) -> Result<Reply, Refusal> {
        let entity = self.must_have(app)?;
        if entity.parent.is_some() {
            let text = format!("{} is no application; expunge it instead", entity.described());
            return Err(Refusal::Invalid(text));
        }
        self.check_room()?;
        let mut steps = vec![StepKind::CancelOthers { entity: app.clone() }];
        steps.extend(self.stop_all(app, false));
        steps.extend(self.end_scripts(app));
        steps.push(StepKind::RemoveDirs { entity: app.clone() });
        steps.push(StepKind::Forget { entity: app.clone() });
        Ok(self.begin_removal(caller, "destroying", "destroy application", &entity, steps))
    }

    pub(crate) fn on_expunge(
        &mut self,
        caller: Caller,
        id: &EntityId,
        release: bool,
    ) -> Result<Reply, Refusal> {
        let entity = self.must_have(id)?;
        self.check_room()?;
        let mut steps = vec![StepKind::CancelOthers { entity: id.clone() }];
        if release {
            steps.extend(self.stop_all(id, true));
            steps.extend(self.end_scripts(id));
            steps.push(StepKind::RemoveDirs { entity: id.clone() });
        }
        steps.push(StepKind::Forget { entity: id.clone() });
        Ok(self.begin_removal(caller, "expunging", "expunge entity", &entity, steps))
    }

    fn begin_removal(
        &mut self,
        caller: Caller,
        doing: &str,
        asked: &str,
        entity: &Entity,
        steps: Vec<StepKind>,
    ) -> Reply {
        let described = entity.described();
        let task = self.begin(NewTask {
            name: format!("{doing} {described}"),
            description: format!("REST call to {asked} {} ({described})", entity.name),
            caller: Some(caller),
            steps,
            ..NewTask::default()
        });
        Reply::Task { entity: entity.id.clone(), task }
    }

    /// The end of scripts that no `stop` looks after: those of effectors of what has no process.
    fn end_scripts(&self, id: &EntityId) -> Option<StepKind> {
        let mut tasks = self.root.tree(id).flat_map(|e| self.root.tasks_of(&e.id));
        let any = tasks.any(|t| t.process.is_some() || t.may_have_left());
        any.then(|| StepKind::Sub {
            name: "ending scripts".to_owned(),
            steps: vec![StepKind::EndLeftovers { entity: id.clone() }],
            tolerated: true,
        })
    }

    /// The calls of `stop` that reach everything in a tree: what can be stopped stops what is directly below it;
    /// what stands below something that cannot be stopped has to be called itself.
    fn stop_all(&self, id: &EntityId, tolerated: bool) -> Vec<StepKind> {
        let stops = |e: &EntityId| self.root.effector(e, "stop").is_some();
        let called = self.root.tree(id).filter(|e| {
            let by_parent = e.id != *id && e.parent.as_ref().is_some_and(stops);
            stops(&e.id) && !by_parent
        });
        let mut calls: Vec<StepKind> = called
            .map(|e| StepKind::Call {
                entity: e.id.clone(),
                effector: "stop".to_owned(),
                params: BTreeMap::new(),
                tolerated,
            })
            .collect();
        // Those below first.
        calls.reverse();
        calls
    }

    /// Forgets an entity and all below it, with their ended tasks.
    pub(crate) fn forget_entity(&mut self, task: &Task, id: &EntityId) {
        let mut below: Vec<EntityId> = self.root.tree(id).map(|e| e.id.clone()).collect();
        let parent = self.root.entity(id).and_then(|e| e.parent.clone());
        let own = self.top_of(&task.id);
        below.reverse();
        for id in below {
            self.stop_watching(&id);
            let gone = |t: &&Task| t.is_ended() && t.parent.is_none() && t.id != own;
            let old: Vec<TaskId> = self.root.tasks_of(&id).filter(gone).map(|t| t.id.clone()).collect();
            self.forget_tasks(old);
            for group in self.root.groups_of(&id) {
                self.remove_member(&group, &id);
            }
            self.record(Change::EntityRemoved { entity: id });
        }
        if let Some(parent) = parent {
            self.settle(&parent);
        }
    }

    /// Cancels what else goes on at an entity and below it: not the task that says so, what it is a part of, and
    /// what belongs to the same whole.
    pub(crate) fn cancel_others(&mut self, task: &Task, id: &EntityId) {
        let own = self.top_of(&task.id);
        let others: Vec<TaskId> = self
            .root
            .tree(id)
            .flat_map(|e| self.root.tasks_of(&e.id))
            .filter(|t| !t.is_ended() && self.top_of(&t.id) != own)
            .map(|t| t.id.clone())
            .collect();
        for other in others {
            self.cancel_tree(&other, &format!("cancelled by '{}'", task.name));
        }
    }

    /// The task that a task is ultimately a part of.
    fn top_of(&self, id: &TaskId) -> TaskId {
        let top = self.root.task(id).and_then(|t| self.root.with_parents(t).last());
        top.map_or_else(|| id.clone(), |t| t.id.clone())
    }
}

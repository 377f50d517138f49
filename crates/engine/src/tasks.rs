//! Beginning, ending and cancelling tasks.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{EntityId, TaskId};
use model::types::Behaviour;
use rpds::RedBlackTreeMapSync;
use serde_json::Value;

use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::input::Caller;
use crate::lifecycle::Lifecycle;
use crate::machine::{Try, fail};
use crate::program::StepKind;
use crate::state::Purpose;
use crate::task::{Call, Interruption, OnError, Status, Task};

/// What is needed to begin a task.
#[derive(Default)]
pub(crate) struct NewTask {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) entity: Option<EntityId>,
    /// The task that it is a part of.
    pub(crate) parent: Option<TaskId>,
    pub(crate) call: Option<Call>,
    pub(crate) caller: Option<Caller>,
    pub(crate) steps: Vec<StepKind>,
    pub(crate) on_error: OnError,
    pub(crate) tolerated: bool,
}

impl NewTask {
    /// A task that is the call of an effector.
    pub(crate) fn call(entity: &Entity, effector: String, params: BTreeMap<String, Value>) -> Self {
        Self {
            description: format!(
                "Invoking effector {effector} on {} with parameters {}",
                entity.name,
                shown(&params)
            ),
            name: effector.clone(),
            entity: Some(entity.id.clone()),
            call: Some(Call { effector, params }),
            ..Self::default()
        }
    }
}

/// `{message=hello, times=2}`, as Brooklyn shows parameters; what looks secret is not shown.
fn shown(params: &BTreeMap<String, Value>) -> String {
    let one = |(name, value): (&String, &Value)| match value {
        _ if base::secret::is_sensitive_name(name) => format!("{name}=xxxxxxxx"),
        Value::String(text) => format!("{name}={text}"),
        other => format!("{name}={other}"),
    };
    format!("{{{}}}", params.iter().map(one).collect::<Vec<_>>().join(", "))
}

impl Draft {
    /// Begins a task; it takes its first step in this same step of the engine.
    pub(crate) fn begin(&mut self, new: NewTask) -> TaskId {
        let id = self.draw_task_id();
        let parent_step = new.parent.as_ref().and_then(|p| self.root.task(p)).map_or(0, |parent| parent.step);
        let entity_name = new.entity.as_ref().and_then(|e| self.root.entity(e)).map(|e| e.name.clone());
        let task = Task {
            id: id.clone(),
            seq: self.root.next_seq,
            name: new.name,
            description: new.description,
            entity: new.entity,
            entity_name,
            parent: new.parent,
            parent_step,
            call: new.call,
            caller: new.caller,
            program: Arc::new(new.steps),
            on_error: new.on_error,
            tolerated: new.tolerated,
            submitted_at: self.wall(),
            ended_at: None,
            status: Status::InProgress,
            step: 0,
            cursor: 0,
            blocked_on: None,
            permit: None,
            intent: None,
            process: None,
            streams: RedBlackTreeMapSync::new_sync(),
            result: Value::Null,
            interrupted: None,
        };
        self.record(Change::TaskAdded { task: Box::new(task) });
        self.ready.push_back(id.clone());
        id
    }

    /// The entity that a task runs on.
    pub(crate) fn entity_of(&self, task: &Task) -> Try<Arc<Entity>> {
        match task.entity.as_ref().and_then(|id| self.entity(id)) {
            Some(entity) => Ok(entity),
            None => fail("the entity is not there any more"),
        }
    }

    /// Puts `steps` in the place of a task's current step, and goes on with them.
    pub(crate) fn expand(&mut self, task: &Task, mut steps: Vec<StepKind>) -> Flow {
        steps.extend(task.program.iter().skip(task.step as usize + 1).cloned());
        self.record(Change::TaskProgram { task: task.id.clone(), steps });
        self.ready.push_back(task.id.clone());
        Flow::Wait
    }

    /// A part that could not even begin.
    pub(crate) fn begin_failed(&mut self, parent: &Task, id: &EntityId, effector: &str, why: String) {
        let part = self.begin(NewTask {
            name: effector.to_owned(),
            entity: Some(id.clone()),
            parent: Some(parent.id.clone()),
            call: Some(Call { effector: effector.to_owned(), params: BTreeMap::new() }),
            steps: vec![StepKind::Return { value: Value::Null }],
            ..NewTask::default()
        });
        self.end(&part, Status::Failed, why.into());
    }

    /// Ends a task, with what that means for its entity and for the task that it is a part of.
    pub(crate) fn end(&mut self, id: &TaskId, status: Status, result: Value) {
        self.end_with(id, status, result, None);
    }

    pub(crate) fn end_with(
        &mut self,
        id: &TaskId,
        status: Status,
        result: Value,
        interrupted: Option<Interruption>,
    ) {
        let Some(task) = self.task(id).filter(|t| !t.is_ended()) else { return };
        // A script that is cancelled is told to end; it counts as something left until it has.
        let ends = status == Status::Cancelled && task.process.is_some();
        if let Some(key) = task.step_key() {
            let under_way = self.root.transient.works.contains_key(&key);
            self.drop_work(&key);
            if ends && under_way {
                self.root.transient.works.insert_mut(key, Purpose::Leftover(id.clone()));
            }
        }
        if task.process.is_some() && interrupted.is_none() && !ends {
            self.record(Change::TaskProcess { task: id.clone(), process: None });
        }
        let interrupting = interrupted.is_some();
        let at = self.wall();
        self.record(Change::TaskEnded { task: id.clone(), status, result, interrupted, at });
        self.root.transient.creating.remove_mut(id);
        self.pass_permit_on(&task);
        self.stop_awaiting(id);
        if let Some(entity) = &task.entity {
            self.stop_waiting(entity, id);
            // A task that was refused before it did anything leaves the entity to whoever is busy with it; what a
            // take-over means for an entity is decided there.
            let did_something = !matches!(task.current(), Some(StepKind::CheckIdle));
            if status != Status::Completed && did_something && !interrupting {
                match task.on_error {
                    OnError::Leave => {}
                    OnError::OnFire => self.expect_state(entity, Lifecycle::OnFire),
                    OnError::Running => self.expect_state(entity, Lifecycle::Running),
                }
            }
        }
        match &task.parent {
            Some(parent) => self.ready.push_back(parent.clone()),
            None => self.prune_tasks(task.entity.as_ref()),
        }
    }

    /// Sets the expected state, and what is said beside it by what has no process to speak for it.
    pub(crate) fn expect_state(&mut self, id: &EntityId, state: Lifecycle) {
        let Some(entity) = self.entity(id) else { return };
        let noun = match entity.behaviour() {
            Behaviour::Application => Some("Application"),
            Behaviour::Startable
            | Behaviour::Conditional
            | Behaviour::SharedMachine
            | Behaviour::Sequence
            | Behaviour::Data => Some("Entity"),
            _ => None,
        };
        if let Some(noun) = noun {
            let said = match state {
                Lifecycle::Running => Some(None),
                Lifecycle::Stopping => Some(Some(format!("{noun} stopping"))),
                Lifecycle::Stopped => Some(Some(format!("{noun} stopped"))),
                _ => None,
            };
            if let Some(reason) = said {
                self.note(id, crate::names::NOT_UP, crate::names::STATE, reason);
            }
        }
        self.expect(id, state);
    }

    /// Cancels a task and all its parts. Those above come first, so that none goes on because a part has ended.
    pub(crate) fn cancel_tree(&mut self, id: &TaskId, why: &str) {
        let mut open = vec![id.clone()];
        while let Some(id) = open.pop() {
            open.extend(self.root.sub_tasks(&id).filter(|t| !t.is_ended()).map(|t| t.id.clone()));
            self.end(&id, Status::Cancelled, why.into());
        }
    }
}

//! Running the programs of tasks: one step after the other, until one has to wait.

use std::sync::Arc;

use base::TaskId;
use model::config::Awaited;
use serde_json::Value;

use crate::change::Change;
use crate::draft::Draft;
use crate::program::StepKind;
use crate::task::{Status, Task};
use crate::tasks::NewTask;

/// How a step went.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Flow {
    /// It is over; the next one is due.
    Next,
    /// It waits for something that will come as an input.
    Wait,
    /// It waits for a sensor, and is taken anew when that may be ready.
    Await(Box<Awaited>),
    /// The whole task is over and returns this.
    Done(Value),
    /// The task has failed, for this reason.
    Fail(String),
}

impl Draft {
    /// Goes on after a step that has waited.
    pub(crate) fn proceed(&mut self, id: &TaskId, flow: Flow) {
        if self.task(id).is_some_and(|t| !t.is_ended()) && self.follow(id, flow) {
            self.ready.push_back(id.clone());
        }
    }

    /// Takes a task's steps until one has to wait.
    pub(crate) fn advance(&mut self, id: &TaskId) {
        loop {
            let Some(task) = self.task(id).filter(|t| !t.is_ended()) else { return };
            let flow = match task.current() {
                Some(step) => self.take(&task, step),
                None => Flow::Done(Value::Null),
            };
            if !self.follow(id, flow) {
                return;
            }
        }
    }

    /// Does what a step's end means; whether the task can go on at once.
    fn follow(&mut self, id: &TaskId, flow: Flow) -> bool {
        match flow {
            Flow::Await(awaited) => {
                if let Err(why) = self.wait_for(id, awaited) {
                    self.end(id, Status::Failed, why.into());
                }
                false
            }
            Flow::Wait => {
                if self.stop_awaiting(id) {
                    self.say_blocked(id, None);
                }
                false
            }
            Flow::Next => {
                let Some(step) = self.root.task(id).map(|t| t.step + 1) else { return false };
                self.stop_awaiting(id);
                self.record(Change::TaskStepped { task: id.clone(), step });
                true
            }
            Flow::Done(result) => {
                self.end(id, Status::Completed, result);
                false
            }
            Flow::Fail(why) => {
                self.end(id, Status::Failed, why.into());
                false
            }
        }
    }

    /// Takes a step, or looks after one that waits.
    fn take(&mut self, task: &Arc<Task>, step: &StepKind) -> Flow {
        match step {
            StepKind::Create => self.create_more(task),
            StepKind::Plan => self.plan(task),
            StepKind::CheckIdle => self.check_idle(task),
            StepKind::CancelOthers { entity } => {
                self.cancel_others(task, entity);
                Flow::Next
            }
            StepKind::EndLeftovers { entity } => self.end_leftovers(task, entity),
            StepKind::Expect { state } => {
                if let Some(entity) = &task.entity {
                    self.begin_stage(entity, *state);
                }
                Flow::Next
            }
            StepKind::Latch { latch } => self.pass_latch(task, *latch),
            StepKind::CopyFiles { stage } => self.copy_files(task, *stage),
            StepKind::TakeMachine => self.take_machine(task),
            StepKind::TakePorts => self.take_ports(task),
            StepKind::FindProcess => self.find_process(task),
            StepKind::UnlessRunning { steps } => self.unless_running(task, steps),
            StepKind::Script { phase } => self.run_phase(task, *phase),
            StepKind::Effector => self.run_effector(task),
            StepKind::Exec { command, timeout } => self.run_command(task, command, *timeout),
            StepKind::Request => self.make_request(task),
            StepKind::PassOn => self.pass_on(task),
            StepKind::Batch { entities, effector, params, at_once, tolerated } => {
                self.call_batch(task, entities, (effector, params), *at_once, *tolerated)
            }
            StepKind::OnEach { entities } => self.on_each(task, entities),
            StepKind::CompileChildren => self.compile_children(task),
            StepKind::StartAdded { entities } => self.start_added(task, entities),
            StepKind::ReturnLast => self.return_last(task),
            StepKind::ReturnAll => self.return_all(task),
            StepKind::Diagnose => self.diagnose(task),
            StepKind::AwaitRunning => self.await_running(task),
            StepKind::AwaitUp => self.await_up(task),
            StepKind::MarkDown => self.mark_down(task),
            StepKind::KillProcess => self.kill_process(task),
            StepKind::ReleaseMachine => self.release_machine(task),
            StepKind::RemoveDirs { entity } => self.remove_dirs(task, entity),
            StepKind::Sub { name, steps, tolerated } => self.part(task, *tolerated, |_| {
                Ok(NewTask {
                    name: name.clone(),
                    entity: task.entity.clone(),
                    steps: steps.clone(),
                    tolerated: *tolerated,
                    ..NewTask::default()
                })
            }),
            StepKind::Behind { name, steps } => {
                self.begin(NewTask {
                    name: name.clone(),
                    entity: task.entity.clone(),
                    steps: steps.clone(),
                    ..NewTask::default()
                });
                Flow::Next
            }
            StepKind::Call { entity, effector, params, tolerated } => self.part(task, *tolerated, |draft| {
                draft.check_circle(task, entity, effector)?;
                let within = !task.is_call_of(entity);
                let mut new = draft.effector_task(entity, effector, params.clone(), within)?;
                new.tolerated = *tolerated;
                Ok(new)
            }),
            StepKind::Children { effector, params } => self.children_part(task, effector, params),
            StepKind::EachChild { effector, params } => self.call_children(task, effector, params),
            StepKind::Forget { entity } => {
                self.forget_entity(task, entity);
                Flow::Next
            }
            StepKind::MakeQuarantine => self.make_quarantine(task),
            StepKind::Resize { to, params } => self.resize(task, *to, params),
            StepKind::ResizeBy { by, params } => self.resize_by(task, *by, params),
            StepKind::AddMembers { count, since, params, zone } => {
                self.add_members(task, *count, (*since, *zone), params)
            }
            StepKind::EachOf { entities, effector, params, at_once } => {
                self.call_each(task, entities, effector, params, *at_once)
            }
            StepKind::SettleMembers { members } => self.settle_members(task, members),
            StepKind::CheckInitialSize => self.check_initial_size(task),
            StepKind::Replace { member } => self.replace_member(task, member),
            StepKind::CheckReplaced { old, since } => self.check_replaced(task, old, *since),
            StepKind::MakeFabric { params } => self.make_fabric(task, params),
            StepKind::MakeConditional => self.make_conditional(task),
            StepKind::RestPolicies { rest } => self.rest_policies(task, *rest),
            StepKind::ReturnSize => self.size_of_cluster(task),
            StepKind::ReturnNewMembers { since } => self.new_members(task, *since),
            StepKind::Return { value } => Flow::Done(value.clone()),
            StepKind::Sequence { asked } => self.count(task, *asked),
        }
    }

    /// Begins a part of a task at its current step, or sees whether it has ended and how.
    fn part(
        &mut self,
        task: &Task,
        tolerated: bool,
        make: impl FnOnce(&mut Self) -> Result<NewTask, String>,
    ) -> Flow {
        let begun = self.root.sub_tasks(&task.id).rev().find(|t| t.parent_step == task.step);
        let Some(part) = begun else {
            return match make(self) {
                Ok(new) => {
                    self.begin(NewTask { parent: Some(task.id.clone()), ..new });
                    Flow::Wait
                }
                Err(_) if tolerated => Flow::Next,
                Err(why) => Flow::Fail(why),
            };
        };
        match part.status {
            Status::InProgress => Flow::Wait,
            Status::Completed => Flow::Next,
            Status::Failed | Status::Cancelled if tolerated => Flow::Next,
            Status::Failed => Flow::Fail(error_of(part)),
            Status::Cancelled => Flow::Fail(format!("'{}' was cancelled", part.name)),
        }
    }

    fn children_part(
        &mut self,
        task: &Task,
        effector: &str,
        params: &std::collections::BTreeMap<String, Value>,
    ) -> Flow {
        let Some(entity) = task.entity.clone() else { return Flow::Next };
        let n = self.root.children(&entity).filter(|c| self.root.effector(&c.id, effector).is_some()).count();
        if n == 0 {
            return Flow::Next;
        }
        let names = params.keys().cloned().collect::<Vec<_>>().join(",");
        let nodes = if n == 1 { "node" } else { "nodes" };
        self.part(task, false, |_| {
            Ok(NewTask {
                name: format!("invoking {effector}[{names}] on {n} {nodes}"),
                entity: Some(entity),
                steps: vec![StepKind::EachChild { effector: effector.to_owned(), params: params.clone() }],
                ..NewTask::default()
            })
        })
    }
}

/// Why a task did not end well.
pub(crate) fn error_of(task: &Task) -> String {
    match (&task.result, task.status) {
        (Value::String(text), Status::Failed) => text.clone(),
        (_, Status::Cancelled) => "cancelled".to_owned(),
        (other, _) => other.to_string(),
    }
}

//! The steps that have to do with a process: is it there, end it, say whether it is up.

use base::{EntityId, TaskId};
use model::types::{Behaviour, software_process};
use serde_json::Value;

use crate::advance::Flow;
use crate::change::Change;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::effect::{Outcome, ProcessRef, Work, WorkKey};
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::limits::STOP_GRACE;
use crate::machine::{Site, Try, settled};
use crate::names;
use crate::program::StepKind;
use crate::task::Task;

impl Draft {
    pub(crate) fn check_idle(&mut self, task: &Task) -> Flow {
        let Some(entity) = task.entity.as_ref().and_then(|id| self.entity(id)) else { return Flow::Next };
        let watched = self.root.transient.watching.get(&entity.id).is_some_and(|w| w.watch.is_some());
        if entity.state() == Some(Lifecycle::Running)
            && entity.process.is_some()
            && watched
            && task.call.as_ref().is_some_and(|c| c.of_type() == "start")
        {
            return Flow::Done(Value::Null);
        }
        for other in self.root.tasks_of(&entity.id) {
            let drives = |t: &Task| {
                t.call.as_ref().is_some_and(|c| ["start", "stop", "restart"].contains(&c.of_type()))
            };
            let own = |t: &Task| self.root.with_parents(task).any(|above| above.id == t.id);
            if !other.is_ended() && drives(other) && !own(other) {
                return Flow::Fail(format!(
                    "{} is busy: its task '{}' ({}) goes on; wait for it or cancel it",
                    entity.described(),
                    other.name,
                    other.id
                ));
            }
        }
        let is_script = |t: &Task| matches!(t.current(), Some(StepKind::Script { .. }));
        let others: Vec<TaskId> = self
            .root
            .tasks_of(&entity.id)
            .filter(|t| t.may_have_left() && is_script(t))
            .map(|t| t.id.clone())
            .collect();
        for other in others {
            if let Some(flow) = self.task(&other).and_then(|other| self.held_up_by(&other)) {
                return flow;
            }
        }
        Flow::Next
    }

    /// Sets the expected state and drops what an earlier stage has said.
    pub(crate) fn begin_stage(&mut self, id: &EntityId, state: Lifecycle) {
        if state == Lifecycle::Starting || state == Lifecycle::Stopping {
            self.note(id, names::NOT_UP, names::ABORTED, None);
        }
        if state == Lifecycle::Stopped {
            for map in [names::NOT_UP, names::PROBLEMS] {
                self.note(id, map, names::HOST, None);
            }
        }
        self.expect_state(id, state);
    }

    pub(crate) fn find_process(&mut self, task: &Task) -> Flow {
        settled(self.try_find_process(task))
    }

    fn try_find_process(&mut self, task: &Task) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        let Some(site) = self.site(&entity)?.filter(Site::is_current) else {
            self.set_process(Some(&entity.id), None);
            return Ok(Flow::Next);
        };
        if entity.behaviour() != Behaviour::Process {
            return Ok(Flow::Next);
        }
        let known = entity.process.clone().filter(|p| site.may_have(p));
        let work = Work::Watch { pid_file: site.place.pid_file(), known };
        Ok(self.act_at(task, &site, "looks for the process of an earlier start".to_owned(), work))
    }

    pub(crate) fn mark_down(&mut self, task: &Task) -> Flow {
        let Some(id) = &task.entity else { return Flow::Next };
        self.stop_watching(id);
        if self
            .root
            .entity(id)
            .is_some_and(|e| matches!(e.behaviour(), Behaviour::Process | Behaviour::Machine))
        {
            self.update_sensor(id, names::PROCESS_IS_RUNNING, false.into());
        }
        let text = "The software process for this entity was stopped";
        self.note(id, names::NOT_UP, names::PROCESS_IS_RUNNING, Some(text.to_owned()));
        self.note(id, names::PROBLEMS, names::PROCESS_IS_RUNNING, None);
        Flow::Next
    }

    pub(crate) fn kill_process(&mut self, task: &Task) -> Flow {
        settled(self.try_kill_process(task))
    }

    fn try_kill_process(&mut self, task: &Task) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        let site = self.site(&entity)?;
        let Some(process) = entity.process.clone() else { return Ok(Flow::Next) };
        let Some(site) = site.filter(|s| s.may_have(&process)) else {
            // The host was restarted since: it cannot be there any more.
            self.record(Change::ProcessSet { entity: entity.id.clone(), process: None });
            return Ok(Flow::Next);
        };
        let limit = self.root.config_span(&entity.id, &software_process::STOP_TIMEOUT);
        let grace = limit.or_else(unreadable)?.min(STOP_GRACE);
        let what = format!("ends process {} (group {})", process.pid, process.pgid);
        Ok(self.act_at(task, &site, what, Work::Kill { process, grace }))
    }

    /// What has become of a step's outside action.
    pub(crate) fn on_step_outcome(&mut self, task: &Task, key: &WorkKey, outcome: Outcome) {
        let (id, entity) = (&task.id, task.entity.clone());
        let flow = match (task.current(), outcome) {
            (Some(StepKind::TakeMachine), Outcome::Described(host)) => self.machine_described(task, host),
            (Some(StepKind::TakePorts), Outcome::Ports(ports)) => self.ports_found(task, &ports),
            (Some(StepKind::FindProcess), Outcome::Found(process)) => {
                self.drop_work(key);
                let found = self.is_of_this_boot(entity.as_ref(), &process).then_some(process);
                self.set_process(entity.as_ref(), found);
                Flow::Next
            }
            (Some(StepKind::FindProcess), Outcome::Gone(_)) => {
                let known =
                    entity.as_ref().and_then(|e| self.root.entity(e)).is_some_and(|e| e.process.is_some());
                self.set_process(entity.as_ref(), None);
                if known {
                    // The one that was known is gone; the pid file may name another by now.
                    self.ready.push_back(id.clone());
                    Flow::Wait
                } else {
                    Flow::Next
                }
            }
            (Some(StepKind::KillProcess), Outcome::Done | Outcome::Gone(_)) => {
                self.set_process(entity.as_ref(), None);
                Flow::Next
            }
            (Some(StepKind::RemoveDirs { entity }), outcome @ (Outcome::Done | Outcome::Failed(_))) => {
                self.dir_removed(task, entity, &outcome)
            }
            (Some(StepKind::EndLeftovers { entity }), outcome) => {
                self.leftover_ended(task, entity, key, outcome)
            }
            (Some(StepKind::UnlessRunning { steps }), outcome) => self.running_told(task, steps, outcome),
            (Some(StepKind::Script { .. } | StepKind::Effector | StepKind::Exec { .. }), outcome) => {
                self.on_script(task, outcome)
            }
            (Some(StepKind::Request), outcome) => self.on_answer(task, outcome),
            (Some(StepKind::CompileChildren), Outcome::Children(specs)) => {
                self.children_compiled(task, &specs)
            }
            (Some(StepKind::CopyFiles { .. }), Outcome::Done) => self.file_copied(task),
            (Some(StepKind::CopyFiles { stage }), Outcome::Fetched(text)) => {
                self.template_read(task, *stage, &text)
            }
            (Some(StepKind::Diagnose), outcome) => self.diagnosed(task, &outcome),
            (_, Outcome::Failed(why)) => Flow::Fail(why),
            _ => Flow::Wait,
        };
        self.proceed(id, flow);
    }

    /// Whether a process that a pid file names can be an entity's: the file means something only on the running
    /// of the host that it was written on.
    pub(crate) fn is_of_this_boot(&self, id: Option<&EntityId>, process: &ProcessRef) -> bool {
        let place = id.and_then(|id| self.root.entity(id)).and_then(Entity::held_place);
        place.is_some_and(|p| p.host.is_same_boot(&process.host))
    }

    /// Records an entity's process where that is news.
    pub(crate) fn set_process(&mut self, id: Option<&EntityId>, process: Option<ProcessRef>) {
        if let Some(entity) = id.and_then(|id| self.entity(id))
            && entity.process != process
        {
            self.record(Change::ProcessSet { entity: entity.id.clone(), process });
        }
    }
}

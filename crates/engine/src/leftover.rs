//! What tasks may have left running when their master went: found, watched, ended.
//!
//! A script's intent is recorded before it begins and its process after that. Where the master went in between, it
//! is not known whether it runs: it is looked for, and one that has not begun never will.

use std::sync::Arc;

use base::{EntityId, TaskId};

use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Machine, Outcome, ProcessRef, Refusal, Work, WorkKey};
use crate::input::Host;
use crate::limits::STOP_GRACE;
use crate::place::{MachineRef, Reach};
use crate::program::StepKind;
use crate::state::Purpose;
use crate::task::Task;

/// What an ended task may have left.
enum Left {
    /// The process of its script.
    Process(ProcessRef),
    /// A script of which nothing is known but its folder.
    Perhaps { cwd: String, began_by: WorkKey },
}

impl Left {
    fn watch(self) -> Work {
        match self {
            Left::Process(process) => Work::Watch { pid_file: String::new(), known: Some(process) },
            Left::Perhaps { cwd, began_by } => Work::WatchScript { cwd, began_by },
        }
    }
}

impl Task {
    fn left(&self) -> Option<Left> {
        if !self.may_have_left() {
            return None;
        }
        if let Some(process) = &self.process {
            return Some(Left::Process(process.clone()));
        }
        let intent = self.current_intent()?;
        Some(Left::Perhaps { cwd: intent.script_in.clone()?, began_by: intent.key(&self.id) })
    }

    /// Whether something of it may still run although it has ended.
    pub(crate) fn may_have_left(&self) -> bool {
        let perhaps = || self.current_intent().is_some_and(|i| i.script_in.is_some());
        self.is_ended() && (self.process.is_some() || self.interrupted.is_some() && perhaps())
    }
}

impl Draft {
    /// Looks after what tasks of all earlier masters left.
    pub(crate) fn look_after_leftovers(&mut self) {
        let left: Vec<TaskId> = self.root.index.leftovers.values().cloned().collect();
        for id in left {
            self.look_after_leftover(&id);
        }
    }

    /// Watches what an ended task left, so that its end is known.
    pub(crate) fn look_after_leftover(&mut self, id: &TaskId) {
        let Some((task, left)) = self.left_by(id) else { return };
        let Some(way) = self.way_to_leftover(&task) else { return };
        if is_of_earlier_boot(&task, &way) {
            return self.leftover_gone(id);
        }
        if task.interrupted.is_none() {
            // It was cancelled, and may not have been told so.
            let _told = self.end_leftover(&task);
            return;
        }
        let key = self.leftover_key(&task, 1);
        self.run(key, way, left.watch(), Purpose::Leftover(id.clone()));
    }

    fn left_by(&self, id: &TaskId) -> Option<(Arc<Task>, Left)> {
        let task = self.task(id)?;
        let left = task.left()?;
        Some((task, left))
    }

    /// The way to the machine on which a task left something, if there is one from here.
    fn way_to_leftover(&self, task: &Task) -> Option<Machine> {
        let intent = task.intent.as_ref()?;
        let way = self.way_to(&intent.machine).ok()?;
        let elsewhere =
            matches!((&way, host_then(task)), (Machine::Local(now), Some(then)) if !then.is_same_host(now));
        (!elsewhere).then_some(way)
    }

    /// Names work on what a task has left: `more` attempts after its own.
    fn leftover_key(&self, task: &Task, more: u32) -> WorkKey {
        let (step, attempt) = task.intent.as_ref().map_or((task.step, 0), |i| (i.step, i.attempt));
        WorkKey { term: self.term(), task: task.id.as_str().to_owned(), step, attempt: attempt + more }
    }

    /// What has come out about something that a task left.
    pub(crate) fn on_leftover(&mut self, id: &TaskId, outcome: Outcome) {
        match outcome {
            Outcome::Found(process) => self.leftover_found(id, process),
            // The end of a script that was cancelled is told by its own work.
            Outcome::Gone(_) | Outcome::Ended { .. } => self.leftover_gone(id),
            Outcome::Failed(why) => self.wake_held_up(id, Some(&why)),
            _ => {}
        }
    }

    /// Something that is being ended has got on.
    pub(crate) fn on_end_leftover(&mut self, id: &TaskId, key: &WorkKey, outcome: Outcome) {
        match outcome {
            Outcome::Found(process) => {
                self.drop_work(key);
                self.leftover_found(id, process);
                // The refusal is for somebody who asks; here it only stays.
                let _told = self.task(id).map(|task| self.end_leftover(&task));
            }
            Outcome::Done | Outcome::Gone(_) => self.leftover_gone(id),
            _ => {}
        }
    }

    fn leftover_found(&mut self, id: &TaskId, process: ProcessRef) {
        if self.root.task(id).is_some_and(|t| t.process.is_none() && t.may_have_left()) {
            self.record(Change::TaskProcess { task: id.clone(), process: Some(process) });
        }
        self.wake_held_up(id, None);
    }

    fn leftover_gone(&mut self, id: &TaskId) {
        if self.root.task(id).is_some_and(Task::may_have_left) {
            self.record(Change::TaskProcess { task: id.clone(), process: None });
        }
        self.wake_held_up(id, None);
    }

    /// Lets those go on that wait to know what a task has left, or fail, if that could not be found out.
    fn wake_held_up(&mut self, id: &TaskId, why: Option<&str>) {
        let Some(entity) = self.root.task(id).and_then(|t| t.entity.clone()) else { return };
        let waits = |t: &&Task| !t.is_ended() && matches!(t.current(), Some(StepKind::CheckIdle));
        let waiting: Vec<TaskId> = self.root.tasks_of(&entity).filter(waits).map(|t| t.id.clone()).collect();
        for waiting in waiting {
            match why {
                None => self.ready.push_back(waiting),
                Some(why) => {
                    let text = format!("what an interrupted task has left could not be looked for: {why}");
                    self.proceed(&waiting, Flow::Fail(text));
                }
            }
        }
    }

    /// What holds a start up: something that an earlier task of the entity has left.
    pub(crate) fn held_up_by(&mut self, other: &Task) -> Option<Flow> {
        match other.left()? {
            Left::Process(p) if other.interrupted.is_some() => Some(Flow::Fail(format!(
                "the script '{}' of an interrupted task may still run (host {}, process group {}): cancel task {} \
                 first",
                other.name, p.host.name, p.pgid, other.id
            ))),
            // It was told to end, and will have in a moment.
            Left::Process(_) => Some(Flow::Wait),
            Left::Perhaps { .. } => {
                self.way_to_leftover(other)?;
                let key = self.leftover_key(other, 1);
                if !self.root.transient.works.contains_key(&key) {
                    self.look_after_leftover(&other.id);
                }
                other.may_have_left().then_some(Flow::Wait)
            }
        }
    }

    /// What a task and its parts have left.
    pub(crate) fn leftovers_below(&self, id: &TaskId) -> Vec<Arc<Task>> {
        let (mut found, mut open) = (Vec::new(), vec![id.clone()]);
        while let Some(id) = open.pop() {
            open.extend(self.root.sub_tasks(&id).map(|t| t.id.clone()));
            found.extend(self.task(&id).filter(|t| t.may_have_left()));
        }
        found
    }

    /// Ends it; whether there was anything.
    pub(crate) fn end_leftover(&mut self, task: &Task) -> Result<bool, Refusal> {
        let Some(left) = task.left() else { return Ok(false) };
        let Some(way) = self.way_to_leftover(task) else {
            let host = task.intent.as_ref().and_then(|i| i.host.as_ref()).map_or("", |h| h.name.as_str());
            let group =
                task.process.as_ref().map(|p| format!(" (process group {})", p.pgid)).unwrap_or_default();
            return Err(Refusal::Conflict(format!(
                "the script '{}' may run on host {host}{group}, which this server cannot reach: end it there",
                task.name
            )));
        };
        let (key, work) = match left {
            Left::Process(process) => (self.leftover_key(task, 2), Work::Kill { process, grace: STOP_GRACE }),
            left @ Left::Perhaps { .. } => (self.leftover_key(task, 3), left.watch()),
        };
        self.run(key, way, work, Purpose::EndLeftover(task.id.clone()));
        Ok(true)
    }

    /// Ends what earlier tasks of an entity and of what is below it have left, one after the other.
    pub(crate) fn end_leftovers(&mut self, task: &Task, of: &EntityId) -> Flow {
        let Some((left, way)) = self.next_leftover(of) else { return Flow::Next };
        let Some(what) = left.left() else { return Flow::Next };
        let (machine, host) = match &left.intent {
            Some(intent) => (intent.machine.clone(), intent.host.clone()),
            None => (MachineRef { from: None, reach: Reach::Local }, None),
        };
        let (doing, work) = match what {
            Left::Process(process) => {
                let doing =
                    format!("ends script '{}' of task {} (group {})", left.name, left.id, process.pgid);
                (doing, Work::Kill { process, grace: STOP_GRACE })
            }
            what @ Left::Perhaps { .. } => {
                (format!("looks for script '{}' of task {}", left.name, left.id), what.watch())
            }
        };
        self.act(task, (&machine, host.as_ref()), way, doing, work)
    }

    /// What has become of the one that is at its turn.
    pub(crate) fn leftover_ended(
        &mut self,
        task: &Task,
        of: &EntityId,
        key: &WorkKey,
        outcome: Outcome,
    ) -> Flow {
        let Some((left, _)) = self.next_leftover(of) else { return Flow::Next };
        match outcome {
            Outcome::Found(process) => {
                self.drop_work(key);
                self.leftover_found(&left.id, process);
            }
            Outcome::Done | Outcome::Gone(_) => self.leftover_gone(&left.id),
            Outcome::Failed(why) => return Flow::Fail(why),
            _ => return Flow::Wait,
        }
        self.ready.push_back(task.id.clone());
        Flow::Wait
    }

    fn next_leftover(&self, of: &EntityId) -> Option<(Arc<Task>, Machine)> {
        let mut tasks =
            self.root.tree(of).flat_map(|e| self.root.tasks_of(&e.id)).filter(|t| t.may_have_left());
        tasks.find_map(|t| Some((self.task(&t.id)?, self.way_to_leftover(t)?)))
    }
}

/// On which running of a host a task left something, as far as that is known.
fn host_then(task: &Task) -> Option<&Host> {
    let of_process = task.process.as_ref().map(|p| &p.host);
    of_process.or_else(|| task.intent.as_ref()?.host.as_ref())
}

/// Whether this host was restarted since: nothing of that time runs any more.
fn is_of_earlier_boot(task: &Task, way: &Machine) -> bool {
    matches!((way, host_then(task)), (Machine::Local(now), Some(then)) if !then.is_same_boot(now))
}

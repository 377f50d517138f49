//! A task is cancelled, or what an interrupted one left running is ended.

use base::TaskId;

use crate::draft::Draft;
use crate::effect::{Machine, ProcessRef, Refusal, Reply, Work, WorkKey};
use crate::limits::STOP_GRACE;
use crate::state::Purpose;
use crate::task::Task;

impl Draft {
    /// Answers whether there was anything to cancel.
    pub(crate) fn on_cancel(&mut self, id: &TaskId) -> Result<Reply, Refusal> {
        let text = || format!("Cannot find task '{id}' - possibly garbage collected to save memory");
        let task = self.task(id).ok_or_else(|| Refusal::NotFound(text()))?;
        if !task.is_ended() {
            self.cancel_tree(id, "cancelled");
            return Ok(Reply::Value(true.into()));
        }
        let mut leftovers = self.leftovers_below(id);
        let mut ended = false;
        while let Some(task) = leftovers.pop() {
            ended |= self.end_leftover(&task)?;
        }
        Ok(Reply::Value(ended.into()))
    }

    fn leftovers_below(&self, id: &TaskId) -> Vec<std::sync::Arc<Task>> {
        let (mut found, mut open) = (Vec::new(), vec![id.clone()]);
        while let Some(id) = open.pop() {
            open.extend(self.root.sub_tasks(&id).map(|t| t.id.clone()));
            found.extend(self.task(&id).filter(|t| t.is_ended() && t.process.is_some()));
        }
        found
    }

    fn end_leftover(&mut self, task: &Task) -> Result<bool, Refusal> {
        let Some(process) = task.process.clone() else { return Ok(false) };
        let Some(way) = self.way_to_leftover(task, &process) else {
            return Err(Refusal::Conflict(format!(
                "the script '{}' runs on host {} (process group {}), which this server cannot reach: end it there",
                task.name, process.host.name, process.pgid
            )));
        };
        let key = self.leftover_key(task, 2);
        self.run(key, way, Work::Kill { process, grace: STOP_GRACE }, Purpose::EndLeftover(task.id.clone()));
        Ok(true)
    }

    /// The way to the machine on which a task left a process, if there is one from here.
    pub(crate) fn way_to_leftover(&self, task: &Task, process: &ProcessRef) -> Option<Machine> {
        let way = self.way_to(&task.intent.as_ref()?.machine).ok()?;
        let elsewhere = matches!(&way, Machine::Local(host) if !process.host.is_same_host(host));
        (!elsewhere).then_some(way)
    }

    /// Names work on what a task has left: `more` attempts after its own.
    pub(crate) fn leftover_key(&self, task: &Task, more: u32) -> WorkKey {
        let (step, attempt) = task.intent.as_ref().map_or((task.step, 0), |i| (i.step, i.attempt));
        WorkKey { term: self.term(), task: task.id.as_str().to_owned(), step, attempt: attempt + more }
    }
}

//! Calling an effector of many entities as parts of one task, and what becomes of the task by them.

use std::collections::BTreeMap;

use base::EntityId;
use serde_json::Value;

use crate::advance::{Flow, error_of};
use crate::change::Change;
use crate::draft::Draft;
use crate::input::TimerId;
use crate::limits::BATCH;
use crate::task::{Status, Task};
use crate::tasks::NewTask;

type Params = BTreeMap<String, Value>;

impl Draft {
    /// Calls an effector of the children, a batch in each step of the engine, and waits for all of them.
    pub(crate) fn call_children(&mut self, task: &Task, effector: &str, params: &Params) -> Flow {
        let Some(entity) = &task.entity else { return Flow::Next };
        let after = task.cursor + 1;
        let batch: Vec<(u64, EntityId)> = self.root.index.children.get(entity).map_or_else(Vec::new, |c| {
            c.range(after..)
                .filter(|(_, id)| self.root.effector(id, effector).is_some())
                .take(BATCH)
                .map(|(seq, id)| (*seq, id.clone()))
                .collect()
        });
        if let Some((last, _)) = batch.last() {
            let cursor = *last;
            for (_, child) in batch {
                self.call(task, &child, effector, params);
            }
            self.record(Change::TaskCursor { task: task.id.clone(), cursor });
            let now = self.now();
            self.timer(TimerId::Step(task.id.clone()), now);
            return Flow::Wait;
        }
        if self.root.index.open_subs.contains_key(&task.id) {
            return Flow::Wait;
        }
        self.called(task, effector)
    }

    /// Calls an effector of each of some entities, at most `at_once` at a time (0: all), and waits for all of them.
    pub(crate) fn call_each(
        &mut self,
        task: &Task,
        entities: &[EntityId],
        effector: &str,
        params: &Params,
        at_once: u32,
    ) -> Flow {
        let begun =
            self.begin_each(task, entities, at_once, |draft, id| draft.call(task, id, effector, params));
        if begun { Flow::Wait } else { self.called(task, effector) }
    }

    /// Begins a part for each of some entities, at most `at_once` at a time (0: all). Says whether one goes on, or
    /// is still to begin.
    pub(crate) fn begin_each(
        &mut self,
        task: &Task,
        entities: &[EntityId],
        at_once: u32,
        mut begin: impl FnMut(&mut Self, &EntityId),
    ) -> bool {
        let open = self.root.index.open_subs.get(&task.id).copied().unwrap_or_default();
        let room = if at_once == 0 { BATCH } else { (at_once.saturating_sub(open) as usize).min(BATCH) };
        let done = task.cursor as usize;
        let next: Vec<&EntityId> = entities.iter().skip(done).take(room).collect();
        if !next.is_empty() {
            let cursor = (done + next.len()) as u64;
            for id in next {
                begin(self, id);
            }
            self.record(Change::TaskCursor { task: task.id.clone(), cursor });
            if at_once == 0 && (cursor as usize) < entities.len() {
                let now = self.now();
                self.timer(TimerId::Step(task.id.clone()), now);
            }
            return true;
        }
        open > 0 || done < entities.len()
    }

    fn call(&mut self, task: &Task, id: &EntityId, effector: &str, params: &Params) {
        let circle = self.check_circle(task, id, effector);
        match circle.and_then(|()| self.effector_task(id, effector, params.clone(), true)) {
            Ok(new) => {
                self.begin(NewTask { parent: Some(task.id.clone()), ..new });
            }
            // Said where others say theirs: as a part that has failed.
            Err(why) => self.begin_failed(task, id, effector, why),
        }
    }

    /// All calls are over: whether one of them failed.
    pub(crate) fn called(&self, task: &Task, effector: &str) -> Flow {
        let mut bad = self.root.sub_tasks(&task.id).filter(|t| t.status != Status::Completed);
        match bad.next() {
            None => Flow::Next,
            Some(first) => {
                let more = bad.count();
                let name = first.entity_name.as_deref().unwrap_or_default();
                let text = format!("Error invoking {effector} at {name}: {}", error_of(first));
                Flow::Fail(if more == 0 { text } else { format!("{text} (and {more} more failed)") })
            }
        }
    }
}

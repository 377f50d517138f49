//! Ended tasks are forgotten, oldest first, when there are too many.

use base::limits::{TASKS_MAX, TASKS_PER_ENTITY_MAX};
use base::{EntityId, TaskId};

use crate::change::Change;
use crate::draft::Draft;
use crate::limits::FORGET_BATCH;

impl Draft {
    /// Keeps the bounds after a task of an entity has ended. Only tasks that are no part of another are counted;
    /// their parts go with them.
    pub(crate) fn prune_tasks(&mut self, entity: Option<&EntityId>) {
        if let Some(entity) = entity {
            let (n, ended) = self.root.forgettable(entity);
            let old = ended.take(n.saturating_sub(TASKS_PER_ENTITY_MAX)).cloned().collect();
            self.forget_tasks(old);
        }
        let surplus = self.root.task_count().saturating_sub(TASKS_MAX);
        if surplus > 0 {
            let old = self.root.top_tasks().filter(|t| t.is_forgettable()).take(surplus.min(FORGET_BATCH));
            let old = old.map(|t| t.id.clone()).collect();
            self.forget_tasks(old);
        }
    }

    /// Forgets tasks and their parts.
    pub(crate) fn forget_tasks(&mut self, mut open: Vec<TaskId>) {
        let mut tasks = Vec::new();
        while let Some(id) = open.pop() {
            open.extend(self.root.sub_tasks(&id).map(|t| t.id.clone()));
            tasks.push(id);
        }
        if !tasks.is_empty() {
            self.record(Change::TasksForgotten { tasks });
        }
    }
}

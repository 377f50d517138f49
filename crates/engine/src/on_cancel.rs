//! A task is cancelled, or what an interrupted one left running is ended.

use base::TaskId;

use crate::draft::Draft;
use crate::effect::{Refusal, Reply};

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
}

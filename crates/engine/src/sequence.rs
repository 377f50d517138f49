//! A sequence gives out numbers: each call is one durable change, so no number is given twice.

use model::types::sequence_entity as sequence;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::advance::Flow;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::task::Task;

/// What is asked of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Back to the first number.
    Reset,
    /// On to the next.
    Increment,
    /// The number.
    Get,
    /// On to the next, and that.
    Next,
}

impl Draft {
    /// Does it; the task ends with what it returns.
    pub(crate) fn count(&mut self, task: &Task, asked: Asked) -> Flow {
        let entity = match self.entity_of(task) {
            Ok(entity) => entity,
            Err(flow) => return flow,
        };
        let read = |key| self.root.config_int(&entity.id, key).or_else(unreadable);
        let (first, step) = match (read(&sequence::START), read(&sequence::INCREMENT)) {
            (Ok(first), Ok(step)) => (first, step),
            (Err(flow), _) | (_, Err(flow)) => return flow,
        };
        let now = entity.sensor(sequence::VALUE).and_then(Value::as_i64).unwrap_or(first);
        let next = match asked {
            Asked::Get => return Flow::Done(now.into()),
            Asked::Reset => Some(first),
            Asked::Increment | Asked::Next => now.checked_add(step),
        };
        let Some(next) = next.filter(|n| i32::try_from(*n).is_ok()) else {
            return Flow::Fail(format!("the sequence ends at {now}: the next value has more than 32 bits"));
        };
        self.set_sensor(&entity.id, sequence::VALUE, next.into());
        Flow::Done(if asked == Asked::Next { next.into() } else { Value::Null })
    }
}

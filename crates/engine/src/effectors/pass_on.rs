//! Effectors that have others do something: a proxy calls one of another entity, a composite several of its own
//! entity, one after the other.

use base::EntityId;
use model::spec::{ConfigValue, EffectorBody};
use model::value::ValueType;
use serde_json::Value;

use super::Called;
use crate::advance::Flow;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::group::from_value;
use crate::machine::{Try, fail, settled};
use crate::program::StepKind;
use crate::read::ORIGINAL;
use crate::task::{Status, Task};

impl Draft {
    /// Settles whom the effector that a task is a call of passes the call on to.
    pub(crate) fn pass_on(&mut self, task: &Task) -> Flow {
        settled(self.try_pass_on(task))
    }

    fn try_pass_on(&mut self, task: &Task) -> Try<Flow> {
        let called = self.called_effector(task)?;
        let steps = match &called.spec.body {
            EffectorBody::Proxy { entity, effector } => self.proxy(&called, entity, effector)?,
            EffectorBody::Composite { effectors, overrides } => {
                self.composite(&called, effectors, *overrides)
            }
            EffectorBody::ChildrenBatch(batch) => self.children_batch(&called, batch)?,
            EffectorBody::ShellCommand { target, .. } => self.spread(&called, *target)?,
            _ => return fail(format!("effector '{}' calls no other", called.spec.name)),
        };
        Ok(self.expand(task, steps))
    }

    fn proxy(&self, called: &Called, to: &ConfigValue, effector: &ConfigValue) -> Try<Vec<StepKind>> {
        let id = &called.entity.id;
        let read = |key, kind, value| self.root.resolve_at(id, key, kind, value).or_else(unreadable);
        let target = read("targetEntity", ValueType::Any, to)?.into_json();
        let by_id = || target.as_str().map(EntityId::new);
        let entity = from_value(&target).or_else(by_id).filter(|id| self.root.entity(id).is_some());
        let Some(entity) = entity else {
            return fail(format!(
                "targetEntity of effector '{}' is no entity that is there: {target}",
                called.spec.name
            ));
        };
        let effector = read("targetEffector", ValueType::Text, effector)?.text().unwrap_or_default();
        Ok(vec![call(called, entity, effector), StepKind::ReturnLast])
    }

    /// A composite that does not take the place of the type's own effector calls that too: before the others, and
    /// a `stop` after them.
    fn composite(&self, called: &Called, effectors: &[String], overrides: bool) -> Vec<StepKind> {
        let mut effectors = effectors.to_vec();
        let original = format!("{ORIGINAL}{}", called.spec.name);
        if !overrides && self.root.effector(&called.entity.id, &original).is_some() {
            let at = if called.spec.name == "stop" { effectors.len() } else { 0 };
            effectors.insert(at, original);
        }
        let id = &called.entity.id;
        let calls = effectors.into_iter().map(|effector| call(called, id.clone(), effector));
        calls.chain([StepKind::ReturnAll]).collect()
    }

    /// What the parts of a task have returned, oldest first.
    fn results(&self, task: &Task) -> impl DoubleEndedIterator<Item = &Value> {
        self.root.sub_tasks(&task.id).filter(|t| t.status == Status::Completed).map(|t| &t.result)
    }

    /// Ends with what the last part has returned.
    pub(crate) fn return_last(&self, task: &Task) -> Flow {
        Flow::Done(self.results(task).next_back().cloned().unwrap_or_default())
    }

    /// Ends with what all parts have returned, as the text of a list.
    pub(crate) fn return_all(&self, task: &Task) -> Flow {
        let all: Vec<String> = self.results(task).map(lang::java::text).collect();
        Flow::Done(format!("[{}]", all.join(", ")).into())
    }
}

/// A call with what the effector itself was given.
fn call(called: &Called, entity: EntityId, effector: String) -> StepKind {
    StepKind::Call { entity, effector, params: called.call.params.clone(), tolerated: false }
}

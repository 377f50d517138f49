//! An effector that calls one of each child (of each member, where its entity is a group), some at a time.

use std::collections::BTreeMap;

use base::EntityId;
use model::config;
use model::spec::{ChildrenBatch, ConfigValue};
use model::value::{Coerced, ValueType};
use serde_json::Value;

use super::Called;
use crate::advance::Flow;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::machine::{Try, fail};
use crate::program::StepKind;
use crate::task::Task;
use crate::tasks::NewTask;

type Params = BTreeMap<String, Value>;

impl Draft {
    pub(super) fn children_batch(&self, called: &Called, batch: &ChildrenBatch) -> Try<Vec<StepKind>> {
        let wish = Wish::of(batch, &called.call.params)?;
        let id = &called.entity.id;
        let all: Vec<EntityId> = if called.entity.is_group() {
            self.root.members(id).map(|m| m.id.clone()).collect()
        } else {
            self.root.children(id).map(|c| c.id.clone()).collect()
        };
        let (entities, without): (Vec<EntityId>, Vec<EntityId>) =
            all.into_iter().partition(|id| self.root.effector(id, &wish.effector).is_some());
        if let Some(first) = without.first().filter(|_| wish.fail_on_missing) {
            let who = self.root.entity(first).map(crate::Entity::described).unwrap_or_default();
            return fail(format!("No effector '{}' found on {who}", wish.effector));
        }
        let mut params = called.call.params.clone();
        for (name, value) in &batch.args {
            let read = self.root.resolve_at(id, name, ValueType::Any, value).or_else(unreadable)?;
            params.insert(name.clone(), read.into_json());
        }
        params.extend(wish.args);
        let said = format!("Invoked {} of {} effectors", entities.len(), entities.len() + without.len());
        let tolerated = !wish.fail_on_failure;
        let (effector, at_once) = (wish.effector, wish.at_once);
        Ok(vec![
            StepKind::Batch { entities, effector, params, at_once, tolerated },
            StepKind::Return { value: said.into() },
        ])
    }

    /// Calls an effector of each of some entities, each as a part of its own that says which.
    pub(crate) fn call_batch(
        &mut self,
        task: &Task,
        entities: &[EntityId],
        (effector, params): (&str, &Params),
        at_once: u32,
        tolerated: bool,
    ) -> Flow {
        let begun = self.begin_each(task, entities, at_once, |draft, id| {
            let name = draft.root.entity(id).map_or_else(String::new, |e| e.name.clone());
            draft.begin(NewTask {
                name: format!("Invoking {effector} on {name} ({id})"),
                entity: task.entity.clone(),
                parent: Some(task.id.clone()),
                steps: vec![StepKind::Call {
                    entity: id.clone(),
                    effector: effector.to_owned(),
                    params: params.clone(),
                    tolerated,
                }],
                ..NewTask::default()
            });
        });
        if begun { Flow::Wait } else { self.called(task, effector) }
    }
}

/// What is wanted: by the blueprint, and before that by whoever calls.
struct Wish {
    effector: String,
    at_once: u32,
    fail_on_missing: bool,
    fail_on_failure: bool,
    args: Params,
}

impl Wish {
    fn of(batch: &ChildrenBatch, params: &Params) -> Try<Self> {
        let given = |name: &str, value_type| match params.get(name) {
            None | Some(Value::Null) => Ok(Coerced::Null),
            Some(value) => {
                config::resolve(name, value_type, &ConfigValue::new(value.clone())).or_else(unreadable)
            }
        };
        let flag = |name, otherwise| match given(name, ValueType::Bool)? {
            Coerced::Bool(flag) => Ok(flag),
            _ => Ok(otherwise),
        };
        Ok(Self {
            effector: given("effectorToInvoke", ValueType::Text)?.text().unwrap_or(batch.effector.clone()),
            at_once: match given("batchSize", ValueType::Int)? {
                Coerced::Int(n) => u32::try_from(n.max(0)).unwrap_or(u32::MAX),
                _ => batch.batch_size,
            },
            fail_on_missing: flag("failOnMissingEffector", batch.fail_on_missing)?,
            fail_on_failure: flag("failOnEffectorFailure", batch.fail_on_failure)?,
            args: match given("effectorArgs", ValueType::Map)? {
                Coerced::Map(map) => map.into_iter().collect(),
                _ => Params::new(),
            },
        })
    }
}

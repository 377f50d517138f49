//! An effector is called: its program is built from the entity's type, its config and its blueprint.

use std::collections::BTreeMap;

use base::EntityId;
use model::config;
use model::spec::{ConfigValue, ParameterSpec};
use serde_json::Value;

use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Refusal, Reply};
use crate::effectors;
use crate::entity::Entity;
use crate::input::Caller;
use crate::machine::{Try, fail, settled};
use crate::on_write::check_size;
use crate::program::StepKind;
use crate::programs;
use crate::read::EffectorRef;
use crate::task::{OnError, Task};
use crate::tasks::NewTask;

/// A parameter as the type that the effector declares for it; one that it does not declare stays as it is.
fn coerced(effector: &EffectorRef<'_>, name: &str, value: Value) -> Result<Value, Refusal> {
    check_size("parameter", name, &value)?;
    let value_type = match effector {
        EffectorRef::OfSpec(spec) => {
            spec.parameters.iter().find(|p| p.name == name).map(ParameterSpec::value_type)
        }
        EffectorRef::OfType(def) | EffectorRef::Original(def) => {
            def.parameters.iter().find(|p| p.name == name).map(|p| p.value_type)
        }
    };
    let Some(value_type) = value_type else { return Ok(value) };
    match config::resolve(name, value_type, &ConfigValue::new(value)) {
        Ok(value) => Ok(value.into_json()),
        Err(e) => Err(Refusal::Invalid(e.to_string())),
    }
}

impl Draft {
    pub(crate) fn on_invoke(
        &mut self,
        caller: Caller,
        id: &EntityId,
        effector: &str,
        params: BTreeMap<String, Value>,
    ) -> Result<Reply, Refusal> {
        self.must_have(id)?;
        self.check_room()?;
        let Some(found) = self.root.effector(id, effector) else {
            return Err(Refusal::NotFound(format!("Entity '{id}' has no effector with name '{effector}'")));
        };
        let params = params
            .into_iter()
            .map(|(name, value)| coerced(&found, &name, value).map(|value| (name, value)))
            .collect::<Result<BTreeMap<String, Value>, Refusal>>()?;
        let new = self.effector_task(id, effector, params, false).map_err(Refusal::Invalid)?;
        let task = self.begin(NewTask { caller: Some(caller), ..new });
        Ok(Reply::Task { entity: id.clone(), task })
    }

    /// The task that is a call of an effector. `within`: as a part of another task.
    pub(crate) fn effector_task(
        &self,
        id: &EntityId,
        effector: &str,
        params: BTreeMap<String, Value>,
        within: bool,
    ) -> Result<NewTask, String> {
        let entity = self.root.entity(id).ok_or_else(|| format!("entity '{id}' is not there any more"))?;
        let found = self
            .root
            .effector(id, effector)
            .ok_or_else(|| format!("Entity '{id}' has no effector with name '{effector}'"))?;
        let (steps, on_error) = match self.program_of(entity, found, &params, within) {
            Ok(program) => program,
            // What the task is made of depends on a value that is not there yet: it begins by waiting for that.
            Err(Flow::Await(_)) => (vec![StepKind::Plan], OnError::OnFire),
            Err(Flow::Fail(why)) => return Err(why),
            Err(_) => return Err(format!("effector '{effector}' cannot be called now")),
        };
        Ok(NewTask { steps, on_error, ..NewTask::call(entity, effector.to_owned(), params) })
    }

    /// What the call of an effector does.
    fn program_of(
        &self,
        entity: &Entity,
        found: EffectorRef<'_>,
        params: &BTreeMap<String, Value>,
        within: bool,
    ) -> Try<(Vec<StepKind>, OnError)> {
        Ok(match found {
            EffectorRef::OfSpec(spec) => (effectors::program(spec), OnError::Leave),
            EffectorRef::OfType(def) | EffectorRef::Original(def) => {
                programs::of_action(&self.root, entity, def.action, params, within)?
            }
        })
    }

    /// Settles what the rest of a task does, once that can be told.
    pub(crate) fn plan(&mut self, task: &Task) -> Flow {
        settled(self.try_plan(task))
    }

    fn try_plan(&mut self, task: &Task) -> Try<Flow> {
        let entity = self.entity_of(task)?;
        let Some(call) = &task.call else { return fail("the task is no call of an effector") };
        let Some(found) = self.root.effector(&entity.id, &call.effector) else {
            return fail(format!("{} has no effector '{}' any more", entity.described(), call.effector));
        };
        let above = task.parent.as_ref().and_then(|p| self.task(p));
        let within = above.is_some_and(|above| !above.is_call_of(&entity.id));
        let (steps, _) = self.program_of(&entity, found, &call.params, within)?;
        self.record(Change::TaskProgram { task: task.id.clone(), steps });
        self.ready.push_back(task.id.clone());
        Ok(Flow::Wait)
    }
}

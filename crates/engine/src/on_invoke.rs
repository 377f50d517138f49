//! An effector is called: its program is built from the entity's type, its config and its blueprint.

use std::collections::BTreeMap;

use base::EntityId;
use model::spec::{EffectorBody, ExecutionTarget};
use model::types::{Action, Behaviour};
use serde_json::Value;

use crate::draft::Draft;
use crate::effect::{Refusal, Reply};
use crate::input::Caller;
use crate::program::StepKind;
use crate::programs;
use crate::read::EffectorRef;
use crate::task::OnError;
use crate::tasks::NewTask;

impl Draft {
    pub(crate) fn on_invoke(
        &mut self,
        caller: Caller,
        id: &EntityId,
        effector: String,
        params: BTreeMap<String, Value>,
    ) -> Result<Reply, Refusal> {
        self.must_have(id)?;
        self.check_room()?;
        if self.root.effector(id, &effector).is_none() {
            return Err(Refusal::NotFound(format!("Entity '{id}' has no effector with name '{effector}'")));
        }
        let new = self.effector_task(id, &effector, params, false).map_err(Refusal::Invalid)?;
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
        let root = &self.root;
        let (steps, on_error) = match found {
            EffectorRef::OfSpec(spec) => match &spec.body {
                EffectorBody::ShellCommand { target: ExecutionTarget::Entity, .. } => {
                    (vec![StepKind::Effector], OnError::Leave)
                }
                EffectorBody::ShellCommand { target, .. } => {
                    return Err(format!(
                        "effector '{effector}' runs on {target:?}, which this version cannot; use ENTITY"
                    ));
                }
            },
            EffectorRef::OfType(def) => match (entity.behaviour(), def.action) {
                (Behaviour::Application, Action::Start) => (programs::start_app(&params), OnError::Running),
                (Behaviour::Application, Action::Stop) => {
                    (programs::stop_app(root, entity, !within)?, OnError::OnFire)
                }
                (Behaviour::Application, Action::Restart) => (programs::restart_app(), OnError::Running),
                (Behaviour::Machine | Behaviour::Process, Action::Start) => {
                    (programs::start_process(root, entity, &params)?, OnError::OnFire)
                }
                (Behaviour::Machine | Behaviour::Process, Action::Stop) => {
                    (programs::stop_process(root, entity, &params)?, OnError::OnFire)
                }
                (Behaviour::Machine | Behaviour::Process, Action::Restart) => {
                    (programs::restart_process(root, entity, &params)?, OnError::OnFire)
                }
                (Behaviour::Plain, _) => {
                    return Err(format!("{} cannot {effector}: it has no life cycle", entity.described()));
                }
            },
        };
        Ok(NewTask { steps, on_error, ..NewTask::call(entity, effector.to_owned(), params) })
    }
}

//! An application is deployed: its tree is created, then its `start` is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::EntityId;
use model::spec::AppSpec;
use serde_json::json;

use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Refusal, Reply};
use crate::entity::Entity;
use crate::grow::Spot;
use crate::input::{Caller, TimerId};
use crate::limits::{BATCH, RUNNING_TASKS_MAX};
use crate::program::StepKind;
use crate::task::Task;
use crate::tasks::NewTask;

impl Draft {
    pub(crate) fn on_deploy(
        &mut self,
        caller: Caller,
        id: Option<EntityId>,
        spec: &AppSpec,
        start: bool,
    ) -> Result<Reply, Refusal> {
        let app = match id {
            Some(id) => self.check_client_id(id)?,
            None => self.draw_entity_id(),
        };
        self.check_room()?;
        let place = Spot { app: app.clone(), parent: None, source: Some(&spec.source) };
        let entities = self.grow(&place, app.clone(), &spec.root)?;
        let mut entities = entities.into_iter();
        for entity in entities.by_ref().take(BATCH) {
            self.add_entity(entity);
        }
        let rest: Vec<Entity> = entities.collect();
        let mut task = if start {
            let params = BTreeMap::from([("locations".to_owned(), json!([]))]);
            self.effector_task(&app, "start", params, false).map_err(Refusal::Conflict)?
        } else {
            NewTask { name: "create".to_owned(), entity: Some(app.clone()), ..NewTask::default() }
        };
        if !rest.is_empty() {
            task.steps.insert(0, StepKind::Create);
        }
        let task = self.begin(NewTask { caller: Some(caller), ..task });
        if !rest.is_empty() {
            self.root.transient.creating.insert_mut(task.clone(), Arc::new(rest));
        }
        Ok(Reply::Task { entity: app, task })
    }

    /// Creates the next batch of a large application.
    pub(crate) fn create_more(&mut self, task: &Task) -> Flow {
        let Some(rest) = self.root.transient.creating.get(&task.id).cloned() else { return Flow::Next };
        let done = task.cursor as usize;
        for entity in rest.iter().skip(done).take(BATCH) {
            self.add_entity(entity.clone());
        }
        if done + BATCH >= rest.len() {
            self.root.transient.creating.remove_mut(&task.id);
            return Flow::Next;
        }
        self.record(Change::TaskCursor { task: task.id.clone(), cursor: (done + BATCH) as u64 });
        let now = self.now();
        self.timer(TimerId::Step(task.id.clone()), now);
        Flow::Wait
    }

    fn check_client_id(&self, id: EntityId) -> Result<EntityId, Refusal> {
        let text = id.as_str();
        // It becomes a part of paths, on the wire and on machines.
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !fits {
            return Err(Refusal::Invalid(format!(
                "'{text}' is no id for an application: 1 to 64 letters, digits, - and _, a letter or digit first"
            )));
        }
        match self.root.entity(&id) {
            None => Ok(id),
            Some(there) => {
                Err(Refusal::Conflict(format!("id already exists: {} has id {id}", there.described())))
            }
        }
    }

    /// Refuses what would begin more tasks than may go on at once.
    pub(crate) fn check_room(&self) -> Result<(), Refusal> {
        if self.root.index.running.size() < RUNNING_TASKS_MAX {
            return Ok(());
        }
        Err(Refusal::Overloaded(format!(
            "{RUNNING_TASKS_MAX} tasks are going on (RUNNING_TASKS_MAX); try again when some have ended"
        )))
    }
}

//! An application is deployed: its tree is created, then its `start` is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::EntityId;
use model::spec::{AppSpec, EntitySpec};
use rpds::RedBlackTreeMapSync;
use serde_json::{Value, json};

use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Refusal, Reply};
use crate::entity::{Definition, Entity, Sensor};
use crate::input::{Caller, TimerId};
use crate::limits::{BATCH, DEPTH_MAX, ENTITIES_MAX, RUNNING_TASKS_MAX};
use crate::program::StepKind;
use crate::service::first_sensors;
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
        let entities = self.grow(&app, spec)?;
        let mut entities = entities.into_iter();
        for entity in entities.by_ref().take(BATCH) {
            self.record(Change::EntityAdded { entity: Box::new(entity) });
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
            self.record(Change::EntityAdded { entity: Box::new(entity.clone()) });
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

    /// Makes the entities of a spec, parents before their children.
    fn grow(&mut self, app: &EntityId, spec: &AppSpec) -> Result<Vec<Entity>, Refusal> {
        let (at, first) = (self.wall(), self.root.next_seq);
        let mut made: Vec<Entity> = Vec::new();
        let mut taken = std::collections::BTreeSet::new();
        let mut open: Vec<(&EntitySpec, Option<EntityId>, usize)> = vec![(&spec.root, None, 1)];
        while let Some((spec_of, parent, depth)) = open.pop() {
            if depth > DEPTH_MAX {
                return Err(Refusal::Invalid(format!(
                    "the blueprint nests entities deeper than {DEPTH_MAX} (DEPTH_MAX)"
                )));
            }
            if self.root.entity_count() + made.len() >= ENTITIES_MAX {
                return Err(Refusal::Overloaded(format!(
                    "there would be more than {ENTITIES_MAX} entities (ENTITIES_MAX); remove some first"
                )));
            }
            let id = loop {
                let id = if parent.is_none() { app.clone() } else { self.draw_entity_id() };
                if taken.insert(id.clone()) {
                    break id;
                }
            };
            for child in spec_of.children.iter().rev() {
                open.push((child, Some(id.clone()), depth + 1));
            }
            let simple = spec_of.type_name.simple();
            let short: String = id.as_str().chars().take(4).collect();
            let mut entity = Entity {
                app: app.clone(),
                seq: first + made.len() as u64,
                name: spec_of.name.clone().unwrap_or_else(|| format!("{simple}:{short}")),
                created_at: at,
                def: Arc::new(Definition {
                    type_name: spec_of.type_name.clone(),
                    effectors: spec_of.effectors.clone(),
                    tags: spec_of.tags.clone(),
                    locations: spec_of.locations.clone(),
                    icon_url: spec_of.icon_url.clone(),
                    catalog_id: spec_of.catalog_id.clone(),
                    parameters: spec_of.parameters.clone(),
                    source: parent.is_none().then(|| spec.source.clone()),
                }),
                config: Arc::new(spec_of.config.clone()),
                sensors: RedBlackTreeMapSync::new_sync(),
                place: None,
                process: None,
                adjuncts: RedBlackTreeMapSync::new_sync(),
                members: RedBlackTreeMapSync::new_sync(),
                parent,
                id,
            };
            let mut sensors = first_sensors(entity.behaviour());
            sensors.insert("application.id".to_owned(), app.as_str().into());
            sensors.insert("entity.id".to_owned(), entity.id.as_str().into());
            sensors.insert("catalog.id".to_owned(), Value::Null);
            for s in &spec_of.sensors {
                sensors.insert(s.name.clone(), s.value.given().clone());
            }
            entity.sensors = sensors.into_iter().map(|(k, value)| (k, Sensor { value, at })).collect();
            made.push(entity);
        }
        Ok(made)
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

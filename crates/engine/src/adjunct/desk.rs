//! What an adjunct can see and do: its own entity and others, its memory, its one timer, its one piece of work, and
//! calls of effectors, which are ordinary tasks.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{EntityId, Span, TaskId};
use serde_json::Value;

use super::Who;
use super::running::{Live, Window};
use super::shown::asked_by;
use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Machine, Work, WorkKey};
use crate::entity::{Adjunct, Entity};
use crate::happened::Happened;
use crate::input::{Caller, TimerId};
use crate::machine::Site;
use crate::state::{Purpose, Root};
use crate::tasks::NewTask;

/// The desk of one adjunct while it handles one event.
pub(crate) struct Desk<'d> {
    pub(crate) draft: &'d mut Draft,
    pub(crate) live: &'d Live,
    pub(crate) adjunct: &'d Adjunct,
}

impl<'d> Desk<'d> {
    pub(crate) fn new(draft: &'d mut Draft, live: &'d Live, adjunct: &'d Adjunct) -> Self {
        Self { draft, live, adjunct }
    }

    pub(crate) fn who(&self) -> &'d Arc<Who> {
        &self.live.who
    }

    /// The entity beside which it acts.
    pub(crate) fn id(&self) -> &'d EntityId {
        &self.live.who.entity
    }

    pub(crate) fn root(&self) -> &Root {
        &self.draft.root
    }

    pub(crate) fn entity(&self) -> Result<Arc<Entity>, String> {
        self.draft.entity(self.id()).ok_or_else(|| "its entity is not there any more".to_owned())
    }

    pub(crate) fn own_sensor(&self, name: &str) -> Option<&Value> {
        self.root().entity(self.id())?.sensor(name)
    }

    /// The wall clock, in milliseconds since 1970.
    pub(crate) fn wall(&self) -> u64 {
        self.draft.wall().0
    }

    /// What it remembers over a take-over.
    pub(crate) fn memory(&self) -> &'d Value {
        &self.adjunct.memory
    }

    /// Remembers something else over a take-over. A handler does so once at most: it still sees what was.
    pub(crate) fn remember(&mut self, memory: Value) {
        if *self.memory() != memory {
            let Who { entity, adjunct } = &**self.who();
            let (entity, adjunct) = (entity.clone(), adjunct.clone());
            self.draft.record(Change::AdjunctMemory { entity, adjunct, memory });
        }
    }

    /// The numbers that it remembers within this reign, to go on from.
    pub(crate) fn window(&self) -> Window {
        (*self.live.window).clone()
    }

    /// Remembers numbers within this reign.
    pub(crate) fn keep_window(&mut self, window: Window) {
        self.draft.edit_live(&self.live.who.adjunct, |live| live.window = Arc::new(window));
    }

    /// Publishes a sensor of its own entity; null takes its value away. `quiet`: unless it is what it was.
    pub(crate) fn publish(&mut self, name: &str, value: Value, quiet: bool) {
        let id = self.id();
        self.publish_at(id, name, value, quiet);
    }

    /// The same of another entity.
    pub(crate) fn publish_at(&mut self, id: &EntityId, name: &str, value: Value, quiet: bool) {
        match (value, quiet) {
            (Value::Null, _) => self.draft.clear_sensor(id, name.to_owned()),
            (value, true) => self.draft.update_sensor(id, name, value),
            (value, false) => self.draft.set_sensor(id, name, value),
        }
    }

    /// Tells those who hear of a sensor of its entity, without giving it a value.
    pub(crate) fn emit(&mut self, name: &str, value: &Value) {
        let (entity, name, json) = (self.id().clone(), name.to_owned(), value.to_string());
        self.draft.tell_later(Happened::Emitted { entity, name, json });
    }

    /// Asks to be woken after some time; an earlier wish is forgotten.
    pub(crate) fn wake_after(&mut self, span: Span) {
        let at = self.draft.now() + span;
        self.draft.timer(TimerId::Adjunct(self.live.who.adjunct.clone()), at);
    }

    /// Asks to be woken at a time of the wall clock, in milliseconds since 1970.
    pub(crate) fn wake_at(&mut self, wall: u64) {
        self.wake_after(Span::millis(wall.saturating_sub(self.wall())));
    }

    /// Hears of what it wants to hear of now, where that has changed.
    pub(crate) fn hear_anew(&mut self) {
        self.draft.hear_anew(&self.live.who.adjunct);
    }

    /// The machine that the entity holds, with its folders there; `None`: it holds none.
    pub(crate) fn site(&self) -> Result<Option<Site>, String> {
        match self.draft.site(&*self.entity()?) {
            Ok(site) => Ok(site),
            Err(Flow::Fail(why)) => Err(why),
            Err(_) => Err("its machine cannot be told yet".to_owned()),
        }
    }

    /// Asks a machine for some work, unless earlier work is under way.
    pub(crate) fn ask(&mut self, machine: Machine, work: Work) {
        if self.live.work.is_some() {
            return;
        }
        let attempt = self.live.attempt + 1;
        let adjunct = &self.live.who.adjunct;
        let key = WorkKey { term: self.draft.term(), task: adjunct.as_str().to_owned(), step: 0, attempt };
        self.draft.edit_live(adjunct, |live| {
            live.work = Some(key.clone());
            live.attempt = attempt;
        });
        self.draft.run(key, machine, work, Purpose::Adjunct(Arc::clone(self.who())));
    }

    /// Calls an effector; the adjunct is told when the task has ended.
    pub(crate) fn call(
        &mut self,
        entity: &EntityId,
        effector: &str,
        params: BTreeMap<String, Value>,
    ) -> Result<TaskId, String> {
        self.draft.check_room().map_err(|e| e.to_string())?;
        let new = self.draft.effector_task(entity, effector, params, false)?;
        let uri = asked_by(&self.adjunct.id);
        let caller = Caller { user: self.name(), uri, ..Caller::default() };
        let task = self.draft.begin(NewTask { caller: Some(caller), ..new });
        let who = Arc::clone(self.who());
        self.draft.root.transient.adjuncts.tasks.insert_mut(task.clone(), who);
        Ok(task)
    }

    /// How many tasks that it began go on.
    pub(crate) fn is_busy(&self) -> bool {
        self.root().transient.adjuncts.tasks.values().any(|who| who == self.who())
    }

    /// Its name, for people.
    pub(crate) fn name(&self) -> String {
        let spec = &self.adjunct.spec;
        spec.name.clone().unwrap_or_else(|| spec.type_name.simple().to_owned())
    }
}

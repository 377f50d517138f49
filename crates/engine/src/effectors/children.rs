//! Children are added to an entity while it is there: by an effector, or because somebody asks for it.
//!
//! Whoever asks brings them compiled. An effector's blueprint is compiled when it is called, by the server: what it
//! is compiled among is no part of this state.

use std::sync::Arc;

use base::EntityId;
use model::spec::{EffectorBody, EntitySpec, NewChildren};
use serde_json::{Value, json};

use super::{Called, defaults};
use crate::advance::Flow;
use crate::cluster::start_params;
use crate::draft::Draft;
use crate::effect::{Machine, Refusal, Reply, Work};
use crate::entity::Entity;
use crate::input::Caller;
use crate::limits::BATCH;
use crate::machine::{Try, fail, settled};
use crate::place::MachineRef;
use crate::program::StepKind;
use crate::task::Task;
use crate::tasks::NewTask;

/// Entities that were made below another; the first of them have been added.
struct Made {
    /// The topmost ones.
    tops: Vec<EntityId>,
    /// Those that are still to be added.
    rest: Vec<Entity>,
}

impl Draft {
    pub(crate) fn on_add_children(
        &mut self,
        caller: Caller,
        parent: &EntityId,
        specs: &[EntitySpec],
        source: &str,
        start: bool,
    ) -> Result<Reply, Refusal> {
        let parent = self.must_have(parent)?;
        self.check_room()?;
        let Made { tops, rest } = self.make_below(&parent, specs, source)?;
        let Some(first) = tops.first().cloned() else {
            return Err(Refusal::Invalid("the blueprint has no entity to add".to_owned()));
        };
        let mut steps = adding(&tops, start);
        if !rest.is_empty() {
            steps.insert(0, StepKind::Create);
        }
        let (name, description) = named(&tops, start);
        let entity = Some(parent.id.clone());
        let caller = Some(caller);
        let task = self.begin(NewTask { name, description, entity, caller, steps, ..NewTask::default() });
        if !rest.is_empty() {
            self.root.transient.creating.insert_mut(task.clone(), Arc::new(rest));
        }
        Ok(Reply::Task { entity: first, task })
    }

    /// Makes them all, and adds as many as one step may.
    fn make_below(&mut self, parent: &Entity, specs: &[EntitySpec], source: &str) -> Result<Made, Refusal> {
        let (mut tops, mut rest) = (Vec::new(), Vec::new());
        let mut room = BATCH;
        for spec in specs {
            let (top, made) = self.grow_below(parent, spec, Some(source))?;
            tops.push(top);
            let mut made = made.into_iter();
            for entity in made.by_ref().take(room) {
                self.add_entity(entity);
                room -= 1;
            }
            rest.extend(made);
        }
        Ok(Made { tops, rest })
    }

    /// Has the blueprint of the effector that the task is a call of compiled.
    pub(crate) fn compile_children(&mut self, task: &Task) -> Flow {
        settled(self.try_compile_children(task))
    }

    fn try_compile_children(&mut self, task: &Task) -> Try<Flow> {
        let called = self.called_effector(task)?;
        let mut params = defaults(&self.root, &called.entity.id, &called.spec)?;
        params.extend(called.call.params.clone());
        params.retain(|_, value| !value.is_null());
        let blueprint = new_children(&called)?.blueprint.clone();
        let (here, host) = (MachineRef::default(), self.host());
        let work = Work::Children { blueprint, params };
        Ok(self.act(task, (&here, host.as_ref()), Machine::Server, "compiles a blueprint".to_owned(), work))
    }

    /// The blueprint is compiled: what it describes is added.
    pub(crate) fn children_compiled(&mut self, task: &Task, specs: &[EntitySpec]) -> Flow {
        settled(self.try_children_compiled(task, specs))
    }

    fn try_children_compiled(&mut self, task: &Task, specs: &[EntitySpec]) -> Try<Flow> {
        let called = self.called_effector(task)?;
        let wanted = new_children(&called)?;
        let made = self.make_below(&called.entity, specs, &wanted.blueprint);
        let Made { tops, rest } = made.or_else(|e| fail(e.to_string()))?;
        let (name, _) = named(&tops, wanted.auto_start);
        let part = StepKind::Sub { name, steps: adding(&tops, wanted.auto_start), tolerated: false };
        let mut steps = vec![part, StepKind::ReturnLast];
        if !rest.is_empty() {
            steps.insert(0, StepKind::Create);
            self.root.transient.creating.insert_mut(task.id.clone(), Arc::new(rest));
        }
        Ok(self.expand(task, steps))
    }

    /// Starts what was added and can be started; what cannot has a part that says that it was made.
    pub(crate) fn start_added(&mut self, task: &Task, entities: &[EntityId]) -> Flow {
        let starts = |id: &&EntityId| self.root.effector(id, "start").is_some();
        let (started, others): (Vec<&EntityId>, Vec<&EntityId>) = entities.iter().partition(starts);
        let mut steps: Vec<StepKind> = others
            .iter()
            .map(|_| StepKind::Sub { name: "create".to_owned(), steps: Vec::new(), tolerated: false })
            .collect();
        if !started.is_empty() {
            steps.push(StepKind::EachOf {
                entities: started.into_iter().cloned().collect(),
                effector: "start".to_owned(),
                params: start_params(),
                at_once: 0,
            });
        }
        let name = "add (parallel)".to_owned();
        self.expand(task, vec![StepKind::Sub { name, steps, tolerated: false }])
    }
}

fn new_children(called: &Called) -> Try<&NewChildren> {
    match &called.spec.body {
        EffectorBody::AddChildren(wanted) => Ok(wanted),
        _ => fail(format!("effector '{}' adds no children", called.spec.name)),
    }
}

/// Name and description of the task that adds them.
fn named(tops: &[EntityId], start: bool) -> (String, String) {
    let (n, s) = (tops.len(), if tops.len() == 1 { "child" } else { "children" });
    let doing = if start { "Add and start" } else { "Add" };
    ("add children".to_owned(), format!("{doing} {n} {s}"))
}

/// What follows once they are there; the result is their ids.
fn adding(tops: &[EntityId], start: bool) -> Vec<StepKind> {
    let ids: Vec<Value> = tops.iter().map(|id| json!(id.as_str())).collect();
    let mut steps = vec![StepKind::Return { value: ids.into() }];
    if start {
        steps.insert(0, StepKind::StartAdded { entities: tops.to_vec() });
    }
    steps
}

//! Which adjuncts run in this reign: they begin with their entity, with a resumption or with a new master, and end
//! with their entity, when they are suspended or taken away.

use std::collections::VecDeque;
use std::sync::Arc;

use base::{AdjunctId, EntityId, Mono, TaskId, WallMs};
use model::adjuncts;

use super::ears::{Ears, Subject};
use super::slow_fire::SlowFire;
use super::{Act, Cause, Desk, Event, act_of, enrichers};
use crate::circle;
use crate::draft::Draft;
use crate::effect::WorkKey;
use crate::state::{Map, Root};

/// Names an adjunct and the entity that it belongs to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Who {
    pub(crate) entity: EntityId,
    pub(crate) adjunct: AdjunctId,
}

/// What runs, and who hears of what. Transient.
#[derive(Clone, Default)]
pub(crate) struct Running {
    pub(crate) live: Map<AdjunctId, Arc<Live>>,
    /// Those of each entity: it is asked when the entity is gone already.
    of: Map<EntityId, Arc<Vec<Arc<Who>>>>,
    pub(crate) ears: Ears,
    /// Who began a task that goes on, and hears of its end.
    pub(crate) tasks: Map<TaskId, Arc<Who>>,
    /// Entities whose state is to burn only after a while.
    pub(crate) slow_fires: Map<EntityId, SlowFire>,
    /// Why an adjunct does not do what it should, until it does.
    trouble: Map<AdjunctId, Trouble>,
}

/// Why an adjunct does not do what it should.
#[derive(Clone)]
struct Trouble {
    why: Arc<str>,
    /// Since when, by the wall clock.
    since: WallMs,
}

/// An adjunct that runs.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) who: Arc<Who>,
    pub(crate) act: &'static Act,
    subjects: Arc<[Subject]>,
    /// The work that it has asked for: one at most.
    pub(crate) work: Option<WorkKey>,
    /// Counts that work.
    pub(crate) attempt: u32,
    /// How it gets on with looking again and again, where it does.
    pub(crate) polling: Polling,
    /// Numbers that it remembers within this reign, with the time at which each came, oldest first.
    pub(crate) window: Arc<Window>,
}

/// How an adjunct gets on with looking again and again.
#[derive(Clone, Copy, Default)]
pub(crate) struct Polling {
    /// When the last look began.
    pub(crate) since: Option<Mono>,
    /// Whether another look was asked for while it was under way.
    pub(crate) again: bool,
}

/// Numbers with the time at which each came, in milliseconds since 1970.
pub(crate) type Window = VecDeque<(u64, f64)>;

impl Root {
    /// Why an adjunct does not do what it should; `None` while it does. Known to the ruling master only.
    pub fn adjunct_trouble(&self, adjunct: &AdjunctId) -> Option<&str> {
        self.transient.adjuncts.trouble.get(adjunct).map(|t| &*t.why)
    }

    /// Since when it has that trouble.
    pub fn adjunct_trouble_since(&self, adjunct: &AdjunctId) -> Option<WallMs> {
        self.transient.adjuncts.trouble.get(adjunct).map(|t| t.since)
    }

    /// Whether an adjunct is at work, on the master that rules.
    pub fn adjunct_runs(&self, adjunct: &AdjunctId) -> bool {
        self.transient.adjuncts.live.contains_key(adjunct)
    }
}

impl Draft {
    /// Begins all adjuncts of an entity that rest neither by order nor because they run.
    pub(crate) fn begin_adjuncts(&mut self, entity: &EntityId, cause: Cause) {
        let Some(found) = self.root.entity(entity) else { return };
        if found.adjuncts.is_empty() {
            return;
        }
        let mut list: Vec<(u64, AdjunctId)> =
            found.adjuncts.values().filter(|a| !a.suspended).map(|a| (a.seq, a.id.clone())).collect();
        list.sort();
        for (_, adjunct) in list {
            self.begin_adjunct(entity, &adjunct, cause);
        }
    }

    /// Begins one. One of a type that this version does not know, or that cannot read its config, says so.
    pub(crate) fn begin_adjunct(&mut self, entity: &EntityId, adjunct: &AdjunctId, cause: Cause) {
        if self.root.transient.adjuncts.live.contains_key(adjunct) {
            return;
        }
        let Some(spec) = self.root.entity(entity).and_then(|e| e.adjuncts.get(adjunct)).cloned() else {
            return;
        };
        let type_name = &spec.spec.type_name;
        let Some(act) = adjuncts::by_wire_name(type_name.as_str()).and_then(act_of) else {
            let text = format!("this version does not know {type_name}: it does nothing");
            return self.say_trouble(adjunct, Err(text));
        };
        let who = Arc::new(Who { entity: entity.clone(), adjunct: adjunct.clone() });
        let mut live = Live {
            who: Arc::clone(&who),
            act,
            subjects: Arc::from([]),
            work: None,
            attempt: 0,
            polling: Polling::default(),
            window: Arc::default(),
        };
        match (act.hears)(&Desk::new(self, &live, &spec)) {
            Ok(subjects) => live.subjects = subjects.into(),
            Err(why) => return self.say_trouble(adjunct, Err(why)),
        }
        let running = &mut self.root.transient.adjuncts;
        live.subjects.iter().for_each(|s| running.ears.add(s, &who));
        let mut list = running.of.get(entity).map(|l| (**l).clone()).unwrap_or_default();
        list.push(Arc::clone(&who));
        running.of.insert_mut(entity.clone(), Arc::new(list));
        running.live.insert_mut(adjunct.clone(), Arc::new(live));
        self.tell(&who, &Event::Begun(cause));
    }

    /// Tells an adjunct what has happened, if it runs (still).
    pub(crate) fn tell(&mut self, who: &Arc<Who>, event: &Event<'_>) {
        let Some(live) = self.root.transient.adjuncts.live.get(&who.adjunct).cloned() else { return };
        let Some(spec) = self.root.entity(&who.entity).and_then(|e| e.adjuncts.get(&who.adjunct)).cloned()
        else {
            return;
        };
        if matches!(event, Event::Sensor { .. } | Event::Member { .. }) && enrichers::looks_at_all(live.act) {
            return self.tell_once(who);
        }
        if self.cut_circle(who, event) {
            return;
        }
        let before = self.cause.clone();
        self.cause = Some(circle::Cause::new(who, before.clone()));
        let result = (live.act.on)(&mut Desk::new(self, &live, &spec), event);
        self.cause = before;
        self.say_trouble(&who.adjunct, result);
    }

    pub(crate) fn say_trouble(&mut self, adjunct: &AdjunctId, result: Result<(), String>) {
        let now = self.wall();
        let trouble = &mut self.root.transient.adjuncts.trouble;
        match result {
            Ok(()) => {
                trouble.remove_mut(adjunct);
            }
            Err(why) => {
                let same = trouble.get(adjunct).filter(|t| *t.why == *why);
                let since = same.map_or(now, |t| t.since);
                trouble.insert_mut(adjunct.clone(), Trouble { why: why.into(), since });
            }
        }
    }

    /// Ends one: it hears of nothing more, and its work is dropped.
    pub(crate) fn end_adjunct(&mut self, adjunct: &AdjunctId) {
        let running = &mut self.root.transient.adjuncts;
        running.trouble.remove_mut(adjunct);
        let Some(live) = running.live.get(adjunct).cloned() else { return };
        running.live.remove_mut(adjunct);
        live.subjects.iter().for_each(|s| running.ears.remove(s, &live.who));
        let entity = &live.who.entity;
        if let Some(list) = running.of.get(entity) {
            let rest: Vec<_> = list.iter().filter(|w| **w != live.who).cloned().collect();
            if rest.is_empty() {
                running.of.remove_mut(entity);
            } else {
                running.of.insert_mut(entity.clone(), Arc::new(rest));
            }
        }
        if let Some(key) = &live.work {
            self.drop_work(key);
        }
    }

    /// Ends all of an entity that is gone.
    pub(crate) fn end_adjuncts(&mut self, entity: &EntityId) {
        let gone = self.root.transient.adjuncts.of.get(entity).cloned();
        for who in gone.iter().flat_map(|list| list.iter()) {
            self.end_adjunct(&who.adjunct);
        }
    }

    /// Lets an adjunct hear of what it wants to hear of now.
    pub(crate) fn hear_anew(&mut self, adjunct: &AdjunctId) {
        let Some(live) = self.root.transient.adjuncts.live.get(adjunct).cloned() else { return };
        let who = &live.who;
        let Some(spec) = self.root.entity(&who.entity).and_then(|e| e.adjuncts.get(adjunct)).cloned() else {
            return;
        };
        let Ok(subjects) = (live.act.hears)(&Desk::new(self, &live, &spec)) else { return };
        let running = &mut self.root.transient.adjuncts;
        live.subjects.iter().for_each(|s| running.ears.remove(s, who));
        for subject in &subjects {
            running.ears.add(subject, who);
        }
        self.edit_live(adjunct, |live| live.subjects = subjects.into());
    }

    /// Keeps what an adjunct knows of itself, as long as it runs.
    pub(crate) fn edit_live(&mut self, adjunct: &AdjunctId, edit: impl FnOnce(&mut Live)) {
        if let Some(live) = self.root.transient.adjuncts.live.get_mut(adjunct) {
            edit(Arc::make_mut(live));
        }
    }
}

//! Tasks that wait for a sensor: who waits for what, since when, and for how long at most.
//!
//! A step that needs what is not there yet ends with [`Flow::Await`] and is taken anew when it may have come: waiting
//! holds nothing, and what a step read before is read again.

use base::{EntityId, Mono, Span, TaskId};
use model::config::{Awaited, Patience};
use rpds::RedBlackTreeSetSync;

use crate::change::Change;
use crate::draft::Draft;
use crate::happened::Happened;
use crate::input::TimerId;
use crate::lifecycle::Lifecycle;
use crate::names;
use crate::state::Map;

/// What one task waits for.
#[derive(Clone, Debug)]
struct Waiting {
    awaited: Box<Awaited>,
    since: Mono,
    /// What is wrong with the entity, while something is.
    trouble: Option<Trouble>,
}

/// An entity that may never give what is waited for.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    state: Lifecycle,
    since: Mono,
    limit: Option<Span>,
}

/// All tasks that wait, and the sensors that wake them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waits {
    of_task: Map<TaskId, Waiting>,
    wakes: Map<(EntityId, String), RedBlackTreeSetSync<TaskId>>,
}

impl Waits {
    fn add(&mut self, task: &TaskId, waiting: Waiting) {
        for key in sensors_of(&waiting.awaited) {
            let mut tasks = self.wakes.get(&key).cloned().unwrap_or_default();
            tasks.insert_mut(task.clone());
            self.wakes.insert_mut(key, tasks);
        }
        self.of_task.insert_mut(task.clone(), waiting);
    }

    fn remove(&mut self, task: &TaskId) -> Option<Waiting> {
        let waiting = self.of_task.get(task).cloned()?;
        self.of_task.remove_mut(task);
        for key in sensors_of(&waiting.awaited) {
            let Some(mut tasks) = self.wakes.get(&key).cloned() else { continue };
            tasks.remove_mut(task);
            if tasks.is_empty() {
                self.wakes.remove_mut(&key);
            } else {
                self.wakes.insert_mut(key, tasks);
            }
        }
        Some(waiting)
    }

    fn woken_by(&self, happened: &Happened) -> Vec<TaskId> {
        match happened {
            Happened::Sensor { entity, name } => self
                .wakes
                .get(&(entity.clone(), name.clone()))
                .map_or_else(Vec::new, |tasks| tasks.iter().cloned().collect()),
            Happened::Removed { entity, .. } => self
                .wakes
                .range((entity.clone(), String::new())..)
                .take_while(|((e, _), _)| e == entity)
                .flat_map(|(_, tasks)| tasks.iter().cloned())
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// The sensor itself, and the state on which patience depends.
fn sensors_of(awaited: &Awaited) -> [(EntityId, String); 2] {
    [(awaited.entity.clone(), awaited.sensor.clone()), (awaited.entity.clone(), names::STATE.to_owned())]
}

impl Draft {
    /// Lets the tasks go on that wait for what has happened.
    pub(crate) fn wake_waiting(&mut self, happened: &Happened) {
        let woken = self.root.transient.waits.woken_by(happened);
        self.ready.extend(woken);
    }

    /// A task's step cannot go on: it waits, or has waited for too long and why that is.
    pub(crate) fn wait_for(&mut self, id: &TaskId, awaited: Box<Awaited>) -> Result<(), String> {
        let source = self.entity(&awaited.entity);
        let source = source.ok_or_else(|| {
            let (sensor, entity) = (&awaited.sensor, &awaited.entity);
            format!("Cannot wait for sensor '{sensor}': entity '{entity}' is not managed any more")
        })?;
        let now = self.now();
        let before = self.root.transient.waits.remove(id).filter(|w| w.awaited == awaited);
        let waited = before.as_ref().map_or(Span::ZERO, |w| now.since(w.since));
        let trouble = trouble(source.state(), now, &awaited.patience, before.as_ref());
        let what = format!("sensor '{}' from {}:{}", awaited.sensor, source.name, source.id);
        if awaited.patience.timeout == Some(Span::ZERO) {
            return Err(format!("Waiting not permitted, and {what} is not ready"));
        }
        if let Some(t) = trouble
            && t.limit.is_some_and(|limit| now.since(t.since) >= limit)
        {
            return Err(format!(
                "Aborted waiting for ready from {what}: Abort due to {} -> {} after {}",
                names::STATE,
                t.state.spoken(),
                now.since(t.since)
            ));
        }
        if awaited.patience.timeout.is_some_and(|limit| waited >= limit) {
            return Err(format!("Timed out waiting for {what}: Unsatisfied after {waited}"));
        }
        let waiting = Waiting { since: before.map_or(now, |w| w.since), awaited, trouble };
        if let Some(at) = deadline(&waiting) {
            self.timer(TimerId::Step(id.clone()), at);
        }
        self.root.transient.waits.add(id, waiting);
        self.say_blocked(id, Some(format!("Waiting on {what}")));
        Ok(())
    }

    /// A task does not wait for a sensor any more. Says whether it did.
    pub(crate) fn stop_awaiting(&mut self, id: &TaskId) -> bool {
        self.root.transient.waits.remove(id).is_some()
    }

    /// Records what a task waits for, where that is news.
    pub(crate) fn say_blocked(&mut self, id: &TaskId, on: Option<String>) {
        if self.root.task(id).is_some_and(|t| !t.is_ended() && t.blocked_on != on) {
            self.record(Change::TaskBlocked { task: id.clone(), on });
        }
    }
}

/// When the wait is over at the latest.
fn deadline(waiting: &Waiting) -> Option<Mono> {
    let whole = waiting.awaited.patience.timeout.map(|limit| waiting.since + limit);
    let trouble = waiting.trouble.and_then(|t| Some(t.since + t.limit?));
    whole.into_iter().chain(trouble).min()
}

/// How long one goes on waiting for an entity in this state. Going down and burning are different troubles: the time
/// begins anew from one to the other, and is forgotten when all is well again.
fn trouble(
    state: Option<Lifecycle>,
    now: Mono,
    patience: &Patience,
    before: Option<&Waiting>,
) -> Option<Trouble> {
    let state = state?;
    let (later, initial) = match state {
        Lifecycle::OnFire => (patience.if_on_fire, patience.if_on_fire_initial),
        Lifecycle::Stopping | Lifecycle::Stopped | Lifecycle::Destroyed => {
            (patience.if_down, patience.if_down_initial)
        }
        Lifecycle::Created | Lifecycle::Starting | Lifecycle::Running => return None,
    };
    let burns = |s: Lifecycle| s == Lifecycle::OnFire;
    match before {
        None => Some(Trouble { state, since: now, limit: initial }),
        Some(Waiting { trouble: Some(t), .. }) if burns(t.state) == burns(state) => Some(*t),
        Some(_) => Some(Trouble { state, since: now, limit: later }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_depends_on_how_the_entity_was_as_the_wait_began_and_starts_anew_with_each_trouble() {
        use Lifecycle::{OnFire, Running, Starting, Stopped, Stopping};
        let patience = Patience::default();
        let (minute, spared) = (Some(Span::secs(60)), Some(Span::secs(15)));
        for (states, wanted) in [
            (vec![None], None),
            (vec![Some(Starting)], None),
            (vec![Some(OnFire)], Some((0, spared))),
            (vec![Some(Running), Some(OnFire)], Some((1, Some(Span::ZERO)))),
            (vec![Some(OnFire), Some(OnFire)], Some((0, spared))),
            (vec![Some(Stopping), Some(Stopped)], Some((0, minute))),
            (vec![Some(OnFire), Some(Running), Some(OnFire)], Some((2, Some(Span::ZERO)))),
            (vec![Some(Stopped), Some(OnFire)], Some((1, Some(Span::ZERO)))),
            (vec![Some(OnFire), Some(Stopped)], Some((1, minute))),
        ] {
            let mut waiting: Option<Waiting> = None;
            for (n, state) in states.iter().enumerate() {
                let now = Mono(n as u64);
                let trouble = trouble(*state, now, &patience, waiting.as_ref());
                let awaited = Awaited { entity: EntityId::new("e"), sensor: "s".to_owned(), patience };
                waiting = Some(Waiting { awaited: Box::new(awaited), since: Mono(0), trouble });
            }
            let found = waiting.and_then(|w| w.trouble).map(|t| (t.since.0, t.limit));
            assert_eq!(found, wanted, "{states:?}");
        }
    }
}

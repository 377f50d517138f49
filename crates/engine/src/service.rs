//! `service.state` and what it is computed from (`brooklyn-blueprints.md` 5.2), in one place.

use std::collections::VecDeque;

use base::EntityId;
use model::types::Behaviour;
use serde_json::{Map, Value, json};

use crate::change::Change;
use crate::draft::Draft;
use crate::entity::Entity;
use crate::lifecycle::Lifecycle;
use crate::names;
use crate::wholeness::wholeness;

/// What an entity's state is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) expected: Option<Lifecycle>,
    pub(crate) up: Option<bool>,
    /// Whether there are problems; `None`: nothing has ever said so.
    pub(crate) problems: Option<bool>,
    /// The state up to now.
    pub(crate) state: Option<Lifecycle>,
}

/// The rules.
pub(crate) fn state_of(facts: Facts) -> Option<Lifecycle> {
    match (facts.expected, facts.problems) {
        (Some(Lifecycle::Running), problems) => {
            let well = facts.up == Some(true) && problems != Some(true);
            Some(if well { Lifecycle::Running } else { Lifecycle::OnFire })
        }
        (Some(expected), _) => Some(expected),
        (None, Some(true)) => {
            Some(if facts.up == Some(false) { Lifecycle::Stopped } else { Lifecycle::OnFire })
        }
        (None, Some(false)) => facts.up.map(|up| if up { Lifecycle::Running } else { Lifecycle::Stopped }),
        (None, None) => facts.state,
    }
}

/// The state that an entity's sensors make.
pub(crate) fn state_by_facts(entity: &Entity) -> Option<Lifecycle> {
    state_of(Facts {
        expected: entity.expected(),
        up: entity.is_up(),
        problems: is_filled(entity.sensor(names::PROBLEMS)),
        state: entity.state(),
    })
}

/// The value of `service.state.expected`.
pub(crate) fn expected_value(state: Lifecycle, at: base::WallMs) -> Value {
    json!({ "state": state.word(), "timestampUtc": at.0 })
}

/// Whether `service.state` depends on a sensor.
fn decides_state(name: &str) -> bool {
    [names::STATE, names::EXPECTED, names::IS_UP, names::NOT_UP, names::PROBLEMS].contains(&name)
}

fn is_filled(value: Option<&Value>) -> Option<bool> {
    value?.as_object().map(|m| !m.is_empty())
}

impl Draft {
    /// Sets a sensor and whatever depends on it. Always recorded, also when it is what it was.
    pub(crate) fn set_sensor(&mut self, id: &EntityId, name: &str, value: Value) {
        if self.root.entity(id).is_none() {
            return;
        }
        let at = self.wall();
        self.record(Change::SensorSet { entity: id.clone(), name: name.to_owned(), value, at });
        if decides_state(name) {
            self.settle(id);
        }
    }

    /// Takes a sensor's value away, and computes anew whatever depends on it: the state itself comes back as long
    /// as what it is computed from is there.
    pub(crate) fn clear_sensor(&mut self, id: &EntityId, name: String) {
        if self.root.entity(id).is_none_or(|e| e.sensor(&name).is_none()) {
            return;
        }
        let decides = decides_state(&name);
        self.record(Change::SensorCleared { entity: id.clone(), name });
        if decides {
            self.settle(id);
        }
    }

    /// Sets a sensor unless it has the value.
    pub(crate) fn update_sensor(&mut self, id: &EntityId, name: &str, value: Value) {
        if self.root.entity(id).is_some_and(|e| e.sensor(name) != Some(&value)) {
            self.set_sensor(id, name, value);
        }
    }

    /// Sets the expected state.
    pub(crate) fn expect(&mut self, id: &EntityId, state: Lifecycle) {
        let value = expected_value(state, self.wall());
        self.set_sensor(id, names::EXPECTED, value);
    }

    /// Puts an entry into `service.notUp.indicators` or `service.problems`, or takes it out.
    pub(crate) fn note(&mut self, id: &EntityId, map: &str, key: &str, reason: Option<String>) {
        if let Some(next) = self.noted(id, map, key, reason) {
            self.set_sensor(id, map, next);
        }
    }

    /// The map with that entry put or taken, where that changes it.
    fn noted(&self, id: &EntityId, map: &str, key: &str, reason: Option<String>) -> Option<Value> {
        let now = self.root.entity(id)?.sensor(map).and_then(Value::as_object);
        let mut next = now.cloned().unwrap_or_default();
        match reason {
            Some(reason) => {
                next.insert(key.to_owned(), reason.into());
            }
            None => {
                next.remove(key);
            }
        }
        // A map that was never set stays unset while there is nothing to say.
        let same = now.map_or(next.is_empty(), |m| *m == next);
        (!same).then_some(Value::Object(next))
    }

    /// Computes an entity's state anew, and that of what is above it, and of its groups, as far as it is concerned.
    pub(crate) fn settle(&mut self, id: &EntityId) {
        let mut open = VecDeque::from([(id.clone(), true)]);
        while let Some((id, direct)) = open.pop_front() {
            let Some(before) = self.entity(&id) else { continue };
            if let Some(wholeness) = wholeness(&self.root, &before) {
                let reasons = [(names::NOT_UP, wholeness.not_up), (names::PROBLEMS, wholeness.problem)];
                for (map, reason) in reasons {
                    let is_well = reason.is_none() && says_that_it_is_well(&before);
                    let first_word = || (is_well && before.sensor(map).is_none()).then(|| json!({}));
                    let noted = self.noted(&id, map, names::FROM_CHILDREN, reason);
                    if let Some(value) = noted.or_else(first_word) {
                        self.put(&id, map, value);
                    }
                }
            }
            let Some(entity) = self.entity(&id) else { continue };
            if let Some(filled) = is_filled(entity.sensor(names::NOT_UP))
                && entity.is_up() != Some(!filled)
            {
                self.put(&id, names::IS_UP, (!filled).into());
            }
            let Some(entity) = self.entity(&id) else { continue };
            let state = self.slowed(&id, state_by_facts(&entity), entity.state());
            if state != entity.state() {
                match state {
                    Some(state) => self.put(&id, names::STATE, state.word().into()),
                    None => self
                        .record(Change::SensorCleared { entity: id.clone(), name: names::STATE.to_owned() }),
                }
            }
            let Some(after) = self.entity(&id) else { continue };
            if after.behaviour() == Behaviour::Cluster {
                self.say_all_up(&after);
            }
            if direct || before.state() != after.state() || before.is_up() != after.is_up() {
                let above = after.parent.clone().into_iter().chain(self.root.groups_of(&id));
                open.extend(above.map(|a| (a, false)));
            }
        }
    }

    /// Whether a cluster runs, has members, and all of them are up.
    fn say_all_up(&mut self, cluster: &Entity) {
        let tally = self.root.index.member_tallies.get(&cluster.id).copied().unwrap_or_default();
        let members = cluster.members.size();
        let all = cluster.state() == Some(Lifecycle::Running) && members > 0 && tally.up as usize == members;
        if cluster.sensor(names::ALL_MEMBERS_UP) != Some(&all.into()) {
            self.put(&cluster.id, names::ALL_MEMBERS_UP, all.into());
        }
    }

    fn put(&mut self, id: &EntityId, name: &str, value: Value) {
        let at = self.wall();
        self.record(Change::SensorSet { entity: id.clone(), name: name.to_owned(), value, at });
    }
}

/// Whether a whole has an empty map where nothing is wrong with it, as Brooklyn's has. Before it is told to be in a
/// state, a map of problems would be a state by itself.
fn says_that_it_is_well(whole: &Entity) -> bool {
    let of_startable = matches!(whole.behaviour(), Behaviour::Startable | Behaviour::Conditional);
    !of_startable && whole.expected().is_some()
}

/// What a new entity's sensors are before anything has happened to it.
pub(crate) fn first_sensors(behaviour: Behaviour) -> Map<String, Value> {
    let mut sensors = Map::new();
    match behaviour {
        Behaviour::Application => {
            let text = "Application created but not yet started, at least as far as the server knows";
            sensors.insert(names::NOT_UP.to_owned(), json!({ names::STATE: text }));
            sensors.insert(names::IS_UP.to_owned(), false.into());
            sensors.insert(names::STATE.to_owned(), Lifecycle::Created.word().into());
        }
        Behaviour::Process | Behaviour::Machine => {
            let text = "No information available on whether service process is running";
            sensors.insert(names::NOT_UP.to_owned(), json!({ names::PROCESS_IS_RUNNING: text }));
            sensors.insert(names::IS_UP.to_owned(), false.into());
        }
        Behaviour::Startable
        | Behaviour::Conditional
        | Behaviour::SharedMachine
        | Behaviour::Sequence
        | Behaviour::Data => {
            let text = "Entity created but not yet started";
            sensors.insert(names::NOT_UP.to_owned(), json!({ names::STATE: text }));
            sensors.insert(names::IS_UP.to_owned(), false.into());
        }
        Behaviour::Cluster | Behaviour::Fabric => {
            sensors.insert(names::NOT_UP.to_owned(), json!({}));
            sensors.insert(names::IS_UP.to_owned(), false.into());
        }
        Behaviour::Plain | Behaviour::Group | Behaviour::Quarantine => {}
    }
    sensors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_follows_brooklyns_rules() {
        use Lifecycle::{Created, OnFire, Running, Starting, Stopped};
        for (expected, up, problems, state, then) in [
            (Some(Running), Some(true), None, None, Some(Running)),
            (Some(Running), Some(true), Some(false), None, Some(Running)),
            (Some(Running), Some(true), Some(true), None, Some(OnFire)),
            (Some(Running), Some(false), None, None, Some(OnFire)),
            (Some(Running), None, None, None, Some(OnFire)),
            (Some(Starting), Some(true), Some(true), None, Some(Starting)),
            (Some(OnFire), Some(true), None, None, Some(OnFire)),
            (None, Some(false), Some(true), None, Some(Stopped)),
            (None, Some(true), Some(true), None, Some(OnFire)),
            (None, None, Some(true), None, Some(OnFire)),
            (None, Some(true), Some(false), None, Some(Running)),
            (None, Some(false), Some(false), None, Some(Stopped)),
            (None, None, Some(false), Some(Running), None),
            (None, Some(false), None, Some(Created), Some(Created)),
        ] {
            let facts = Facts { expected, up, problems, state };
            assert_eq!(state_of(facts), then, "{facts:?}");
        }
    }
}

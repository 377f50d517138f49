//! What differs between two moments of the state, as events. What did not change is the same piece of memory in both, so
//! that finding out costs little more than walking past it.

use std::cmp::Ordering;

use engine::{Entity, Root, Task};
use serde_json::{Value, json};

use crate::http::show::secrets::suppress;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// Values of sensors.
    Sensors,
    /// Tasks that begin, get on and end.
    Tasks,
    /// Entities that come, go and change.
    Topology,
    /// Who manages.
    Ha,
}

impl Topic {
    /// Every topic.
    pub(super) const ALL: [Topic; 4] = [Topic::Sensors, Topic::Tasks, Topic::Topology, Topic::Ha];

    /// Its word on the wire.
    pub(super) fn word(self) -> &'static str {
        match self {
            Topic::Sensors => "sensors",
            Topic::Tasks => "tasks",
            Topic::Topology => "topology",
            Topic::Ha => "ha",
        }
    }
}

/// Something that has changed, with what it is now.
pub(super) type Change = (Topic, Value);

/// All changes from one moment to a later one.
pub(super) fn between(old: &Root, new: &Root) -> Vec<Change> {
    let mut all = Vec::new();
    pairs(
        old.entities(),
        new.entities(),
        |a, b| a.id.cmp(&b.id),
        |pair| match pair {
            (Some(old), Some(new)) => entity(old, new, &mut all),
            (None, Some(new)) => {
                all.push(topology("added", new));
                sensors(None, new, &mut all);
            }
            (Some(old), None) => all.push(topology("removed", old)),
            (None, None) => {}
        },
    );
    pairs(
        old.tasks(),
        new.tasks(),
        |a, b| a.id.cmp(&b.id),
        |pair| {
            if let (old, Some(new)) = pair
                && old.is_none_or(|old| old.status != new.status || old.blocked_on != new.blocked_on)
            {
                all.push((Topic::Tasks, task(new)));
            }
        },
    );
    all
}

/// Walks through two lists in the same order, and tells those of one list that have no like in the other, and those
/// that have one and are not the same piece of memory.
fn pairs<'a, T: 'a>(
    old: impl Iterator<Item = &'a T>,
    new: impl Iterator<Item = &'a T>,
    order: impl Fn(&T, &T) -> Ordering,
    mut tell: impl FnMut((Option<&'a T>, Option<&'a T>)),
) {
    let (mut old, mut new) = (old.peekable(), new.peekable());
    loop {
        let which = match (old.peek(), new.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => order(a, b),
        };
        let a = if which == Ordering::Greater { None } else { old.next() };
        let b = if which == Ordering::Less { None } else { new.next() };
        let is_same = a.zip(b).is_some_and(|(a, b)| std::ptr::eq(a, b));
        if !is_same {
            tell((a, b));
        }
    }
}

fn entity(old: &Entity, new: &Entity, all: &mut Vec<Change>) {
    let is_alike = old.name == new.name
        && old.def == new.def
        && old.config == new.config
        && old.members == new.members
        && old.adjuncts == new.adjuncts;
    if !is_alike {
        all.push(topology("changed", new));
    }
    sensors(Some(old), new, all);
}

fn topology(change: &str, of: &Entity) -> Change {
    let data = json!({
        "change": change, "applicationId": of.app, "entityId": of.id, "parentId": of.parent, "name": of.name,
        "type": of.def.type_name.as_str(),
    });
    (Topic::Topology, data)
}

fn sensors(old: Option<&Entity>, new: &Entity, all: &mut Vec<Change>) {
    let mut tell = |name: &str, value: Value, at: Option<u64>| {
        let data = json!({
            "applicationId": new.app, "entityId": new.id, "name": name, "value": suppress(name, value),
            "timeUtc": at,
        });
        all.push((Topic::Sensors, data));
    };
    for (name, sensor) in &new.sensors {
        if old.and_then(|o| o.sensors.get(name)).is_none_or(|o| o.value != sensor.value) {
            tell(name, sensor.value.clone(), Some(sensor.at.0));
        }
    }
    let gone = old.into_iter().flat_map(|o| o.sensors.keys()).filter(|n| new.sensors.get(*n).is_none());
    for name in gone {
        tell(name, Value::Null, None);
    }
}

fn task(of: &Task) -> Value {
    json!({
        "id": of.id, "displayName": of.name, "entityId": of.entity, "currentStatus": of.status.word(),
        "submittedByTask": of.parent, "blockingDetails": of.blocked_on, "submitTimeUtc": of.submitted_at.0,
        "endTimeUtc": of.ended_at.map(|at| at.0),
    })
}

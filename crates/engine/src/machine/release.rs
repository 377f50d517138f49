//! Giving a machine back, and removing what was left on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::EntityId;
use base::limits::STREAM_KEEP_BYTES;

use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Captured, Outcome, Work};
use crate::entity::Entity;
use crate::place::{Place, Reach};
use crate::task::Task;

/// The sensors that say which machine an entity has.
const SENSORS: [&str; 6] = [
    "host.name",
    "host.address",
    "host.subnet.hostname",
    "host.subnet.address",
    "host.sshAddress",
    "softwareservice.provisioningLocation",
];

impl Draft {
    pub(crate) fn release_machine(&mut self, task: &Task) -> Flow {
        let Some(entity) = task.entity.as_ref().and_then(|id| self.entity(id)) else { return Flow::Next };
        let id = entity.id.clone();
        if entity.process.is_some() {
            self.record(Change::ProcessSet { entity: id.clone(), process: None });
        }
        if let Some(place) = entity.place.as_deref().filter(|p| !p.ports.is_empty()) {
            let place = Some(Arc::new(Place { ports: BTreeMap::new(), ..place.clone() }));
            self.record(Change::PlaceSet { entity: id.clone(), place });
        }
        if entity.machine.is_some() {
            self.record(Change::MachineSet { entity: id.clone(), machine: None });
        }
        for name in SENSORS.iter().filter(|name| entity.sensor(name).is_some()) {
            self.record(Change::SensorCleared { entity: id.clone(), name: (*name).to_owned() });
        }
        Flow::Next
    }

    /// Removes the next run directory of a tree that is within reach and not in use.
    pub(crate) fn remove_dirs(&mut self, task: &Task, root: &EntityId) -> Flow {
        while let Some((id, place)) = self.next_to_remove(root) {
            let dir = place.run_dir.clone();
            match self.way_to(&place.machine) {
                Ok(way) => {
                    let (what, work) = (format!("removes {dir}"), Work::RemoveDir { dir });
                    return self.act(task, (&place.machine, Some(&place.host)), way, what, work);
                }
                Err(flow) => {
                    let why = if let Flow::Fail(why) = flow { why } else { "not now".to_owned() };
                    self.say_left_behind(task, &place, &why);
                    self.record(Change::PlaceSet { entity: id, place: None });
                }
            }
        }
        Flow::Next
    }

    fn next_to_remove(&self, root: &EntityId) -> Option<(EntityId, Arc<Place>)> {
        let host = self.host()?;
        let ours = |e: &Entity| {
            let place = e.place.clone()?;
            let base = match &place.machine.reach {
                Reach::Local if !place.host.is_same_host(&host) => return None,
                Reach::Local => &host.base_dir,
                Reach::Ssh { .. } => &place.host.base_dir,
            };
            let below = place.run_dir.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
            (below && e.process.is_none()).then(|| (e.id.clone(), place.clone()))
        };
        self.root.tree(root).find_map(ours)
    }

    pub(crate) fn dir_removed(&mut self, task: &Task, root: &EntityId, outcome: &Outcome) -> Flow {
        let Some((entity, place)) = self.next_to_remove(root) else { return Flow::Next };
        if let Outcome::Failed(why) = outcome {
            self.say_left_behind(task, &place, why);
        }
        self.record(Change::PlaceSet { entity, place: None });
        self.ready.push_back(task.id.clone());
        Flow::Wait
    }

    fn say_left_behind(&mut self, task: &Task, place: &Place, why: &str) {
        let said = self.root.task(&task.id).and_then(|t| t.streams.get("stderr")).map(|s| s.head.clone());
        let said = said.unwrap_or_default();
        if said.len() > STREAM_KEEP_BYTES {
            return;
        }
        let head = format!("{said}left behind: {}: {why}\n", place.run_dir);
        let size = head.len() as u64;
        let stderr = Arc::new(Captured { head, size, ..Captured::default() });
        let streams = BTreeMap::from([("stderr".to_owned(), stderr)]);
        self.record(Change::StreamsRecorded { task: task.id.clone(), streams });
    }
}

//! Machines: which one an entity gets, what is asked of it, giving it back.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::EntityId;
use model::types::{Behaviour, software_process};
use serde_json::Value;

use crate::advance::Flow;
use crate::change::Change;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::effect::{Captured, Outcome, Work};
use crate::entity::{Entity, Place};
use crate::input::Host;
use crate::names;
use crate::script;
use crate::state::Purpose;
use crate::task::{Intent, Task};

/// What a location says that has no machine to give; a cluster sets nothing aside that has failed so.
pub(crate) const NO_MACHINES: &str = "No machines available";

/// Ends a step early with what stands in its place.
pub(crate) type Try<T> = Result<T, Flow>;

pub(crate) fn fail<T>(why: impl Into<String>) -> Try<T> {
    Err(Flow::Fail(why.into()))
}

pub(crate) fn settled(result: Try<Flow>) -> Flow {
    result.unwrap_or_else(|flow| flow)
}

/// Why nothing can be done about what runs on another host.
pub(crate) fn out_of_reach(host: &Host) -> String {
    format!("runs on host {}, which this server cannot reach", host.name)
}

impl Draft {
    /// The entity that a task runs on and the host that is `localhost` now.
    pub(crate) fn here(&self, task: &Task) -> Try<(Arc<Entity>, Host)> {
        let Some(entity) = task.entity.as_ref().and_then(|id| self.entity(id)) else {
            return fail("the entity is not there any more");
        };
        match self.host() {
            Some(host) => Ok((entity, host)),
            None => fail("no server rules"),
        }
    }

    /// Where an entity is, if that is a place that can be reached.
    pub(crate) fn reachable(entity: &Entity, host: &Host) -> Try<Option<Arc<Place>>> {
        match &entity.place {
            Some(place) if place.held && !place.host.is_same_host(host) => fail(format!(
                "{} {}. It is not started a second time: go there, or give the process up with `stop` and \
                 stopProcessMode NEVER",
                entity.described(),
                out_of_reach(&place.host)
            )),
            place => Ok(place.clone()),
        }
    }

    /// Does something outside for a task's current step: recorded first, so that a later master knows of it.
    pub(crate) fn act(&mut self, task: &Task, host: Host, what: String, work: Work) -> Flow {
        if task.step_key().is_some_and(|key| self.root.transient.works.contains_key(&key)) {
            return Flow::Wait;
        }
        let attempt = task.current_intent().map_or(1, |i| i.attempt + 1);
        let intent = Intent { term: self.term(), step: task.step, attempt, host: host.clone(), what };
        let key = intent.key(&task.id);
        self.record(Change::Intent { task: task.id.clone(), intent });
        self.run(key, host, work, Purpose::Step(task.id.clone()));
        Flow::Wait
    }

    pub(crate) fn take_machine(&mut self, task: &Task) -> Flow {
        settled(self.try_take_machine(task))
    }

    fn try_take_machine(&mut self, task: &Task) -> Try<Flow> {
        let (entity, host) = self.here(task)?;
        let held = Self::reachable(&entity, &host)?;
        self.check_location(task, &entity)?;
        let text = |key| self.root.config_text(&entity.id, key).or_else(unreadable);
        let base = text(&software_process::BASE_DIR)?.unwrap_or_else(|| host.base_dir.clone());
        let run_dir = text(&software_process::RUN_DIR)?.unwrap_or_else(|| script::run_dir(&base, &entity));
        let install_dir = match text(&software_process::INSTALL_DIR)? {
            Some(dir) => dir,
            None => format!("{base}/installs/{}", script::install_label(&self.root, &entity).or_else(fail)?),
        };
        for dir in [&run_dir, &install_dir] {
            if !dir.starts_with('/') || dir.split('/').any(|part| part == "..") {
                return fail(format!(
                    "'{dir}' is no absolute path; correct run.dir, install.dir or onbox.base.dir"
                ));
            }
        }
        let place = Place { host: host.clone(), run_dir, install_dir, held: true };
        let id = &entity.id;
        if entity.process.as_ref().is_some_and(|p| !p.host.is_same_boot(&host)) {
            self.record(Change::ProcessSet { entity: id.clone(), process: None });
        }
        for (name, value) in [
            ("host.name", &host.name),
            ("host.address", &host.address),
            ("host.subnet.hostname", &host.name),
            ("host.subnet.address", &host.address),
            ("run.dir", &place.run_dir),
            ("install.dir", &place.install_dir),
        ] {
            self.update_sensor(id, name, value.clone().into());
        }
        if entity.behaviour() == Behaviour::Process {
            self.update_sensor(id, "softwareprocess.pid.file", place.pid_file().into());
        }
        if held.as_deref() != Some(&place) {
            self.record(Change::PlaceSet { entity: id.clone(), place: Some(Arc::new(place)) });
        }
        for map in [names::NOT_UP, names::PROBLEMS] {
            self.note(id, map, names::HOST, None);
        }
        Ok(Flow::Next)
    }

    pub(crate) fn check_location(&self, task: &Task, entity: &Entity) -> Try<()> {
        let up = |t: &&Task| t.parent.as_ref().and_then(|p| self.root.task(p));
        let call = std::iter::successors(Some(task), up).find_map(|t| t.call.as_ref());
        let given = call.and_then(|c| c.params.get("locations")).map(locations_given).unwrap_or_default();
        let own: Vec<String> = self.root.locations(&entity.id).iter().map(|l| l.spec.clone()).collect();
        let wanted = if given.is_empty() { &own } else { &given };
        match wanted.as_slice() {
            [] => fail(format!("No locations specified when starting {}", entity.described())),
            [one] if given.is_empty() || one == "localhost" => Ok(()),
            [one] => fail(format!("location '{one}' is not known; this version has localhost")),
            many => fail(format!(
                "Ambiguous locations detected when starting {}: {}",
                entity.described(),
                many.join(", ")
            )),
        }
    }

    pub(crate) fn release_machine(&mut self, task: &Task) -> Flow {
        let Some(entity) = task.entity.as_ref().and_then(|id| self.entity(id)) else { return Flow::Next };
        let id = entity.id.clone();
        if entity.process.is_some() {
            self.record(Change::ProcessSet { entity: id.clone(), process: None });
        }
        if let Some(place) = entity.place.as_deref().filter(|p| p.held) {
            let place = Some(Arc::new(Place { held: false, ..place.clone() }));
            self.record(Change::PlaceSet { entity: id.clone(), place });
        }
        for name in ["host.name", "host.address", "host.subnet.hostname", "host.subnet.address"] {
            if entity.sensor(name).is_some() {
                self.record(Change::SensorCleared { entity: id.clone(), name: name.to_owned() });
            }
        }
        Flow::Next
    }

    /// Removes the next run directory of a tree that is on this host and not in use.
    pub(crate) fn remove_dirs(&mut self, task: &Task, id: &EntityId) -> Flow {
        let Some(host) = self.host() else { return Flow::Next };
        let below = format!("{}/", host.base_dir);
        let next = self.root.tree(id).find_map(|e| {
            let place = e.place.as_deref()?;
            let ours = place.host.is_same_host(&host) && place.run_dir.starts_with(&below);
            (ours && e.process.is_none()).then(|| place.run_dir.clone())
        });
        match next {
            Some(dir) => {
                let what = format!("removes {dir}");
                self.act(task, host, what, Work::RemoveDir { dir })
            }
            None => Flow::Next,
        }
    }

    pub(crate) fn dir_removed(&mut self, task: &Task, root: &EntityId, outcome: &Outcome) -> Flow {
        let what = task.intent.as_ref().map_or("", |i| i.what.as_str());
        let dir = what.strip_prefix("removes ").unwrap_or(what);
        let owner = self
            .root
            .tree(root)
            .find(|e| e.place.as_ref().is_some_and(|p| p.run_dir == dir))
            .map(|e| e.id.clone());
        if let Outcome::Failed(why) = outcome {
            let said = task.streams.get("stderr").map(|s| s.head.clone()).unwrap_or_default();
            let head = format!("{said}left behind: {dir}: {why}\n");
            let size = head.len() as u64;
            let stderr = Arc::new(Captured { head, size, ..Captured::default() });
            let streams = BTreeMap::from([("stderr".to_owned(), stderr)]);
            self.record(Change::StreamsRecorded { task: task.id.clone(), streams });
        }
        match owner {
            Some(entity) => {
                self.record(Change::PlaceSet { entity, place: None });
                self.ready.push_back(task.id.clone());
                Flow::Wait
            }
            None => Flow::Next,
        }
    }
}

/// The locations that a call of `start` names: a list of names, or one.
fn locations_given(value: &Value) -> Vec<String> {
    let one = |v: &Value| match v {
        Value::String(text) => Some(text.trim().to_owned()).filter(|t| !t.is_empty()),
        Value::Object(map) => map.keys().next().cloned(),
        _ => None,
    };
    match value {
        Value::Array(list) => list.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect(),
    }
}

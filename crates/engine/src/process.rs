//! The steps that have to do with a machine: what is asked of it, and what its answers mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::EntityId;
use model::types::{Behaviour, software_process};
use serde_json::Value;

use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Captured, Outcome, ProcessRef, Script, Streams, Work, WorkKey};
use crate::entity::{Entity, Place};
use crate::input::Host;
use crate::lifecycle::Lifecycle;
use crate::limits::STOP_GRACE;
use crate::names;
use crate::program::{Phase, StepKind};
use crate::read::EffectorRef;
use crate::script;
use crate::state::Purpose;
use crate::task::{Intent, Task};

/// Ends a step early with what stands in its place.
type Try<T> = Result<T, Flow>;

fn fail<T>(why: impl Into<String>) -> Try<T> {
    Err(Flow::Fail(why.into()))
}

fn settled(result: Try<Flow>) -> Flow {
    result.unwrap_or_else(|flow| flow)
}

/// Why nothing can be done about what runs on another host.
pub(crate) fn out_of_reach(host: &Host) -> String {
    format!("runs on host {}, which this server cannot reach", host.name)
}

impl Draft {
    /// The entity that a task runs on and the host that is `localhost` now.
    fn here(&self, task: &Task) -> Try<(Arc<Entity>, Host)> {
        let Some(entity) = task.entity.as_ref().and_then(|id| self.entity(id)) else {
            return fail("the entity is not there any more");
        };
        match self.host() {
            Some(host) => Ok((entity, host)),
            None => fail("no server rules"),
        }
    }

    /// Where an entity is, if that is a place that can be reached.
    fn reachable(entity: &Entity, host: &Host) -> Try<Option<Arc<Place>>> {
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
    fn act(&mut self, task: &Task, host: Host, what: String, work: Work) -> Flow {
        if self.step_key(task).is_some_and(|key| self.root.transient.works.contains_key(&key)) {
            return Flow::Wait;
        }
        let attempt = task.intent.as_ref().filter(|i| i.step == task.step).map_or(1, |i| i.attempt + 1);
        let intent = Intent { term: self.term(), step: task.step, attempt, host: host.clone(), what };
        let key = WorkKey {
            term: intent.term,
            task: task.id.as_str().to_owned(),
            step: intent.step,
            attempt: intent.attempt,
        };
        self.record(Change::Intent { task: task.id.clone(), intent });
        self.run(key, host, work, Purpose::Step(task.id.clone()));
        Flow::Wait
    }

    pub(crate) fn check_idle(&mut self, task: &Task) -> Flow {
        let Some(entity) = task.entity.as_ref().and_then(|id| self.entity(id)) else { return Flow::Next };
        let watched = self.root.transient.watching.get(&entity.id).is_some_and(|w| w.watch.is_some());
        if entity.state() == Some(Lifecycle::Running)
            && entity.process.is_some()
            && watched
            && task.name == "start"
        {
            return Flow::Done(Value::Null);
        }
        for other in self.root.tasks_of(&entity.id) {
            let drives = |t: &Task| {
                t.call.as_ref().is_some_and(|c| ["start", "stop", "restart"].contains(&c.effector.as_str()))
            };
            if !other.is_ended() && drives(other) && other.id != task.id {
                return Flow::Fail(format!(
                    "{} is busy: its task '{}' ({}) goes on; wait for it or cancel it",
                    entity.described(),
                    other.name,
                    other.id
                ));
            }
            if let (true, Some(p), Some(StepKind::Script { .. })) =
                (other.is_ended(), &other.process, other.current())
            {
                return Flow::Fail(format!(
                    "the script '{}' of an interrupted task may still run (host {}, process group {}): cancel \
                     task {} first",
                    other.name, p.host.name, p.pgid, other.id
                ));
            }
        }
        Flow::Next
    }

    /// Sets the expected state and drops what an earlier stage has said.
    pub(crate) fn begin_stage(&mut self, id: &EntityId, state: Lifecycle) {
        if state == Lifecycle::Starting || state == Lifecycle::Stopping {
            self.note(id, names::NOT_UP, names::ABORTED, None);
        }
        if state == Lifecycle::Stopped {
            for map in [names::NOT_UP, names::PROBLEMS] {
                self.note(id, map, names::HOST, None);
            }
        }
        self.expect_state(id, state);
    }

    pub(crate) fn take_machine(&mut self, task: &Task) -> Flow {
        settled(self.try_take_machine(task))
    }

    fn try_take_machine(&mut self, task: &Task) -> Try<Flow> {
        let (entity, host) = self.here(task)?;
        let held = Self::reachable(&entity, &host)?;
        self.check_location(task, &entity)?;
        let text = |key| self.root.config_text(&entity.id, key).or_else(|e| fail(e.to_string()));
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

    fn check_location(&self, task: &Task, entity: &Entity) -> Try<()> {
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

    pub(crate) fn find_process(&mut self, task: &Task) -> Flow {
        settled(self.try_find_process(task))
    }

    fn try_find_process(&mut self, task: &Task) -> Try<Flow> {
        let (entity, host) = self.here(task)?;
        let Some(place) = Self::reachable(&entity, &host)?.filter(|p| p.host.is_same_host(&host)) else {
            return Ok(Flow::Next);
        };
        if entity.behaviour() != Behaviour::Process {
            return Ok(Flow::Next);
        }
        let known = entity.process.clone().filter(|p| p.host.is_same_boot(&host));
        let work = Work::Watch { pid_file: place.pid_file(), known };
        Ok(self.act(task, host, "looks for the process of an earlier start".to_owned(), work))
    }

    pub(crate) fn run_phase(&mut self, task: &Task, phase: Phase) -> Flow {
        settled(self.try_run_phase(task, phase))
    }

    fn try_run_phase(&mut self, task: &Task, phase: Phase) -> Try<Flow> {
        let (entity, host) = self.here(task)?;
        if phase.leads_to_launch() && entity.process.is_some() {
            return Ok(Flow::Next);
        }
        let place = Self::reachable(&entity, &host)?;
        let Some(place) = place.filter(|p| p.host.is_same_host(&host)) else {
            if phase == Phase::Stop {
                return Ok(Flow::Next);
            }
            return fail(format!("{} has no machine", entity.described()));
        };
        match script::of_phase(&self.root, &entity, &place, phase).or_else(fail)? {
            None => Ok(Flow::Next),
            Some(script) => Ok(self.run_script(task, host, script)),
        }
    }

    pub(crate) fn run_effector(&mut self, task: &Task) -> Flow {
        settled(self.try_run_effector(task))
    }

    fn try_run_effector(&mut self, task: &Task) -> Try<Flow> {
        let (entity, host) = self.here(task)?;
        let place = match Self::reachable(&entity, &host)? {
            Some(place) if place.host.is_same_host(&host) => (*place).clone(),
            // An entity without a process may run commands where it is located.
            _ if matches!(entity.behaviour(), Behaviour::Plain | Behaviour::Application) => {
                self.check_location(task, &entity)?;
                let run_dir = script::run_dir(&host.base_dir, &entity);
                Place { host: host.clone(), install_dir: run_dir.clone(), run_dir, held: true }
            }
            _ => return fail(format!("{} has no machine; start it first", entity.described())),
        };
        let Some(call) = &task.call else { return fail("the task is no call of an effector") };
        let Some(EffectorRef::OfSpec(spec)) = self.root.effector(&entity.id, &call.effector) else {
            return fail(format!("{} has no effector '{}' any more", entity.described(), call.effector));
        };
        let script = script::of_effector(&self.root, &entity, &place, spec, &call.params).or_else(fail)?;
        if entity.place.is_none() {
            // So that its folder is removed with it.
            let place = Some(Arc::new(Place { held: false, ..place }));
            self.record(Change::PlaceSet { entity: entity.id.clone(), place });
        }
        Ok(self.run_script(task, host, script))
    }

    fn run_script(&mut self, task: &Task, host: Host, script: Script) -> Flow {
        let streams = script::given_streams(&script);
        let flow = self.act(task, host, format!("runs script '{}'", script.name), Work::Script(script));
        self.record(Change::StreamsRecorded { task: task.id.clone(), streams });
        flow
    }

    pub(crate) fn mark_up(&mut self, task: &Task) -> Flow {
        if let Some(id) = &task.entity {
            self.note(id, names::NOT_UP, names::PROCESS_IS_RUNNING, None);
        }
        Flow::Next
    }

    pub(crate) fn mark_down(&mut self, task: &Task) -> Flow {
        let Some(id) = &task.entity else { return Flow::Next };
        self.stop_watching(id);
        if self.root.entity(id).is_some_and(|e| e.behaviour() == Behaviour::Process) {
            self.update_sensor(id, names::PROCESS_IS_RUNNING, false.into());
        }
        let text = "The software process for this entity was stopped";
        self.note(id, names::NOT_UP, names::PROCESS_IS_RUNNING, Some(text.to_owned()));
        self.note(id, names::PROBLEMS, names::PROCESS_IS_RUNNING, None);
        Flow::Next
    }

    pub(crate) fn kill_process(&mut self, task: &Task) -> Flow {
        settled(self.try_kill_process(task))
    }

    fn try_kill_process(&mut self, task: &Task) -> Try<Flow> {
        let (entity, host) = self.here(task)?;
        Self::reachable(&entity, &host)?;
        let Some(process) = entity.process.clone() else { return Ok(Flow::Next) };
        if !process.host.is_same_boot(&host) {
            // The host was restarted since: it cannot be there any more.
            self.record(Change::ProcessSet { entity: entity.id.clone(), process: None });
            return Ok(Flow::Next);
        }
        let limit = self.root.config_span(&entity.id, &software_process::STOP_TIMEOUT);
        let grace = limit.or_else(|e| fail(e.to_string()))?.min(STOP_GRACE);
        let what = format!("ends process {} (group {})", process.pid, process.pgid);
        Ok(self.act(task, host, what, Work::Kill { process, grace }))
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

    /// What has become of a step's outside action.
    pub(crate) fn on_step_outcome(&mut self, task: &Task, key: &WorkKey, outcome: Outcome) {
        let (id, entity) = (&task.id, task.entity.clone());
        let flow = match (task.current(), outcome) {
            (Some(StepKind::FindProcess), Outcome::Found(process)) => {
                self.drop_work(key);
                self.set_process(entity.as_ref(), Some(process));
                Flow::Next
            }
            (Some(StepKind::FindProcess), Outcome::Gone(_)) => {
                self.set_process(entity.as_ref(), None);
                Flow::Next
            }
            (Some(StepKind::KillProcess), Outcome::Done | Outcome::Gone(_)) => {
                self.set_process(entity.as_ref(), None);
                Flow::Next
            }
            (Some(StepKind::RemoveDirs { entity }), outcome @ (Outcome::Done | Outcome::Failed(_))) => {
                self.dir_removed(task, entity, &outcome)
            }
            (Some(StepKind::Script { .. } | StepKind::Effector), outcome) => self.on_script(task, outcome),
            (_, Outcome::Failed(why)) => Flow::Fail(why),
            _ => Flow::Wait,
        };
        self.proceed(id, flow);
    }

    fn dir_removed(&mut self, task: &Task, root: &EntityId, outcome: &Outcome) -> Flow {
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

    fn on_script(&mut self, task: &Task, outcome: Outcome) -> Flow {
        match outcome {
            Outcome::Started(process) => {
                self.record(Change::TaskProcess { task: task.id.clone(), process: Some(process) });
                Flow::Wait
            }
            Outcome::Output(streams) => {
                self.record_streams(task, &streams);
                Flow::Wait
            }
            Outcome::Ended { exit_code, streams, timed_out } => {
                self.record_streams(task, &streams);
                if task.process.is_some() {
                    self.record(Change::TaskProcess { task: task.id.clone(), process: None });
                }
                let effector = matches!(task.current(), Some(StepKind::Effector));
                if exit_code != 0 || timed_out {
                    Flow::Fail(self.script_failure(task, exit_code, &streams, timed_out))
                } else if effector {
                    Flow::Done((streams.stdout.head + &streams.stdout.tail).into())
                } else {
                    Flow::Next
                }
            }
            Outcome::Failed(why) => Flow::Fail(format!("{} could not be run: {why}", task.name)),
            Outcome::Found(_) | Outcome::Gone(_) | Outcome::Done => Flow::Wait,
        }
    }

    fn script_failure(&self, task: &Task, exit_code: i32, streams: &Streams, timed_out: bool) -> String {
        const SHOWN: usize = 200;
        let key = match task.current() {
            Some(StepKind::Script { phase }) => phase.key().name.to_owned(),
            _ => format!("effector '{}'", task.name),
        };
        let entity = task.entity.as_ref().and_then(|e| self.root.entity(e));
        let command = match (task.current(), entity) {
            (Some(StepKind::Script { phase }), Some(e)) => {
                self.root.config_text(&e.id, phase.key()).ok().flatten().unwrap_or_default()
            }
            _ => String::new(),
        };
        let first = command.trim().lines().next().unwrap_or_default();
        let cut: String = first.chars().take(SHOWN).collect();
        let more = if command.trim().len() > cut.len() { " ..." } else { "" };
        let shown = if cut.is_empty() { String::new() } else { format!(" ({cut}{more})") };
        let ended = if timed_out { "its time was up".to_owned() } else { format!("exit code {exit_code}") };
        format!("{key}{shown} failed: {ended}; last output: {}", script::last_lines(streams))
    }

    fn record_streams(&mut self, task: &Task, streams: &Streams) {
        let mut new = BTreeMap::new();
        for (name, captured) in [("stdout", &streams.stdout), ("stderr", &streams.stderr)] {
            if task.streams.get(name).map(|c| &**c) != Some(captured) {
                new.insert(name.to_owned(), Arc::new(captured.clone()));
            }
        }
        if !new.is_empty() {
            self.record(Change::StreamsRecorded { task: task.id.clone(), streams: new });
        }
    }

    /// Records an entity's process where that is news.
    pub(crate) fn set_process(&mut self, id: Option<&EntityId>, process: Option<ProcessRef>) {
        if let Some(entity) = id.and_then(|id| self.entity(id))
            && entity.process != process
        {
            self.record(Change::ProcessSet { entity: entity.id.clone(), process });
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

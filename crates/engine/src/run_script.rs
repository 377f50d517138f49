//! Running the scripts of tasks, and what their ends mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Span;
use model::spec::LocationKind;
use model::types::Behaviour;

use crate::advance::Flow;
use crate::change::Change;
use crate::draft::Draft;
use crate::effect::{Machine, Outcome, Script, Streams, Work};
use crate::entity::Entity;
use crate::input::Host;
use crate::machine::{Site, Try, fail, settled};
use crate::place::{MachineRef, Place};
use crate::program::{Phase, StepKind};
use crate::script;
use crate::task::Task;

impl Draft {
    pub(crate) fn run_phase(&mut self, task: &Task, phase: Phase) -> Flow {
        settled(self.try_run_phase(task, phase))
    }

    fn try_run_phase(&mut self, task: &Task, phase: Phase) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        if phase.leads_to_launch() && entity.process.is_some() {
            return Ok(Flow::Next);
        }
        let Some(site) = self.site(&entity)? else {
            if phase == Phase::Stop {
                return Ok(Flow::Next);
            }
            return fail(format!("{} has no machine", entity.described()));
        };
        match script::of_phase(&self.root, &entity, &site.place, phase)? {
            None => Ok(Flow::Next),
            Some(script) => Ok(self.run_script(task, &site, script)),
        }
    }

    pub(crate) fn run_effector(&mut self, task: &Task) -> Flow {
        settled(self.try_run_effector(task))
    }

    fn try_run_effector(&mut self, task: &Task) -> Try<Flow> {
        let (entity, host) = self.here(task)?;
        let site = match self.site(&entity)? {
            Some(site) => site,
            // An entity without a process may run commands where it is located.
            None if matches!(entity.behaviour(), Behaviour::Plain | Behaviour::Application) => {
                self.site_of_plain(task, &entity, host)?
            }
            None => return fail(format!("{} has no machine; start it first", entity.described())),
        };
        let called = self.called_effector(task)?;
        let (spec, params) = (&called.spec, &called.call.params);
        let script = script::of_effector(&self.root, &called.entity, &site.place, spec, params)?;
        if entity.place.is_none() {
            // So that its folder is removed with it.
            let place = Some(site.place.clone());
            self.record(Change::PlaceSet { entity: entity.id.clone(), place });
        }
        Ok(self.run_script(task, &site, script))
    }

    pub(crate) fn run_command(&mut self, task: &Task, command: &str, timeout: Option<Span>) -> Flow {
        settled(self.try_run_command(task, command, timeout))
    }

    fn try_run_command(&mut self, task: &Task, command: &str, timeout: Option<Span>) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        let Some(site) = self.site(&entity)? else {
            return fail(format!("{} has no machine; start it first", entity.described()));
        };
        let asked = (task.name.as_str(), command, timeout);
        let script = script::of_command(&self.root, &entity, &site.place, asked)?;
        Ok(self.run_script(task, &site, script))
    }

    /// This host, where that is where an entity without a process is located.
    fn site_of_plain(&self, task: &Task, entity: &Entity, host: Host) -> Try<Site> {
        let location = self.location_for(task, entity)?;
        if location.is_some_and(|(_, spec)| spec.kind != LocationKind::Localhost) {
            return fail(format!(
                "{} has no machine of its own to run a command on; put the effector on the process",
                entity.described()
            ));
        }
        let run_dir = script::run_dir(&host.base_dir, entity);
        let machine = MachineRef::default();
        let (install_dir, ports) = (run_dir.clone(), BTreeMap::new());
        let place = Place { machine, host: host.clone(), run_dir, install_dir, ports };
        Ok(Site { place: Arc::new(place), machine: Machine::Local(host) })
    }

    /// Runs a script for a task's current step, and records what it was given.
    pub(crate) fn run_script(&mut self, task: &Task, site: &Site, script: Script) -> Flow {
        let streams = script::given_streams(&script);
        let flow = self.act_at(task, site, format!("runs script '{}'", script.name), Work::Script(script));
        self.record(Change::StreamsRecorded { task: task.id.clone(), streams });
        flow
    }

    pub(crate) fn on_script(&mut self, task: &Task, outcome: Outcome) -> Flow {
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
                self.script_ended(task, &streams);
                let effector = matches!(task.current(), Some(StepKind::Effector | StepKind::Exec { .. }));
                if exit_code != 0 || timed_out {
                    Flow::Fail(self.script_failure(task, exit_code, &streams, timed_out))
                } else if effector {
                    Flow::Done((streams.stdout.head + &streams.stdout.tail).into())
                } else {
                    Flow::Next
                }
            }
            Outcome::Failed(why) => Flow::Fail(format!("{} could not be run: {why}", task.name)),
            // Nothing else is said of a script.
            _ => Flow::Wait,
        }
    }

    /// Records the end of a task's script, and what it wrote.
    pub(crate) fn script_ended(&mut self, task: &Task, streams: &Streams) {
        self.record_streams(task, streams);
        if task.process.is_some() {
            self.record(Change::TaskProcess { task: task.id.clone(), process: None });
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
        let whole = [&streams.stderr, &streams.stdout].into_iter().find(|c| c.size > 0 && !c.file.is_empty());
        let whole = whole.map(|c| format!("; the whole output is in {}{}", c.file, machine_of(task)));
        let last = script::last_lines(streams);
        format!("{key}{shown} failed: {ended}; last output: {last}{}", whole.unwrap_or_default())
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
}

/// On which machine a task's script ran, for people.
fn machine_of(task: &Task) -> String {
    task.intent.as_ref().map(|i| format!(" on {}", i.machine.described(i.host.as_ref()))).unwrap_or_default()
}

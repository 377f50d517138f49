//! Looking after processes: until they run, and while they do.
//!
//! The process of the pid file is watched, so that its end is reported at once. Where the blueprint has a command
//! of its own for it, that decides, and is run regularly; the end of a watched process then only asks it at once.

use base::{EntityId, TaskId};
use model::config::{Awaited, ConfigError, Patience};
use model::types::{Behaviour, software_process, vanilla_software_process as vanilla};
use serde_json::json;

use crate::advance::Flow;
use crate::change::Change;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::effect::{Outcome, ProcessRef, Work, WorkKey};
use crate::entity::{Entity, Waiter, Watching};
use crate::input::TimerId;
use crate::lifecycle::Lifecycle;
use crate::limits::{METRICS_PERIOD, WAIT_PAUSE_MAX, WAIT_PAUSE_MIN};
use crate::machine::{Site, settled};
use crate::metrics;
use crate::names;
use crate::place::Reach;
use crate::script;
use crate::state::Purpose;
use crate::task::Task;

/// What says whether a process runs.
pub(crate) enum Check {
    /// The process of the pid file.
    PidFile,
    /// A command.
    Command(String),
    /// A blank command: it always runs.
    Always,
}

impl Draft {
    fn watching(&self, id: &EntityId) -> Watching {
        self.root.transient.watching.get(id).cloned().unwrap_or_default()
    }

    fn set_watching(&mut self, id: &EntityId, watching: Watching) {
        self.root.transient.watching.insert_mut(id.clone(), watching);
    }

    pub(crate) fn check_of(&self, id: &EntityId) -> Result<Check, ConfigError> {
        if let Some(entity) = self.root.entity(id).filter(|e| e.behaviour() == Behaviour::Machine) {
            let remote = entity.machine.as_ref().is_some_and(|m| m.reach != Reach::Local);
            return Ok(if metrics::has_any(entity) {
                Check::Command(metrics::SCRIPT.to_owned())
            } else if remote {
                Check::Command("true".to_owned())
            } else {
                Check::Always
            });
        }
        let text = self.root.config_text(id, &vanilla::CHECK_RUNNING)?;
        Ok(match text {
            None => Check::PidFile,
            Some(text) if text.trim().is_empty() => Check::Always,
            Some(text) => Check::Command(text),
        })
    }

    fn is_monitored(&self, id: &EntityId) -> bool {
        self.root.config_flag(id, &software_process::SSH_MONITORING).unwrap_or(true)
    }

    /// Waits until a task's process runs.
    pub(crate) fn await_running(&mut self, task: &Task) -> Flow {
        let Some(entity) = task.entity.as_ref().and_then(|id| self.entity(id)) else {
            return Flow::Fail("the entity is not there any more".to_owned());
        };
        let id = &entity.id;
        let limit = match self.root.config_span(id, &software_process::START_TIMEOUT) {
            Ok(limit) => limit,
            Err(e) => return settled(unreadable(e)),
        };
        match self.check_of(id) {
            Err(e) => return settled(unreadable(e)),
            Ok(Check::Always) => {
                self.set_running(id);
                return Flow::Next;
            }
            Ok(_) => {}
        }
        let mut watching = self.watching(id);
        if watching.waiter.as_ref().is_some_and(|w| w.task == task.id) {
            return Flow::Wait;
        }
        watching.waiter =
            Some(Waiter { task: task.id.clone(), since: self.now(), limit, pause: WAIT_PAUSE_MIN });
        self.set_watching(id, watching);
        self.look(id);
        Flow::Wait
    }

    /// What runs may still be held down by something else that is known of it, as by a health check of its own.
    pub(crate) fn await_up(&mut self, task: &Task) -> Flow {
        let Some(entity) = task.entity.as_ref().and_then(|id| self.entity(id)) else {
            return Flow::Fail("the entity is not there any more".to_owned());
        };
        if entity.is_up() == Some(true) {
            return Flow::Next;
        }
        match self.root.config_span(&entity.id, &software_process::START_TIMEOUT) {
            Err(e) => settled(unreadable(e)),
            Ok(timeout) => Flow::Await(Box::new(Awaited {
                entity: entity.id.clone(),
                sensor: names::IS_UP.to_owned(),
                patience: Patience { timeout: Some(timeout), ..Patience::ENDLESS },
            })),
        }
    }

    /// A task does not wait any more.
    pub(crate) fn stop_waiting(&mut self, id: &EntityId, task: &TaskId) {
        let mut watching = self.watching(id);
        if watching.waiter.as_ref().is_some_and(|w| w.task == *task) {
            watching.waiter = None;
            self.set_watching(id, watching);
        }
    }

    /// Lets go of an entity's process.
    pub(crate) fn stop_watching(&mut self, id: &EntityId) {
        let watching = self.watching(id);
        for key in [&watching.watch, &watching.check].into_iter().flatten() {
            self.drop_work(key);
        }
        let count = watching.count;
        self.set_watching(id, Watching { count, ..Watching::default() });
        if self.root.entity(id).is_none() {
            self.root.transient.watching.remove_mut(id);
        }
    }

    /// Begins to look after the process of a running entity again, after a take-over.
    pub(crate) fn reattach(&mut self, id: &EntityId) {
        if self.is_monitored(id) && !matches!(self.check_of(id), Ok(Check::Always)) {
            self.watch(id);
            if matches!(self.check_of(id), Ok(Check::Command(_)) | Err(_)) {
                self.poll_later(id);
            }
        }
    }

    /// The time of the next look has come.
    pub(crate) fn poll(&mut self, id: &EntityId) {
        let Some(entity) = self.entity(id) else { return };
        let waits = self.watching(id).waiter.is_some();
        if waits || entity.expected() == Some(Lifecycle::Running) {
            self.look(id);
        }
    }

    /// Looks whether the process runs, in the way that the entity has.
    fn look(&mut self, id: &EntityId) {
        match self.check_of(id) {
            Ok(Check::PidFile) => self.watch(id),
            Ok(Check::Command(command)) => self.run_check(id, &command),
            Ok(Check::Always) => self.set_running(id),
            Err(e @ ConfigError::NotReady { .. }) => self.not_known(id, &e.to_string()),
            Err(e) => self.not_running(id, &e.to_string()),
        }
    }

    /// Watches the process. The pid file means something only on the running of the host that it was written on.
    fn watch(&mut self, id: &EntityId) {
        let Some(entity) = self.entity(id).filter(|e| e.behaviour() == Behaviour::Process) else { return };
        let mut watching = self.watching(id);
        let Some(site) = self.site_to_watch(id, &entity).filter(Site::is_current) else { return };
        if watching.watch.is_some() {
            return;
        }
        let known = entity.process.clone().filter(|p| site.may_have(p));
        watching.count += 1;
        let key =
            WorkKey { term: self.term(), task: id.as_str().to_owned(), step: 0, attempt: watching.count };
        watching.watch = Some(key.clone());
        self.set_watching(id, watching);
        let work = Work::Watch { pid_file: site.place.pid_file(), known };
        self.run(key, site.machine, work, Purpose::Watch(id.clone()));
    }

    /// Where an entity's process is looked for. Nothing is concluded from a machine that cannot be reached.
    fn site_to_watch(&mut self, id: &EntityId, entity: &Entity) -> Option<Site> {
        match self.site(entity) {
            Ok(site) => site,
            // What runs on another server's host was said to be out of reach when this master began.
            Err(Flow::Fail(why)) if entity.held_place().is_some_and(|p| p.machine.reach != Reach::Local) => {
                self.not_known(id, &why);
                None
            }
            Err(_) => None,
        }
    }

    fn run_check(&mut self, id: &EntityId, command: &str) {
        let Some(entity) = self.entity(id) else { return };
        let mut watching = self.watching(id);
        let Some(site) = self.site_to_watch(id, &entity) else { return };
        if watching.check.is_some() {
            return;
        }
        let script = match script::check(&self.root, &entity, &site.place, command) {
            Ok(script) => script,
            Err(Flow::Fail(why)) => return self.not_running(id, &why),
            Err(_) => return self.not_known(id, "its config is not ready"),
        };
        watching.count += 1;
        let attempt = watching.count;
        let key = WorkKey { term: self.term(), task: id.as_str().to_owned(), step: 1, attempt };
        watching.check = Some(key.clone());
        self.set_watching(id, watching);
        self.run(key, site.machine, Work::Script(script), Purpose::Check(id.clone()));
    }

    pub(crate) fn on_watch_outcome(&mut self, id: &EntityId, outcome: Outcome) {
        let by_pid_file = matches!(self.check_of(id), Ok(Check::PidFile));
        match outcome {
            Outcome::Found(process) if !self.is_of_this_boot(Some(id), &process) => {
                self.let_go_of_watch(id);
                self.set_process(Some(id), None);
                let why = "its machine was restarted";
                if by_pid_file { self.not_running(id, why) } else { self.poll(id) }
            }
            Outcome::Found(process) => self.found(id, process, by_pid_file),
            Outcome::Failed(why) => {
                let mut watching = self.watching(id);
                watching.watch = None;
                self.set_watching(id, watching);
                self.not_known(id, &why);
            }
            Outcome::Gone(why) => {
                let mut watching = self.watching(id);
                watching.watch = None;
                self.set_watching(id, watching);
                let was_there = self.root.entity(id).is_some_and(|e| e.process.is_some());
                self.set_process(Some(id), None);
                if by_pid_file {
                    self.not_running(id, &why);
                } else if was_there {
                    self.poll(id);
                }
            }
            // Nothing else is said of a watch.
            _ => {}
        }
    }

    fn found(&mut self, id: &EntityId, process: ProcessRef, decides: bool) {
        self.set_process(Some(id), Some(process));
        if decides {
            self.set_running(id);
            if !self.is_monitored(id) {
                self.stop_watching_keep_waiter(id);
            }
            self.wake_waiter(id, Flow::Next);
        }
    }

    fn let_go_of_watch(&mut self, id: &EntityId) {
        let mut watching = self.watching(id);
        if let Some(key) = watching.watch.take() {
            self.drop_work(&key);
            self.set_watching(id, watching);
        }
    }

    fn stop_watching_keep_waiter(&mut self, id: &EntityId) {
        let waiter = self.watching(id).waiter;
        self.stop_watching(id);
        let watching = self.watching(id);
        self.set_watching(id, Watching { waiter, ..watching });
    }

    pub(crate) fn on_check_outcome(&mut self, id: &EntityId, outcome: Outcome) {
        if !outcome.is_final() {
            return;
        }
        let mut watching = self.watching(id);
        watching.check = None;
        let waits = watching.waiter.is_some();
        self.set_watching(id, watching);
        match outcome {
            Outcome::Ended { exit_code: 0, timed_out: false, streams } => {
                self.set_running(id);
                self.set_metrics(id, &streams.stdout.head);
                self.wake_waiter(id, Flow::Next);
                if self.is_monitored(id) {
                    if waits {
                        self.watch(id);
                    }
                    self.poll_later(id);
                }
            }
            Outcome::Ended { exit_code, streams, timed_out } => {
                let ended =
                    if timed_out { "time was up".to_owned() } else { format!("exit code {exit_code}") };
                let key = vanilla::CHECK_RUNNING.name;
                self.not_running(id, &format!("{key}: {ended}; {}", script::last_lines(&streams)));
            }
            Outcome::Failed(why) => self.not_known(id, &why),
            // Nothing else is final for a script.
            _ => {}
        }
    }

    fn poll_later(&mut self, id: &EntityId) {
        let period = if self.root.entity(id).is_some_and(metrics::has_any) {
            METRICS_PERIOD
        } else {
            self.root.config_span(id, &software_process::POLL_PERIOD).unwrap_or(WAIT_PAUSE_MAX)
        };
        let at = self.now() + period.max(WAIT_PAUSE_MIN);
        self.timer(TimerId::Poll(id.clone()), at);
    }

    fn wake_waiter(&mut self, id: &EntityId, flow: Flow) {
        let mut watching = self.watching(id);
        if let Some(waiter) = watching.waiter.take() {
            self.set_watching(id, watching);
            self.proceed(&waiter.task, flow);
        }
    }

    /// It could not be found out whether the process runs: nobody concludes a death from that, but a machine that
    /// cannot be reached is a problem. A start waits on, otherwise it is asked again.
    fn not_known(&mut self, id: &EntityId, why: &str) {
        let said = json!({ names::PROCESS_IS_RUNNING: format!("could not be checked: {why}") });
        self.update_sensor(id, names::DIAGNOSTICS, said);
        if self.watching(id).waiter.is_some() {
            self.not_running(id, why);
            return;
        }
        let place = self.root.entity(id).and_then(Entity::held_place);
        if let Some(place) = place.filter(|p| p.machine.reach != Reach::Local) {
            let text = format!("{} could not be reached: {why}", place.machine.described(None));
            self.note(id, names::NOT_UP, names::HOST, Some(text.clone()));
            self.note(id, names::PROBLEMS, names::HOST, Some(text));
        }
        if self.root.entity(id).is_some_and(|e| e.expected() == Some(Lifecycle::Running)) {
            self.poll_later(id);
        }
    }

    /// The process runs.
    fn set_running(&mut self, id: &EntityId) {
        self.update_sensor(id, names::PROCESS_IS_RUNNING, true.into());
        if self.root.entity(id).is_some_and(|e| e.sensor(names::DIAGNOSTICS).is_some()) {
            let name = names::DIAGNOSTICS.to_owned();
            self.record(Change::SensorCleared { entity: id.clone(), name });
        }
        for key in [names::HOST, names::PROCESS_IS_RUNNING] {
            self.note(id, names::NOT_UP, key, None);
            self.note(id, names::PROBLEMS, key, None);
        }
    }

    /// The process does not run: a start waits on, up to its limit; an entity that should be up is on fire.
    fn not_running(&mut self, id: &EntityId, why: &str) {
        let Some(entity) = self.entity(id) else { return };
        let mut watching = self.watching(id);
        if let Some(waiter) = &mut watching.waiter {
            let waited = self.now().since(waiter.since);
            if waited >= waiter.limit {
                let text = format!(
                    "{} did not pass is-running check within the required {} limit ({waited} elapsed): {why}",
                    entity.described(),
                    waiter.limit
                );
                return self.wake_waiter(id, Flow::Fail(text));
            }
            let pause = waiter.pause;
            waiter.pause = (pause * 2).min(WAIT_PAUSE_MAX);
            let at = self.now() + pause.min(waiter.limit - waited);
            self.set_watching(id, watching);
            self.timer(TimerId::Poll(id.clone()), at);
            return;
        }
        self.say_gone(&entity, why);
        if entity.expected() == Some(Lifecycle::Running) && self.is_monitored(id) {
            self.poll_later(id);
        }
    }

    /// Says once that a process is not there, and why.
    pub(crate) fn say_gone(&mut self, entity: &Entity, why: &str) {
        let id = &entity.id;
        let known = entity.sensor(names::PROCESS_IS_RUNNING) == Some(&false.into());
        let said = entity.sensor(names::NOT_UP).is_some_and(|m| m.get(names::PROCESS_IS_RUNNING).is_some());
        if known && said {
            return;
        }
        self.update_sensor(id, names::PROCESS_IS_RUNNING, false.into());
        let text = format!("The software process for this entity does not appear to be running: {why}");
        if entity.expected() == Some(Lifecycle::Running) {
            self.note(id, names::PROBLEMS, names::PROCESS_IS_RUNNING, Some(text.clone()));
        }
        self.note(id, names::NOT_UP, names::PROCESS_IS_RUNNING, Some(text));
    }
}

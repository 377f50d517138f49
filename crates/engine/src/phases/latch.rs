//! Latches: a phase waits until its latch has a value. One whose value is a `MaxConcurrencySensor`'s lets so many
//! through at a time.
//!
//! A permit is held by the task that took it, in its record: it is free as soon as that task has ended, however it
//! ended, also by a take-over. Nothing can hold one for ever.

use base::TaskId;
use model::config;
use model::spec::ConfigValue;
use model::types::{ConfigDef, software_process as sp};
use model::value::{Coerced, ValueType};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::advance::Flow;
use crate::change::Change;
use crate::config::unreadable;
use crate::draft::Draft;
use crate::machine::{Try, fail, settled};
use crate::state::Map;
use crate::task::Task;

/// What holds a phase up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Latch {
    /// The start, before it takes a machine.
    Start,
    /// What comes once the machine is there.
    Provision,
    /// All that is done on the machine.
    Setup,
    /// Copying files before anything is installed.
    PreInstallResources,
    /// Copying files before the installation.
    InstallResources,
    /// The installation.
    Install,
    /// Copying files before customising.
    CustomizeResources,
    /// Customising.
    Customize,
    /// Copying files before the launch.
    LaunchResources,
    /// The launch.
    Launch,
    /// The stop.
    Stop,
}

impl Latch {
    /// Its config key.
    pub fn key(self) -> &'static ConfigDef {
        match self {
            Latch::Start => &sp::LATCH_START,
            Latch::Provision => &sp::LATCH_PROVISION,
            Latch::Setup => &sp::LATCH_SETUP,
            Latch::PreInstallResources => &sp::LATCH_PRE_INSTALL_RESOURCES,
            Latch::InstallResources => &sp::LATCH_INSTALL_RESOURCES,
            Latch::Install => &sp::LATCH_INSTALL,
            Latch::CustomizeResources => &sp::LATCH_CUSTOMIZE_RESOURCES,
            Latch::Customize => &sp::LATCH_CUSTOMIZE,
            Latch::LaunchResources => &sp::LATCH_LAUNCH_RESOURCES,
            Latch::Launch => &sp::LATCH_LAUNCH,
            Latch::Stop => &sp::LATCH_STOP,
        }
    }
}

/// The type of a sensor's value that lets so many through at a time.
const LIMITED: &str = "org.apache.brooklyn.core.sensor.ReleaseableLatch";

/// A place among those whom a latch lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Permit {
    /// Which latch it is of.
    of: String,
    /// How many it lets through.
    most: usize,
}

impl Permit {
    /// What a latch's value asks for, if it lets so many through at a time. A value that does not say which latch it
    /// is goes by `otherwise`.
    fn of(value: &Value, otherwise: impl FnOnce() -> String) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        if text("type") != Some(LIMITED) {
            return None;
        }
        let most = value.get("maxConcurrency").and_then(Value::as_u64).unwrap_or(u64::MAX);
        Some(Self {
            of: text("id").map_or_else(otherwise, str::to_owned),
            most: usize::try_from(most).unwrap_or(usize::MAX),
        })
    }
}

impl Draft {
    pub(crate) fn pass_latch(&mut self, task: &Task, latch: Latch) -> Flow {
        settled(self.try_pass_latch(task, latch))
    }

    fn try_pass_latch(&mut self, task: &Task, latch: Latch) -> Try<Flow> {
        let (entity, _) = self.here(task)?;
        let key = latch.key();
        let value = self.root.config(&entity.id, key).or_else(unreadable)?.into_json();
        // Within an application the same words mean the same latch.
        let written = || {
            let given =
                config::effective(&self.root.levels(&entity.id), key).map(|e| e.value.given().to_string());
            format!("{}: {}", entity.app, given.unwrap_or_default())
        };
        if let Some(permit) = Permit::of(&value, written) {
            return Ok(self.take_permit(task, &permit));
        }
        // As in Brooklyn, what has no value yet is waited for; a value of `false` holds nothing up.
        match config::resolve(key.name, ValueType::Bool, &ConfigValue::new(value)) {
            Ok(Coerced::Null | Coerced::Bool(_)) => Ok(Flow::Next),
            Ok(_) => fail(format!("{} is neither a flag nor a limit", key.name)),
            Err(e) => fail(e.to_string()),
        }
    }

    fn take_permit(&mut self, task: &Task, permit: &Permit) -> Flow {
        if task.permit.as_ref() == Some(&permit.of) {
            return Flow::Next;
        }
        let holders = self.root.index.permits.get(&permit.of).map_or(0, Map::size);
        if holders < permit.most {
            self.record(Change::TaskPermit { task: task.id.clone(), latch: permit.of.clone() });
            return Flow::Next;
        }
        let on = format!("waiting for one of {} to be done that a latch lets through at a time", permit.most);
        if task.blocked_on.as_ref() != Some(&on) {
            self.record(Change::TaskBlocked { task: task.id.clone(), on: Some(on) });
        }
        let mut queue = self.root.transient.queues.get(&permit.of).cloned().unwrap_or_default();
        queue.insert_mut(task.seq, task.id.clone());
        self.root.transient.queues.insert_mut(permit.of.clone(), queue);
        Flow::Wait
    }

    /// A task has ended: the first of those that wait for its permit may try.
    pub(crate) fn pass_permit_on(&mut self, task: &Task) {
        let Some(latch) = &task.permit else { return };
        let Some(mut queue) = self.root.transient.queues.get(latch).cloned() else { return };
        let ended = |id: &TaskId| self.root.task(id).is_none_or(Task::is_ended);
        while let Some((seq, id)) = queue.first().map(|(seq, id)| (*seq, id.clone())) {
            queue.remove_mut(&seq);
            if !ended(&id) {
                self.ready.push_back(id);
                break;
            }
        }
        if queue.is_empty() {
            self.root.transient.queues.remove_mut(latch);
        } else {
            self.root.transient.queues.insert_mut(latch.clone(), queue);
        }
    }
}

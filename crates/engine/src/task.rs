//! What is remembered of one task: who wanted it, its program, how far it is, what it brought.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{EntityId, TaskId, Term, WallMs};
use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::effect::{Captured, ProcessRef, WorkKey};
use crate::input::{Caller, Host};
use crate::place::MachineRef;
use crate::program::StepKind;
use crate::read::ORIGINAL;

/// A task (activity). Everything that a later master needs to tell what it did is in here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Orders tasks by submission.
    pub seq: u64,
    /// Its display name.
    pub name: String,
    /// Its description; often empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The entity that it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<EntityId>,
    /// That entity's name at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
    /// The task that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TaskId>,
    /// The number of the parent's step that began it.
    #[serde(default)]
    pub parent_step: u32,
    /// The effector call that it is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// What it does, step by step.
    pub program: Arc<Vec<StepKind>>,
    /// What becomes of the entity when it fails, is cancelled or is interrupted.
    #[serde(default)]
    pub on_error: OnError,
    /// Whether the parent goes on when this one fails.
    #[serde(default)]
    pub tolerated: bool,
    /// When it was submitted; it starts at once.
    pub submitted_at: WallMs,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<WallMs>,
    /// Whether it is still going on, and how it ended.
    pub status: Status,
    /// The number of the current step.
    #[serde(default)]
    pub step: u32,
    /// How far the current step is, where it does many alike (the last child's number).
    #[serde(default)]
    pub cursor: u64,
    /// What it waits for, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_on: Option<String>,
    /// The latch that let it through as one of so many; it counts until it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permit: Option<String>,
    /// The outside action that was last intended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// The script's process, from its begin until its end is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessRef>,
    /// Recorded streams by name: stdin, env, stdout, stderr.
    #[serde(default)]
    pub streams: RedBlackTreeMapSync<String, Arc<Captured>>,
    /// What it returned; for a failed one the error's text.
    #[serde(default)]
    pub result: Value,
    /// How it was interrupted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<Interruption>,
}

/// How a task is getting on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Going on.
    InProgress,
    /// Ended well.
    Completed,
    /// Ended with an error (also: interrupted).
    Failed,
    /// Cancelled.
    Cancelled,
}

impl Status {
    /// Every one.
    pub const ALL: [Status; 4] = [Status::InProgress, Status::Completed, Status::Failed, Status::Cancelled];

    /// The word of `currentStatus`.
    pub const fn word(self) -> &'static str {
        match self {
            Status::InProgress => "In progress",
            Status::Completed => "Completed",
            Status::Failed => "Failed",
            Status::Cancelled => "Cancelled",
        }
    }
}

/// What becomes of the entity when its task does not end well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// Nothing.
    #[default]
    Leave,
    /// It is expected to be on fire (a process).
    OnFire,
    /// It is expected to be running, so that its children decide (an application).
    Running,
}

/// An effector call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Which effector.
    pub effector: String,
    /// With what.
    pub params: BTreeMap<String, Value>,
}

/// An outside action about to be done: recorded before it, so that a later master knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The term of the master that wants it.
    pub term: Term,
    /// The step that it belongs to.
    pub step: u32,
    /// Counts repeats.
    pub attempt: u32,
    /// On which machine.
    #[serde(default)]
    pub machine: MachineRef,
    /// Which host that is, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
    /// What, for people.
    pub what: String,
    /// Of a script: the working directory, below which its files are, until it is known that nothing of it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_in: Option<String>,
}

/// How a task was interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interruption {
    /// The master whose task it was.
    pub master: String,
    /// Its term.
    pub term: Term,
    /// When the next master saw it.
    pub at: WallMs,
    /// Why that master's reign ended.
    pub why: String,
    /// At which step: `launch (3 of 5)`.
    pub step: String,
}

impl Call {
    /// The effector of the entity's type that it is, where it is one: also by the name that it has beside a
    /// composite which took its own.
    pub(crate) fn of_type(&self) -> &str {
        self.effector.strip_prefix(ORIGINAL).unwrap_or(&self.effector)
    }
}

impl Intent {
    /// Names the action to the executor.
    pub fn key(&self, task: &TaskId) -> WorkKey {
        WorkKey { term: self.term, task: task.as_str().to_owned(), step: self.step, attempt: self.attempt }
    }
}

impl Task {
    /// Whether it has ended.
    pub fn is_ended(&self) -> bool {
        self.status != Status::InProgress
    }

    /// Whether it is what somebody asked of an entity, and no part of a greater whole: what it calls of the same
    /// entity is asked by the same caller.
    pub(crate) fn is_call_of(&self, entity: &EntityId) -> bool {
        self.call.is_some() && self.parent.is_none() && self.entity.as_ref() == Some(entity)
    }

    /// Whether nothing is lost with it but what it did.
    pub(crate) fn is_forgettable(&self) -> bool {
        self.is_ended() && self.parent.is_none() && self.process.is_none()
    }

    /// The step that it is at, if it is at one.
    pub fn current(&self) -> Option<&StepKind> {
        self.program.get(self.step as usize)
    }

    /// The outside action of the current step, if it was intended already.
    pub fn current_intent(&self) -> Option<&Intent> {
        self.intent.as_ref().filter(|i| i.step == self.step)
    }

    /// The key of that action.
    pub fn step_key(&self) -> Option<WorkKey> {
        self.current_intent().map(|i| i.key(&self.id))
    }

    /// `launch (3 of 5)`.
    pub fn step_for_people(&self) -> String {
        let (n, of) = (self.step as usize + 1, self.program.len());
        let name = self.current().map_or_else(|| "end".to_owned(), StepKind::name);
        format!("'{name}' ({} of {of})", n.min(of))
    }
}

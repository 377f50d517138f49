//! What tasks are made of: steps as data, so that a later master knows where an earlier one was.
//!
//! These go into log records: a variant may be added (with a new record format), none may change its meaning.

use std::collections::BTreeMap;

use base::{EntityId, Span};
use model::types::{ConfigDef, software_process, vanilla_software_process as vanilla};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lifecycle::Lifecycle;
use crate::phases::{Latch, Stage};
use crate::sequence::Asked;

/// One step of a task's program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StepKind {
    /// Creates what is left of a large application.
    Create,
    /// Settles what the rest of the task does: the config that decides it was not ready when the task began.
    Plan,
    /// Ends the task at once when the process runs already; fails it while an earlier script may still run.
    CheckIdle,
    /// Cancels what else goes on at the entity and below it.
    CancelOthers {
        /// At which entity.
        entity: EntityId,
    },
    /// Ends the scripts that interrupted tasks of the entity and of what is below it may have left running.
    EndLeftovers {
        /// Of which entity.
        entity: EntityId,
    },
    /// Sets the expected state.
    Expect {
        /// To what.
        state: Lifecycle,
    },
    /// Waits until a latch lets it through.
    Latch {
        /// Which.
        latch: Latch,
    },
    /// Copies the files onto the machine that are wanted before a phase.
    CopyFiles {
        /// Before which.
        stage: Stage,
    },
    /// Takes a machine and records where it is.
    TakeMachine,
    /// Gets a port for each config key that wants one.
    TakePorts,
    /// Looks whether a process of an earlier start is there.
    FindProcess,
    /// Looks whether the process runs already, and takes these steps if it does not.
    UnlessRunning {
        /// Which.
        steps: Vec<StepKind>,
    },
    /// Runs the entity's own command for a phase.
    Script {
        /// Which.
        phase: Phase,
    },
    /// Runs the shell command of the effector that the task is a call of.
    Effector,
    /// Runs a command on the entity's machine and returns what it writes.
    Exec {
        /// The bash text.
        command: String,
        /// After how long it is ended, in microseconds.
        timeout: Option<Span>,
    },
    /// Makes the request over HTTP of the effector that the task is a part of.
    Request,
    /// Settles whom the effector that the task is a call of passes the call on to.
    PassOn,
    /// Calls an effector of each of some entities, some at a time, each as a part that is named after its entity.
    Batch {
        /// Which entities.
        entities: Vec<EntityId>,
        /// Which effector.
        effector: String,
        /// With what.
        params: BTreeMap<String, Value>,
        /// How many at a time; 0: all.
        at_once: u32,
        /// Whether to go on when one fails.
        tolerated: bool,
    },
    /// Runs the shell command of the effector that the task is a part of on the machine of each of some entities.
    OnEach {
        /// Which.
        entities: Vec<EntityId>,
    },
    /// Has the blueprint compiled whose entities the effector that the task is a call of adds.
    CompileChildren,
    /// Calls `start` of those entities that have it, side by side, as one task.
    StartAdded {
        /// Of which.
        entities: Vec<EntityId>,
    },
    /// Ends with what the last part has returned.
    ReturnLast,
    /// Ends with what all parts have returned, as the text of a list.
    ReturnAll,
    /// Finds out why the entity is not up.
    Diagnose,
    /// Waits until the process runs, up to `start.timeout`.
    AwaitRunning,
    /// Waits until the entity is up, up to `start.timeout`.
    AwaitUp,
    /// Says that the entity is not up (any more), and stops watching it.
    MarkDown,
    /// Ends the process and its group.
    KillProcess,
    /// Gives the machine back.
    ReleaseMachine,
    /// Removes the run directories of an entity and of what is below it.
    RemoveDirs {
        /// Which.
        entity: EntityId,
    },
    /// Runs a part of the program as a task of its own and waits for it.
    Sub {
        /// Its name.
        name: String,
        /// Its program.
        steps: Vec<StepKind>,
        /// Whether to go on when it fails.
        tolerated: bool,
    },
    /// Begins a task of its own, for which nobody waits.
    Behind {
        /// Its name.
        name: String,
        /// Its program.
        steps: Vec<StepKind>,
    },
    /// Calls an effector of an entity and waits for it.
    Call {
        /// Of which.
        entity: EntityId,
        /// Which.
        effector: String,
        /// With what.
        params: BTreeMap<String, Value>,
        /// Whether to go on when it fails.
        tolerated: bool,
    },
    /// Calls an effector of all children that have it, side by side, as one task.
    Children {
        /// Which.
        effector: String,
        /// With what.
        params: BTreeMap<String, Value>,
    },
    /// The inside of such a task: a call for each child.
    EachChild {
        /// Which.
        effector: String,
        /// With what.
        params: BTreeMap<String, Value>,
    },
    /// Forgets an entity and all below it.
    Forget {
        /// Which.
        entity: EntityId,
    },
    /// Makes the group for members that cannot be started, where the cluster wants one.
    MakeQuarantine,
    /// Makes a cluster as large as said; `None`: as large as it is to begin.
    Resize {
        /// How large.
        to: Option<u32>,
        /// With what new members are started.
        params: BTreeMap<String, Value>,
    },
    /// Makes a cluster larger or smaller by so many.
    ResizeBy {
        /// How many; fewer below 0.
        by: i64,
        /// With what new members are started.
        params: BTreeMap<String, Value>,
    },
    /// Adds members to a cluster; what starts them and looks after them follows.
    AddMembers {
        /// How many.
        count: u32,
        /// New members have this number or a higher one.
        since: u64,
        /// With what they are started.
        params: BTreeMap<String, Value>,
        /// In which zone; `None`: where there are the fewest, if the cluster has zones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<u32>,
    },
    /// Calls an effector of each of some entities, some at a time.
    EachOf {
        /// Which.
        entities: Vec<EntityId>,
        /// Which effector.
        effector: String,
        /// With what.
        params: BTreeMap<String, Value>,
        /// How many at a time; 0: all.
        at_once: u32,
    },
    /// Sets members aside that could not be started, or removes them.
    SettleMembers {
        /// The members whose start was tried.
        members: Vec<EntityId>,
    },
    /// Fails when too few of a cluster's first members are there.
    CheckInitialSize,
    /// Adds a member that is to take another's place.
    Replace {
        /// Whose.
        member: EntityId,
    },
    /// The new member is there: the old one goes.
    CheckReplaced {
        /// The old one.
        old: EntityId,
        /// The new one has this number or a higher one.
        since: u64,
    },
    /// Gives a fabric a member for each location.
    MakeFabric {
        /// With what its members are started.
        params: BTreeMap<String, Value>,
    },
    /// Makes the child of a conditional entity, if it is to have one.
    MakeConditional,
    /// Lets the policies of an entity rest, or go on.
    RestPolicies {
        /// Whether they rest.
        rest: bool,
    },
    /// Ends with how many members there are.
    ReturnSize,
    /// Ends with the members that came since.
    ReturnNewMembers {
        /// They have this number or a higher one.
        since: u64,
    },
    /// Ends with a value.
    Return {
        /// Which.
        value: Value,
    },
    /// Asks a sequence.
    Sequence {
        /// What.
        asked: Asked,
    },
}

/// A phase of a process's life that has a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before the installation.
    PreInstall,
    /// The installation; done once for each install label on a host.
    Install,
    /// After the installation.
    PostInstall,
    /// Before the customisation.
    PreCustomize,
    /// The customisation.
    Customize,
    /// After the customisation.
    PostCustomize,
    /// Before the launch.
    PreLaunch,
    /// The launch.
    Launch,
    /// After the launch.
    PostLaunch,
    /// The stop.
    Stop,
}

impl Phase {
    /// Its name as a task.
    pub const fn name(self) -> &'static str {
        match self {
            Phase::PreInstall => "pre-install-command",
            Phase::Install => "install",
            Phase::PostInstall => "post-install-command",
            Phase::PreCustomize => "pre-customize-command",
            Phase::Customize => "customize",
            Phase::PostCustomize => "post-customize-command",
            Phase::PreLaunch => "pre-launch-command",
            Phase::Launch => "launch",
            Phase::PostLaunch => "post-launch-command",
            Phase::Stop => "stop",
        }
    }

    /// The config key of its command.
    pub fn key(self) -> &'static ConfigDef {
        match self {
            Phase::PreInstall => &software_process::PRE_INSTALL,
            Phase::Install => &vanilla::INSTALL,
            Phase::PostInstall => &software_process::POST_INSTALL,
            Phase::PreCustomize => &software_process::PRE_CUSTOMIZE,
            Phase::Customize => &vanilla::CUSTOMIZE,
            Phase::PostCustomize => &software_process::POST_CUSTOMIZE,
            Phase::PreLaunch => &software_process::PRE_LAUNCH,
            Phase::Launch => &vanilla::LAUNCH,
            Phase::PostLaunch => &software_process::POST_LAUNCH,
            Phase::Stop => &vanilla::STOP,
        }
    }

    /// Whether it is over once the process is there.
    pub const fn leads_to_launch(self) -> bool {
        !matches!(self, Phase::PostLaunch | Phase::Stop)
    }
}

impl StepKind {
    /// What the step is called in texts for people.
    pub fn name(&self) -> String {
        match self {
            StepKind::Create => "create entities".to_owned(),
            StepKind::Plan => "plan".to_owned(),
            StepKind::CheckIdle => "check".to_owned(),
            StepKind::CancelOthers { .. } => "cancel other tasks".to_owned(),
            StepKind::EndLeftovers { .. } => "end interrupted scripts".to_owned(),
            StepKind::Expect { state } => format!("expect {}", state.spoken()),
            StepKind::Latch { latch } => latch.key().name.to_owned(),
            StepKind::CopyFiles { stage } => stage.name().to_owned(),
            StepKind::TakeMachine => "pre-start".to_owned(),
            StepKind::TakePorts => "take ports".to_owned(),
            StepKind::FindProcess => "find process".to_owned(),
            StepKind::UnlessRunning { .. } => "check running".to_owned(),
            StepKind::Script { phase } => phase.name().to_owned(),
            StepKind::Effector | StepKind::Exec { .. } => "command".to_owned(),
            StepKind::OnEach { entities } => format!("command on {}", entities.len()),
            StepKind::CompileChildren => "compile blueprint".to_owned(),
            StepKind::StartAdded { .. } => "start children".to_owned(),
            StepKind::Request => "request".to_owned(),
            StepKind::PassOn => "pass on".to_owned(),
            StepKind::Batch { effector, entities, .. } => format!("invoke {effector} on {}", entities.len()),
            StepKind::Diagnose => "diagnose".to_owned(),
            StepKind::AwaitRunning => "wait for running".to_owned(),
            StepKind::AwaitUp => "wait for up".to_owned(),
            StepKind::MarkDown => "mark as down".to_owned(),
            StepKind::KillProcess => "stop process".to_owned(),
            StepKind::ReleaseMachine => "release machine".to_owned(),
            StepKind::RemoveDirs { .. } => "remove run directories".to_owned(),
            StepKind::Sub { name, .. } | StepKind::Behind { name, .. } => name.clone(),
            StepKind::Call { effector, .. } => effector.clone(),
            StepKind::Children { effector, .. } | StepKind::EachChild { effector, .. } => {
                format!("{effector} children")
            }
            StepKind::Forget { .. } => "forget".to_owned(),
            StepKind::MakeQuarantine => "make quarantine".to_owned(),
            StepKind::Resize { .. } | StepKind::ResizeBy { .. } => "resize".to_owned(),
            StepKind::AddMembers { count, .. } => format!("add {count} members"),
            StepKind::EachOf { effector, .. } => format!("{effector} members"),
            StepKind::SettleMembers { .. } => "look after new members".to_owned(),
            StepKind::CheckInitialSize => "check size".to_owned(),
            StepKind::Replace { .. } | StepKind::CheckReplaced { .. } => "replace member".to_owned(),
            StepKind::MakeFabric { .. } => "make members".to_owned(),
            StepKind::MakeConditional => "make conditional entity".to_owned(),
            StepKind::RestPolicies { rest: true } => "suspend policies".to_owned(),
            StepKind::RestPolicies { rest: false } => "resume policies".to_owned(),
            StepKind::ReturnSize
            | StepKind::ReturnNewMembers { .. }
            | StepKind::ReturnLast
            | StepKind::ReturnAll
            | StepKind::Return { .. } => "return".to_owned(),
            StepKind::Sequence { .. } => "count".to_owned(),
        }
    }
}

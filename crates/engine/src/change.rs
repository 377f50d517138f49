//! What a step has changed, as it goes into the log: one JSON line each.
//!
//! Changes say what *is* now ("sensor X of entity E is 5"), not what was asked for: folding them needs no
//! decision and stays valid when the code that decides changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{AdjunctId, EntityId, Orders, Rng, TaskId, WallMs};
use model::catalog::{Bundle, BundleId, ItemId};
use model::spec::{ConfigValue, LocationSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::effect::{Captured, ProcessRef, Reply};
use crate::entity::{Adjunct, Entity};
use crate::input::Reign;
use crate::place::{MachineRef, Place};
use crate::program::StepKind;
use crate::task::{Intent, Interruption, Status, Task};

/// A change of the state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// A master has begun to rule.
    ReignBegan {
        /// Who, where, why.
        reign: Reign,
    },
    /// Ids were drawn.
    RngMoved {
        /// Where the stream stands.
        state: Rng,
    },
    /// An entity is there.
    EntityAdded {
        /// It.
        entity: Box<Entity>,
    },
    /// An entity is gone (those below it have gone before).
    EntityRemoved {
        /// Which.
        entity: EntityId,
    },
    /// A sensor has a value.
    SensorSet {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        name: String,
        /// The value.
        value: Value,
        /// When.
        at: WallMs,
    },
    /// A sensor has no value any more.
    SensorCleared {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        name: String,
    },
    /// A config key has a value.
    ConfigSet {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        key: String,
        /// The value as given.
        value: ConfigValue,
    },
    /// An entity has another name.
    Renamed {
        /// Which.
        entity: EntityId,
        /// The name.
        name: String,
    },
    /// An entity has other tags.
    TagsSet {
        /// Which.
        entity: EntityId,
        /// All of them.
        tags: Vec<Value>,
    },
    /// An entity was given a machine, or gave it back.
    MachineSet {
        /// Which.
        entity: EntityId,
        /// Which machine.
        machine: Option<Arc<MachineRef>>,
    },
    /// An entity is to run elsewhere.
    LocationsSet {
        /// Which.
        entity: EntityId,
        /// Where.
        locations: Vec<LocationSpec>,
    },
    /// An entity's folders are somewhere, or nowhere any more.
    PlaceSet {
        /// Which.
        entity: EntityId,
        /// Where.
        place: Option<Arc<Place>>,
    },
    /// An entity's process was found or is gone.
    ProcessSet {
        /// Which entity.
        entity: EntityId,
        /// The process.
        process: Option<ProcessRef>,
    },
    /// An entity has one more policy, enricher or feed.
    AdjunctAdded {
        /// Which entity.
        entity: EntityId,
        /// It.
        adjunct: Box<Adjunct>,
    },
    /// An entity has one less.
    AdjunctRemoved {
        /// Which entity.
        entity: EntityId,
        /// Which of its adjuncts.
        adjunct: AdjunctId,
    },
    /// An adjunct remembers something else.
    AdjunctMemory {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        adjunct: AdjunctId,
        /// What.
        memory: Value,
    },
    /// An adjunct was told to rest, or to go on.
    AdjunctSuspended {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        adjunct: AdjunctId,
        /// Whether it rests.
        suspended: bool,
    },
    /// A config key of an adjunct has a value.
    AdjunctConfigSet {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        adjunct: AdjunctId,
        /// Which key.
        key: String,
        /// The value as given.
        value: ConfigValue,
    },
    /// An entity is a member of a group.
    MemberAdded {
        /// Of which.
        group: EntityId,
        /// Which entity.
        member: EntityId,
        /// The number by which members are in order.
        seq: u64,
    },
    /// An entity is no member any more. (One that is removed is a member of nothing, without being told so.)
    MemberRemoved {
        /// Of which group.
        group: EntityId,
        /// Which entity.
        member: EntityId,
    },
    /// A task was submitted and has begun.
    TaskAdded {
        /// It.
        task: Box<Task>,
    },
    /// A task is at another step.
    TaskStepped {
        /// Which.
        task: TaskId,
        /// The step's number.
        step: u32,
    },
    /// A task's step is further on.
    TaskCursor {
        /// Which.
        task: TaskId,
        /// How far.
        cursor: u64,
    },
    /// What a task has left to do was settled only now: this is its program from the current step on.
    TaskProgram {
        /// Which.
        task: TaskId,
        /// The steps in the place of the current one and those after it.
        steps: Vec<StepKind>,
    },
    /// A task waits for something that it can name, or does not any more.
    TaskBlocked {
        /// Which.
        task: TaskId,
        /// For what, for people.
        on: Option<String>,
    },
    /// A latch let a task through as one of so many.
    TaskPermit {
        /// Which.
        task: TaskId,
        /// Which latch.
        latch: String,
    },
    /// An outside action is about to be done.
    Intent {
        /// For which task.
        task: TaskId,
        /// What.
        intent: Intent,
    },
    /// A script's process is there, or has ended.
    TaskProcess {
        /// Of which task.
        task: TaskId,
        /// The process; `None`: nothing of its script runs.
        process: Option<ProcessRef>,
    },
    /// A task's streams, as far as they are now (those not named stay).
    StreamsRecorded {
        /// Of which task.
        task: TaskId,
        /// By name.
        streams: BTreeMap<String, Arc<Captured>>,
    },
    /// A task has ended.
    TaskEnded {
        /// Which.
        task: TaskId,
        /// How.
        status: Status,
        /// What it returned; the error's text of a failed one.
        result: Value,
        /// How it was interrupted, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interrupted: Option<Interruption>,
        /// When.
        at: WallMs,
    },
    /// Ended tasks are forgotten.
    TasksForgotten {
        /// Which.
        tasks: Vec<TaskId>,
    },
    /// The catalog has a bundle, new or in the place of the one with its id.
    BundlePut {
        /// It.
        bundle: Arc<Bundle>,
    },
    /// The catalog has a bundle less.
    BundleRemoved {
        /// Which.
        bundle: BundleId,
    },
    /// A bundle has an item less.
    ItemRemoved {
        /// Which bundle.
        bundle: BundleId,
        /// Which of its items.
        item: ItemId,
    },
    /// An item is marked otherwise.
    ItemFlagged {
        /// Of which bundle.
        bundle: BundleId,
        /// Which.
        item: ItemId,
        /// Whether newer ones are to be preferred.
        deprecated: bool,
        /// Whether it may not be used.
        disabled: bool,
    },
    /// The catalog that a plane begins with was read: it is not read again.
    CatalogBegun {
        /// What was wrong with it, for people.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        problems: Vec<String>,
        /// When.
        at: WallMs,
    },
    /// Entities may be given machines, or may not any more.
    ProvisioningAllowed {
        /// Whether they may.
        allowed: bool,
    },
    /// A write with a key was done.
    WriteDone {
        /// The key.
        key: String,
        /// What was asked with it.
        body_sum: String,
        /// What was answered.
        reply: Reply,
        /// When.
        at: WallMs,
    },
    /// A write with a known key came again and was answered as before.
    WriteRepeated {
        /// The key.
        key: String,
        /// When.
        at: WallMs,
    },
    /// Old write keys are forgotten.
    WritesForgotten {
        /// Which.
        keys: Vec<String>,
    },
    /// The master had lost something and put other things in its place. Whoever follows may have it still: from
    /// here on a change about what is not there, or is there already, is passed over.
    GapsFilled {
        /// How many entities were put in place.
        entities: u64,
        /// When.
        at: WallMs,
    },
    /// Something was acknowledged that left everything as it was.
    Noted {
        /// What, for people.
        what: String,
        /// When.
        at: WallMs,
    },
    /// Orders about the master's chair stand like this.
    Ordered {
        /// All of them.
        orders: Orders,
    },
    /// Everything was emptied.
    Reset,
}

/// Why a change cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// A later version wrote it: stop following, never skip.
    #[error("a change of a kind that this version does not know: {0}")]
    UnknownKind(String),
    /// It is damaged.
    #[error("a change that cannot be read: {0}")]
    Damaged(String),
}

impl Change {
    /// As one JSON line, without its end.
    pub fn encode(&self) -> String {
        // Plain data with texts as keys: there is nothing in it that JSON cannot say.
        serde_json::to_string(self).expect("a change is plain data")
    }

    /// Reads one JSON line. An unknown kind, or an unknown field of a known one, is of a later version.
    pub fn decode(line: &[u8]) -> Result<Self, ChangeError> {
        serde_json::from_slice(line).map_err(|e| {
            let text = e.to_string();
            if text.contains("unknown variant") || text.contains("unknown field") {
                ChangeError::UnknownKind(text)
            } else {
                ChangeError::Damaged(text)
            }
        })
    }
}

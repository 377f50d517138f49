//! Everything that can happen to the engine: one closed enum.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{AdjunctId, EntityId, NodeId, TaskId, Term, WallMs};
use model::catalog::{Bundle, BundleId, Catalog, ItemId};
use model::spec::{AdjunctSpec, AppSpec, EntitySpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::effect::{Outcome, WorkKey};

/// Names a request that waits for an answer; unique within one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// What happens to the engine.
#[derive(Clone, Debug)]
pub enum Input {
    /// Somebody asks for something.
    Command {
        /// Whom to answer.
        request: RequestId,
        /// Who asks.
        caller: Caller,
        /// With which write key, when the caller wants it to happen once.
        key: Option<WriteKey>,
        /// What is asked.
        command: Command,
    },
    /// A timer that the engine asked for is due.
    Timer(TimerId),
    /// Something that the engine asked a machine for has got on.
    Work {
        /// What was asked.
        key: WorkKey,
        /// How it got on.
        outcome: Outcome,
    },
    /// This node has become master and serves from now on. Always the first input of a reign.
    TookOver(Reign),
}

/// Who rules and where: what the engine must know to tell its own work from that of an earlier master.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reign {
    /// The term.
    pub term: Term,
    /// The master's id.
    pub node: String,
    /// The host that it runs on: what `localhost` means while it rules.
    pub host: Host,
    /// Why the term began, for people ("first start", "node X ended its term", "no sign of life of X for 30s").
    pub why: String,
    /// Random bits from the operating system, mixed into the ids that are drawn from now on: two planes on one
    /// host must not draw the same ones.
    pub seed: u64,
}

/// One running of one host. A process id means something only together with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Stays the same over restarts (machine id).
    pub id: String,
    /// For people.
    pub name: String,
    /// Changes at each restart of the host.
    pub boot: String,
    /// The address to show as `host.address`.
    pub address: String,
    /// Below this lie the folders of managed processes (`/tmp/brooklyn-USER`).
    pub base_dir: String,
}

impl Host {
    /// Whether both are the same host; its name, address and folders may have changed.
    pub fn is_same_host(&self, other: &Host) -> bool {
        self.id == other.id
    }

    /// Whether both are the same running of the same host: only then does a process id mean the same.
    pub fn is_same_boot(&self, other: &Host) -> bool {
        self.is_same_host(other) && self.boot == other.boot
    }
}

/// Who asks, for the task's tags and the audit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// The login.
    pub user: String,
    /// Where the request came from.
    pub source: String,
    /// What was requested; `adjunct:ID` where an adjunct asked.
    pub uri: String,
}

/// A caller's word that a repeated request is the same one (`Idempotency-Key`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteKey {
    /// The key as given.
    pub key: String,
    /// SHA-256 of method, path and body, in hex: the same key with another one is refused.
    pub body_sum: String,
}

/// What can be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Creates an application and starts it.
    Deploy {
        /// The id that the client chose, if it did.
        id: Option<EntityId>,
        /// What to create.
        spec: Arc<AppSpec>,
        /// Whether to call its `start` effector.
        start: bool,
    },
    /// Adds what a blueprint describes below an entity.
    AddChildren {
        /// Below which.
        parent: EntityId,
        /// What to add.
        specs: Arc<Vec<EntitySpec>>,
        /// The blueprint's text.
        source: String,
        /// Whether to call the `start` effector of what has one.
        start: bool,
    },
    /// Calls an effector.
    Invoke {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        effector: String,
        /// With what.
        params: BTreeMap<String, Value>,
    },
    /// Sets a sensor from outside.
    SetSensor {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        sensor: String,
        /// To what.
        value: Value,
    },
    /// Sets several sensors: all of them, or none when one is refused.
    SetSensors {
        /// Of which entity.
        entity: EntityId,
        /// Which, to what.
        values: BTreeMap<String, Value>,
    },
    /// Takes a sensor's value away; one that has none stays so.
    ClearSensor {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        sensor: String,
    },
    /// Sets a config value.
    SetConfig {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        key: String,
        /// To what, as given.
        value: Value,
    },
    /// Sets several config values of several entities: all of them, or none when one is refused.
    SetConfigs {
        /// Of which entities.
        entities: Vec<EntityId>,
        /// Which, to what, as given.
        values: BTreeMap<String, Value>,
    },
    /// Gives an entity another name.
    Rename {
        /// Which.
        entity: EntityId,
        /// The name.
        name: String,
    },
    /// Changes the tags of an entity. Taking one away answers whether it was there.
    EditTags {
        /// Of which entity.
        entity: EntityId,
        /// How.
        edit: TagEdit,
    },
    /// Stops an application and forgets it.
    Delete {
        /// Which.
        app: EntityId,
    },
    /// Forgets an entity and what is below it, releasing what it holds if `release`.
    Expunge {
        /// Which.
        entity: EntityId,
        /// Whether to stop its processes first.
        release: bool,
    },
    /// Cancels a task and everything below it.
    Cancel {
        /// Which.
        task: TaskId,
    },
    /// Gives an entity a policy, enricher or feed; one with the same unique tag goes. Answers with its id.
    AddAdjunct {
        /// Which entity.
        entity: EntityId,
        /// What.
        spec: Arc<AdjunctSpec>,
    },
    /// Takes one away.
    RemoveAdjunct {
        /// From which entity.
        entity: EntityId,
        /// Which.
        adjunct: AdjunctId,
    },
    /// Tells one to rest.
    SuspendAdjunct {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        adjunct: AdjunctId,
    },
    /// Tells one to go on.
    ResumeAdjunct {
        /// Of which entity.
        entity: EntityId,
        /// Which.
        adjunct: AdjunctId,
    },
    /// Sets a config value of one.
    SetAdjunctConfig {
        /// Of which entity.
        entity: EntityId,
        /// Of which of its adjuncts.
        adjunct: AdjunctId,
        /// Which key.
        key: String,
        /// To what, as given.
        value: Value,
    },
    /// Adds a bundle to the catalog. Answers with what became of it ([`crate::effect::Reply::Bundle`]).
    PutBundle {
        /// It, as it was read.
        bundle: Arc<Bundle>,
        /// Whether it may take the place of a release with other content.
        force: bool,
        /// Among what it was read: refused when that has changed since, for its items may mean something else now.
        among: Arc<Catalog>,
    },
    /// Takes a bundle with all its items away. What was made from them goes on.
    RemoveBundle {
        /// Which.
        bundle: BundleId,
    },
    /// Takes items away, all of them or none.
    RemoveItems {
        /// Which.
        items: Vec<ItemId>,
    },
    /// Marks an item; what is not said stays.
    FlagItem {
        /// Which.
        item: ItemId,
        /// Whether newer ones are to be preferred.
        deprecated: Option<bool>,
        /// Whether it may not be used.
        disabled: Option<bool>,
    },
    /// Says whether entities may be given machines.
    AllowProvisioning {
        /// Whether they may.
        allowed: bool,
    },
    /// Gives a plane the catalog that it begins with; answers whether it had none yet.
    BeginCatalog {
        /// It, if it could be read.
        bundle: Option<Arc<Bundle>>,
        /// What is wrong with it, for people.
        problems: Vec<String>,
    },
    /// Merges in what was exported, here or elsewhere. Answers with what was added and how much was here already.
    Import(Arc<crate::Import>),
    /// Says who shall sit in the master's chair, and when.
    Order(Order),
    /// Empties the whole state (persist mode CLEAN): a record like any other.
    Reset,
}

/// What an operator orders about the master's chair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// No automatic fail-over until then, or until it is resumed.
    Pause {
        /// When it ends by itself.
        until: Option<WallMs>,
        /// What for.
        why: String,
    },
    /// Automatic fail-over again.
    Resume,
    /// Hand over at a time.
    Plan {
        /// To whom; nobody named: whoever is best then.
        to: Option<NodeId>,
        /// When.
        at: WallMs,
    },
    /// Do not hand over at the time that was planned.
    Cancel,
    /// Hand over now: the record of this is the last that the master writes of its own will.
    HandOver {
        /// To whom; nobody named: whoever is best.
        to: Option<NodeId>,
    },
    /// A write that changes nothing: it shows that writes are taken.
    Probe,
}

/// A change of an entity's tags.
#[derive(Clone, Debug, PartialEq)]
pub enum TagEdit {
    /// One more, unless it is there already.
    Add(Value),
    /// One less.
    Remove(Value),
    /// The tag that is a map with this one key, in the place of an earlier one.
    Put {
        /// The key.
        key: String,
        /// Its value.
        value: Value,
    },
}

/// Names a timer of the engine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerId {
    /// A task's step waits until some time.
    Step(TaskId),
    /// An entity's next poll.
    Poll(EntityId),
    /// The next batch of what a new master takes on.
    TakeOver,
    /// What an earlier step did not get to.
    GoOn,
    /// The time that an adjunct waits for.
    Adjunct(AdjunctId),
}

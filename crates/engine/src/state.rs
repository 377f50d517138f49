//! The whole state. Its durable part is a fold over the log; its transient part belongs to one reign.

use std::sync::Arc;

use base::{EntityId, Orders, Rng, TaskId, WallMs};
use model::catalog::Catalog;
use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Serialize};

use crate::adjunct::{Running, Who};
use crate::dsl::Externals;
use crate::effect::{Reply, WorkKey};
use crate::entity::{Entity, Watching};
use crate::happened::Rest;
use crate::index::Index;
use crate::input::Reign;
use crate::task::Task;
use crate::waits::Waits;

/// A map whose clone costs nothing and whose order depends on its content only.
pub(crate) type Map<K, V> = RedBlackTreeMapSync<K, V>;

/// The root of the state. Cloning costs nothing.
#[derive(Clone)]
pub struct Root {
    // Durable: what the changes say.
    pub(crate) reign: Option<Arc<Reign>>,
    /// What was ordered about the master's chair.
    pub(crate) orders: Arc<Orders>,
    pub(crate) rng: Rng,
    /// The number that the next entity, task or write gets.
    pub(crate) next_seq: u64,
    pub(crate) entities: Map<EntityId, Arc<Entity>>,
    pub(crate) tasks: Map<TaskId, Arc<Task>>,
    pub(crate) writes: Map<String, Arc<WriteRecord>>,
    /// Writes with a key that were done up to this time may have been forgotten; `None`: none ever was.
    pub(crate) writes_forgotten: Option<WallMs>,
    /// What blueprints may name beside what is built in.
    pub(crate) catalog: Arc<Catalog>,
    /// What became of the catalog that a plane begins with; `None`: it was not read yet.
    pub(crate) catalog_begun: Option<Arc<CatalogBegun>>,
    /// Whether no entity is given a machine.
    pub(crate) provisioning_forbidden: bool,
    /// What was lost: not recorded. What the log says of it further on is passed over.
    pub(crate) gaps: Option<Arc<Gaps>>,
    // Given by the server that holds it: neither recorded nor hashed.
    pub(crate) externals: Externals,
    // Derived from it while folding.
    pub(crate) index: Index,
    // Neither recorded nor hashed.
    pub(crate) transient: Transient,
}

/// A write that was done with a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteRecord {
    /// Orders writes by time.
    pub seq: u64,
    /// The key.
    pub key: String,
    /// What was asked with it.
    pub body_sum: String,
    /// What was answered.
    pub reply: Reply,
    /// When it was done.
    pub at: WallMs,
}

/// What became of the catalog that a plane begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogBegun {
    /// What was wrong with it, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// When it was read.
    pub at: WallMs,
}

/// What is known of what could not be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gaps {
    /// Entities whose record was lost, with their application and parent as far as that could still be told.
    pub(crate) entities: Vec<LostEntity>,
}

/// An entity whose record was lost.
#[derive(Clone, Debug)]
pub(crate) struct LostEntity {
    pub(crate) id: EntityId,
    pub(crate) app: EntityId,
    pub(crate) parent: Option<EntityId>,
}

/// What only the reigning master has: work under way.
#[derive(Clone, Default)]
pub(crate) struct Transient {
    /// Whom an outcome concerns. What is not in here is of no interest any more.
    pub(crate) works: Map<WorkKey, Purpose>,
    /// How processes are looked after.
    pub(crate) watching: Map<EntityId, Watching>,
    /// What is left to create of large applications, by the task that does it.
    pub(crate) creating: Map<TaskId, Arc<Vec<Entity>>>,
    /// Tasks that wait for a sensor.
    pub(crate) waits: Waits,
    /// The adjuncts that run.
    pub(crate) adjuncts: Running,
    /// What the last step did not get to.
    pub(crate) rest: Arc<Rest>,
    /// The tasks that wait for a place among those whom a latch lets through, by latch and number.
    pub(crate) queues: Map<String, Map<u64, TaskId>>,
    /// What is left of taking over.
    pub(crate) taking_over: Option<TakingOver>,
}

/// How far a new master is with what an earlier one left.
#[derive(Clone, Debug)]
pub(crate) struct TakingOver {
    /// The earlier reign, if there was one.
    pub(crate) before: Option<Arc<Reign>>,
    /// Tasks with a lower number are the earlier master's.
    pub(crate) tasks_below: u64,
    /// The last entity that was taken on.
    pub(crate) entities_after: Option<EntityId>,
}

/// What some work is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A task's current step.
    Step(TaskId),
    /// Watching an entity's process.
    Watch(EntityId),
    /// Running an entity's check command.
    Check(EntityId),
    /// Watching what an interrupted task's script left running.
    Leftover(TaskId),
    /// Ending that.
    EndLeftover(TaskId),
    /// What an adjunct asked for.
    Adjunct(Arc<Who>),
}

impl Root {
    /// Nothing managed, nobody ruling.
    pub fn empty() -> Self {
        Self {
            reign: None,
            orders: Arc::default(),
            rng: Rng::from_seed(0),
            next_seq: 1,
            entities: Map::new_sync(),
            tasks: Map::new_sync(),
            writes: Map::new_sync(),
            writes_forgotten: None,
            catalog: Arc::default(),
            catalog_begun: None,
            provisioning_forbidden: false,
            gaps: None,
            externals: Externals::default(),
            index: Index::default(),
            transient: Transient::default(),
        }
    }
}

impl Root {
    /// The same with the secrets that this server knows. They are in no record: each server brings its own.
    #[must_use]
    pub fn with_externals(self, externals: Externals) -> Self {
        Self { externals, ..self }
    }

    /// Says that something before what follows could not be read: from now on a change about what is not there
    /// is passed over instead of being an error. Loading a damaged part says so by itself.
    pub fn accept_gaps(&mut self) {
        self.gaps.get_or_insert_default();
    }

    /// What was ordered about the master's chair.
    pub fn orders(&self) -> &Arc<Orders> {
        &self.orders
    }

    /// What blueprints may name beside what is built in.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// What became of the catalog that a plane begins with; `None`: it was not read yet.
    pub fn catalog_begun(&self) -> Option<&CatalogBegun> {
        self.catalog_begun.as_deref()
    }

    /// Whether something is missing in this state.
    pub fn has_gaps(&self) -> bool {
        self.gaps.is_some()
    }
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Root")
            .field("entities", &self.entities.size())
            .field("tasks", &self.tasks.size())
            .field("writes", &self.writes.size())
            .finish_non_exhaustive()
    }
}

//! The whole state. Its durable part is a fold over the log; its transient part belongs to one reign.

use std::sync::Arc;

use base::{EntityId, Rng, TaskId, WallMs};
use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Serialize};

use crate::effect::{Reply, WorkKey};
use crate::entity::{Entity, Watching};
use crate::index::Index;
use crate::input::Reign;
use crate::task::Task;

/// A map whose clone costs nothing and whose order depends on its content only.
pub(crate) type Map<K, V> = RedBlackTreeMapSync<K, V>;

/// The root of the state. Cloning costs nothing.
#[derive(Clone)]
pub struct Root {
    // Durable: what the changes say.
    pub(crate) reign: Option<Arc<Reign>>,
    pub(crate) rng: Rng,
    /// The number that the next entity, task or write gets.
    pub(crate) next_seq: u64,
    pub(crate) entities: Map<EntityId, Arc<Entity>>,
    pub(crate) tasks: Map<TaskId, Arc<Task>>,
    pub(crate) writes: Map<String, Arc<WriteRecord>>,
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

/// What only the reigning master has: work under way.
#[derive(Clone, Default)]
pub(crate) struct Transient {
    /// Whom an outcome concerns. What is not in here is of no interest any more.
    pub(crate) works: Map<WorkKey, Purpose>,
    /// How processes are looked after.
    pub(crate) watching: Map<EntityId, Watching>,
    /// What is left to create of large applications, by the task that does it.
    pub(crate) creating: Map<TaskId, Arc<Vec<Entity>>>,
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
}

impl Root {
    /// Nothing managed, nobody ruling.
    pub fn empty() -> Self {
        Self {
            reign: None,
            rng: Rng::from_seed(0),
            next_seq: 1,
            entities: Map::new_sync(),
            tasks: Map::new_sync(),
            writes: Map::new_sync(),
            index: Index::default(),
            transient: Transient::default(),
        }
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

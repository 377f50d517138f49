//! The durable state as readable JSON lines, and back; and its hash.

use std::sync::Arc;

use base::limits::CHECKPOINT_PART_BYTES;
use base::{EntityId, Orders, Rng, TaskId, WallMs};
use model::catalog::Bundle;
use serde::{Deserialize, Serialize};

use crate::entity::Entity;
use crate::fnv::Fnv;
use crate::input::Reign;
use crate::state::{CatalogBegun, LostEntity, Root, WriteRecord};
use crate::task::Task;

/// One line of a checkpoint.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Engine {
        reign: Option<Arc<Reign>>,
        rng: Rng,
        next_seq: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        writes_forgotten: Option<WallMs>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        catalog_begun: Option<Arc<CatalogBegun>>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        provisioning_forbidden: bool,
        #[serde(default, skip_serializing_if = "Orders::is_none")]
        orders: Orders,
    },
    Bundle(Arc<Bundle>),
    Entity(Arc<Entity>),
    Task(Arc<Task>),
    Write(Arc<WriteRecord>),
}

impl Line {
    /// Appends it as one line of JSON.
    fn write(&self, to: &mut Vec<u8>) {
        serde_json::to_writer(&mut *to, self).expect("the state is plain data");
        to.push(b'\n');
    }
}

/// Something in a checkpoint part that could not be loaded; the rest was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} (byte {offset}): {what}")]
pub struct LoadProblem {
    /// Which line of the part, from 1.
    pub line: usize,
    /// Where the line begins in the part.
    pub offset: usize,
    /// What is wrong.
    pub what: String,
    /// The entity that it is about, if that can still be told.
    pub entity: Option<EntityId>,
    /// The task that it is about, if that can still be told.
    pub task: Option<TaskId>,
    /// Whether a later version wrote it (then it is not damaged, and this version must not go on).
    pub newer: bool,
}

impl Root {
    fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        let engine = Line::Engine {
            reign: self.reign.clone(),
            rng: self.rng.clone(),
            next_seq: self.next_seq,
            writes_forgotten: self.writes_forgotten,
            catalog_begun: self.catalog_begun.clone(),
            provisioning_forbidden: self.provisioning_forbidden,
            orders: (*self.orders).clone(),
        };
        std::iter::once(engine)
            .chain(self.catalog.bundles().map(|b| Line::Bundle(Arc::clone(b))))
            .chain(self.entities.values().map(|e| Line::Entity(Arc::clone(e))))
            .chain(self.tasks.values().map(|t| Line::Task(Arc::clone(t))))
            .chain(
                self.writes
                    .values()
                    .filter(|_| !base::mutant::on(base::Mutant::KeysNotInCheckpoint))
                    .map(|w| Line::Write(Arc::clone(w))),
            )
    }

    /// The durable state in parts of about 1 MiB, each of whole JSON lines; made as they are asked for.
    pub fn checkpoint_parts(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        let mut lines = self.lines();
        std::iter::from_fn(move || {
            let mut part = Vec::new();
            while part.len() < CHECKPOINT_PART_BYTES
                && let Some(line) = lines.next()
            {
                line.write(&mut part);
            }
            (!part.is_empty()).then_some(part)
        })
    }

    /// Loads one part, in any order. What can be read is loaded; what cannot is named.
    pub fn load_part(&mut self, bytes: &[u8]) -> Result<(), Vec<LoadProblem>> {
        let (mut problems, mut lost) = (Vec::new(), Vec::new());
        let mut offset = 0;
        for (i, line) in bytes.split(|b| *b == b'\n').enumerate() {
            if !line.is_empty() {
                match serde_json::from_slice(line) {
                    Ok(line) => self.load_line(line),
                    Err(e) => {
                        lost.extend(lost_entity(line));
                        problems.push(problem(i + 1, offset, line, &e));
                    }
                }
            }
            offset += line.len() + 1;
        }
        if problems.is_empty() {
            return Ok(());
        }
        if !problems.iter().any(|p| p.newer) {
            let gaps = Arc::make_mut(self.gaps.get_or_insert_default());
            gaps.entities.extend(lost);
        }
        Err(problems)
    }

    fn load_line(&mut self, line: Line) {
        match line {
            Line::Engine {
                reign,
                rng,
                next_seq,
                writes_forgotten,
                catalog_begun,
                provisioning_forbidden,
                orders,
            } => {
                self.orders = Arc::new(orders);
                self.catalog_begun = catalog_begun;
                self.provisioning_forbidden = provisioning_forbidden;
                self.reign = reign;
                self.rng = rng;
                self.writes_forgotten = writes_forgotten;
                self.next_seq = self.next_seq.max(next_seq);
            }
            Line::Bundle(bundle) => Arc::make_mut(&mut self.catalog).put(bundle),
            Line::Entity(entity) => self.put_entity(entity),
            Line::Task(task) => self.put_task(task),
            Line::Write(write) => self.put_write((*write).clone()),
        }
    }

    /// A number that two states share when their durable parts are equal, however they came about.
    /// It tells states apart in tests and between servers; it is no defence against somebody who forges one.
    pub fn hash(&self) -> u64 {
        let mut hash = Fnv::new();
        let mut bytes = Vec::new();
        for line in self.lines() {
            bytes.clear();
            line.write(&mut bytes);
            hash.add(bytes.iter().copied());
        }
        hash.sum()
    }
}

/// What a damaged line still shows of the value of a key that comes early in it.
fn shown(text: &str, key: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("\"{key}\":\""))?;
    let (value, _) = rest.split_once('"')?;
    value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_').then(|| value.to_owned())
}

fn lost_entity(line: &[u8]) -> Option<LostEntity> {
    let text = String::from_utf8_lossy(line);
    let rest = text.strip_prefix("{\"entity\":{")?;
    Some(LostEntity {
        id: EntityId::new(shown(rest, "id")?),
        app: EntityId::new(shown(rest, "app")?),
        parent: shown(rest, "parent").map(EntityId::new),
    })
}

/// Says what is wrong with a line, and whom it concerns as far as its text still shows.
fn problem(line: usize, offset: usize, bytes: &[u8], error: &serde_json::Error) -> LoadProblem {
    let text = String::from_utf8_lossy(bytes);
    let id = |kind: &str| shown(text.strip_prefix(&format!("{{\"{kind}\":{{"))?, "id");
    let what = error.to_string();
    LoadProblem {
        line,
        offset,
        newer: what.contains("unknown variant") || what.contains("unknown field"),
        what,
        entity: id("entity").map(EntityId::new),
        task: id("task").map(TaskId::new),
    }
}

//! The one history: the records that were created first at each slot, folded from the very first. Every checkpoint
//! and every server must show the same, byte by byte.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base::{EntityId, Lsn, Term};
use engine::effect::Reply;
use engine::{Change, Root};
use ha::files::{OkFile, PlaneFile, from_bytes};
use ha::names;
use ha::record::{self, Chain, Kind};
use ha::verbs::Name;

/// What the records say, for those who check what clients were told.
#[derive(Default)]
pub struct History {
    /// Values of sensors of the first application that are numbers, in the order of the log.
    pub sensors: BTreeMap<String, Vec<(Lsn, u64)>>,
    /// What was answered to writes with a key, when they were done.
    pub keys: BTreeMap<String, (Lsn, Reply)>,
    /// How often effectors were called by clients.
    pub calls: BTreeMap<String, usize>,
    /// Where the sequence stands, if there is one.
    pub sequence: Option<u64>,
    /// The state at the end.
    pub root: Option<Root>,
    /// What each record changes, the first one's first: read once, folded also over checkpoints.
    changes: Vec<Vec<Change>>,
    /// Chain values, by record: index 0 is that of nothing.
    chains: Vec<Chain>,
}

/// A fold of the log from its first record.
pub struct Replay<'a> {
    created: &'a BTreeMap<Name, Arc<[u8]>>,
    root: Root,
    app: EntityId,
    history: History,
    fence: Term,
    /// Checkpoints that were marked and are still to be compared.
    marks: BTreeMap<u64, OkFile>,
}

impl<'a> Replay<'a> {
    /// All that was ever created, each name with what it held first; the sensors of `app` are remembered.
    pub fn new(created: &'a BTreeMap<Name, Arc<[u8]>>, app: &EntityId) -> Result<Self, String> {
        let plane = created.get(&names::plane()).ok_or("there is no plane.json")?;
        let plane: PlaneFile = from_bytes(plane)?;
        let chains = vec![Chain::genesis(&plane.plane, plane.era)];
        let mut marks = BTreeMap::new();
        for (name, bytes) in created {
            if let Some(floor) = names::number(name.leaf(), ".ok") {
                marks.insert(floor, from_bytes(bytes)?);
            }
        }
        let history = History { chains, ..History::default() };
        Ok(Self { created, root: Root::empty(), app: app.clone(), history, fence: Term(0), marks })
    }

    /// Folds all records up to one, and compares what servers have shown on the way.
    pub fn up_to(mut self, last: Lsn, shown: &HashMap<Lsn, (u64, String)>) -> Result<History, String> {
        for lsn in 1..=last.0 {
            self.record(Lsn(lsn))?;
            if let Some((_, who)) = shown.get(&Lsn(lsn)).filter(|(hash, _)| *hash != self.root.hash()) {
                return Err(format!("{who} showed at record {lsn} what the log up to it does not give"));
            }
            if let Some(ok) = self.marks.remove(&lsn) {
                self.compare(&ok)?;
            }
        }
        let numbers = self.root.entities().find(|e| e.app == self.app && e.name == "Numbers");
        let value = numbers.and_then(|e| e.sensor("sequence.value")).and_then(serde_json::Value::as_u64);
        self.history.sequence = value;
        self.history.root = Some(self.root);
        Ok(self.history)
    }

    fn record(&mut self, lsn: Lsn) -> Result<(), String> {
        let bytes =
            self.created.get(&names::record(lsn)).ok_or_else(|| format!("record {lsn} never existed"))?;
        let chain = *self.history.chains.last().ok_or("no chain")?;
        let record = record::decode(lsn, bytes).map_err(|e| e.to_string())?;
        let header = record.header.ok_or_else(|| format!("record {lsn} has no header"))?;
        let follows = header.prev == chain;
        match header.kind {
            Kind::Fence => self.fence = self.fence.max(header.term),
            _ if !follows => return Err(format!("record {lsn} does not follow from the one before")),
            _ if header.term != self.fence => {
                return Err(format!(
                    "record {lsn} is of term {} in the reign of {}",
                    header.term, self.fence
                ));
            }
            _ => {}
        }
        let mut changes = Vec::with_capacity(record.ops.len());
        for op in &record.ops {
            let change = Change::decode(op.as_bytes()).map_err(|e| format!("record {lsn}: {e}"))?;
            self.note(lsn, &change);
            self.root.apply(&change).map_err(|e| format!("record {lsn}: {e}"))?;
            changes.push(change);
        }
        self.history.changes.push(changes);
        self.history.chains.push(chain.next(bytes));
        Ok(())
    }

    fn note(&mut self, lsn: Lsn, change: &Change) {
        match change {
            Change::SensorSet { entity, name, value, .. } if *entity == self.app => {
                if let Some(value) = value.as_u64() {
                    self.history.sensors.entry(name.clone()).or_default().push((lsn, value));
                }
            }
            Change::WriteDone { key, reply, .. } => {
                self.history.keys.insert(key.clone(), (lsn, reply.clone()));
            }
            Change::TaskAdded { task } => {
                if let Some(call) = task.call.as_ref().filter(|_| task.parent.is_none()) {
                    *self.history.calls.entry(call.effector.clone()).or_default() += 1;
                }
            }
            _ => {}
        }
    }

    /// A checkpoint is the fold of all records up to its own, byte by byte, and names this history.
    fn compare(&self, ok: &OkFile) -> Result<(), String> {
        if self.history.chains.last() != Some(&ok.chain) {
            return Err(format!("checkpoint {} stands for another history", ok.floor));
        }
        let mut parts = 0;
        for part in self.root.checkpoint_parts() {
            let name = names::ckpt_part(ok.floor, &ok.folder, parts).ok_or("a bad name")?;
            let written = self.created.get(&name).ok_or_else(|| format!("{name} never existed"))?;
            if let Some((mine, theirs)) = first_difference(&part, written) {
                return Err(format!(
                    "{name} is not what the log up to {} gives: {theirs} for {mine}",
                    ok.floor
                ));
            }
            parts += 1;
        }
        if parts != ok.parts.len() {
            return Err(format!("checkpoint {} has {} parts for {parts}", ok.floor, ok.parts.len()));
        }
        Ok(())
    }
}

/// The first lines that differ, or nothing.
fn first_difference(one: &[u8], other: &[u8]) -> Option<(String, String)> {
    if one == other {
        return None;
    }
    let lines = |bytes: &[u8]| bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (one, other) = (lines(one), lines(other));
    let at = (0..one.len().max(other.len())).find(|i| one.get(*i) != other.get(*i))?;
    let text = |all: &[Vec<u8>]| {
        all.get(at).map_or_else(|| "nothing".to_owned(), |l| String::from_utf8_lossy(l).into_owned())
    };
    Some((text(&one), text(&other)))
}

/// Loads a checkpoint and folds what follows over it: the same state as from the first record.
pub fn from_checkpoint(
    created: &BTreeMap<Name, Arc<[u8]>>,
    ok: &OkFile,
    history: &History,
) -> Result<Root, String> {
    let mut root = Root::empty();
    for part in 0..ok.parts.len() {
        let name = names::ckpt_part(ok.floor, &ok.folder, part).ok_or("a bad name")?;
        let bytes = created.get(&name).ok_or_else(|| format!("{name} never existed"))?;
        root.load_part(bytes).map_err(|p| format!("{name}: {p:?}"))?;
    }
    for (lsn, changes) in (1..).zip(&history.changes).skip(ok.floor.0 as usize) {
        for change in changes {
            root.apply(change).map_err(|e| format!("record {lsn}: {e}"))?;
        }
    }
    Ok(root)
}

//! One state of the log model: the store, the requests under way, the nodes, and what clients were told.

use super::history::{HistoryId, NO_RECORD, ROOT, RecordId};

/// The most slots that bounds may ask for.
pub(super) const SLOTS_MAX: usize = 6;
/// The most nodes that bounds may ask for.
pub(super) const NODES_MAX: usize = 3;
/// The most distinct requests that may be under way for ever.
pub(super) const WIRE_MAX: usize = 14;

/// What a node does at the moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Role {
    /// Follows the log, or lags, or sleeps.
    Standby,
    /// Owns a term and looks for the slot of its fence.
    Fencing,
    /// Its fence stands; not yet compared with the newest checkpoint.
    Fenced,
    /// Serves.
    Master,
    /// Its lease is over; it may resume when a noop proves its slot.
    Suspended,
}

/// The answer of the store that the node has not looked at yet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Reply {
    None,
    Created,
    Exists,
}

/// A create whose outcome the node does not know.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Outstanding {
    pub(super) record: RecordId,
    pub(super) reply: Reply,
}

/// No create outstanding.
pub(super) const NOTHING: Outstanding = Outstanding { record: NO_RECORD, reply: Reply::None };

/// A node. Its name is nowhere else: a term belongs to whoever works in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Node {
    pub(super) role: Role,
    /// The term it works in, 0 as a standby.
    pub(super) term: u8,
    /// The checkpoint it was loaded from: chain values below are not known to it.
    pub(super) base: u8,
    /// All that it has applied.
    pub(super) history: HistoryId,
    /// The create under way; the second place is used by a mutant only.
    pub(super) outstanding: [Outstanding; 2],
    /// A history that was found to agree, for a checkpoint not yet published; [`ROOT`] for none.
    pub(super) agreed: HistoryId,
}

/// A node that has just been started on an empty store.
pub(super) const FRESH: Node =
    Node { role: Role::Standby, term: 0, base: 0, history: ROOT, outstanding: [NOTHING; 2], agreed: ROOT };

/// The memory image of node 0, where bounds allow one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Image {
    NotTaken,
    Taken(Node),
    Restored,
}

/// The whole world.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct State {
    /// The newest term file; none is ever deleted, so their number says all.
    pub(super) terms: u8,
    /// log/: what stands under the name of each slot (from 1).
    pub(super) slots: [RecordId; SLOTS_MAX + 1],
    /// Slots at which a record was deleted once: their names are free to be created again.
    pub(super) freed: u8,
    /// ckpt/: the chain value that each `.ok` names, [`ROOT`] for none.
    pub(super) checkpoints: [HistoryId; SLOTS_MAX + 1],
    /// Every create ever sent that may still (again) reach the store, sorted.
    pub(super) wire: [RecordId; WIRE_MAX],
    pub(super) nodes: [Node; NODES_MAX],
    pub(super) image: Image,
    /// The number of writes that clients have sent; they are numbered in that order.
    pub(super) writes: u8,
    /// Bit v: the client of write v was told that it is recorded.
    pub(super) acknowledged: u8,
    /// Bit v: the client of write v was told that it is not recorded.
    pub(super) refused: u8,
    /// The one history that all acknowledgements, checkpoints and serving masters so far belong to.
    pub(super) accepted: HistoryId,
}

impl State {
    pub(super) fn start() -> Self {
        Self {
            terms: 0,
            slots: [NO_RECORD; SLOTS_MAX + 1],
            freed: 0,
            checkpoints: [ROOT; SLOTS_MAX + 1],
            wire: [NO_RECORD; WIRE_MAX],
            nodes: [FRESH; NODES_MAX],
            image: Image::NotTaken,
            writes: 0,
            acknowledged: 0,
            refused: 0,
            accepted: ROOT,
        }
    }

    /// The newest `.ok`: floor F and the chain value that it names.
    pub(super) fn newest_checkpoint(&self) -> (u8, HistoryId) {
        (1..=SLOTS_MAX)
            .rev()
            .find(|&f| self.checkpoints[f] != ROOT)
            .map_or((0, ROOT), |f| (f as u8, self.checkpoints[f]))
    }

    /// Puts a request under way; it stays so for ever, for it may be delayed, repeated or come late.
    pub(super) fn send(&mut self, record: RecordId) {
        if self.wire.contains(&record) {
            return;
        }
        let free = self.wire.iter_mut().find(|place| **place == NO_RECORD);
        *free.expect("the model's bounds allow more requests than WIRE_MAX") = record;
        self.wire.sort_unstable_by(|a, b| b.cmp(a));
    }

    /// Whether some node, or its memory image, waits for the outcome of this create.
    pub(super) fn is_awaited(&self, record: RecordId) -> bool {
        let image = if let Image::Taken(node) = self.image { Some(node) } else { None };
        let waits = |node: &Node| node.outstanding.iter().any(|out| out.record == record);
        self.nodes.iter().chain(&image).any(waits)
    }
}

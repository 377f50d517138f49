//! Records and the chains that they form, each known by a small number.
//!
//! A chain value stands for all bytes of the log up to a slot. Here it is the number of a node in a tree of
//! histories: two chains are equal exactly when their numbers are, which is what SHA-256 promises the real
//! log for all purposes. A record holds the chain value before it (`prev`), so its number fixes its slot.

use std::cell::RefCell;
use std::collections::HashMap;

/// The number of a history; [`ROOT`] is the empty log.
pub(super) type HistoryId = u16;
/// The number of a record; [`NO_RECORD`] is a name that does not exist.
pub(super) type RecordId = u16;

/// The empty log: `chain(0)`.
pub(super) const ROOT: HistoryId = 0;
/// No record: the slot's name is free.
pub(super) const NO_RECORD: RecordId = 0;

/// What a record is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    /// The first record of a term: collides with every older master.
    Fence,
    /// A client's write, known by its number.
    Data(u8),
    /// Proves the slot on resume.
    Noop,
}

/// The bytes of a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Record {
    pub(super) kind: Kind,
    pub(super) term: u8,
    /// The chain value before this record, as its writer knew it.
    pub(super) prev: HistoryId,
}

impl Record {
    /// Fence files are never deleted, all others may be.
    pub(super) fn is_fence(self) -> bool {
        self.kind == Kind::Fence
    }
}

/// One history: another one and the record applied after it (whatever that record's own `prev` says).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct History {
    parent: HistoryId,
    record: RecordId,
    slot: u8,
}

/// All records and histories met so far.
pub(super) struct Library {
    inner: RefCell<Inner>,
}

struct Inner {
    records: Vec<Record>,
    histories: Vec<History>,
    record_ids: HashMap<Record, RecordId>,
    history_ids: HashMap<(HistoryId, RecordId), HistoryId>,
}

impl Library {
    pub(super) fn new() -> Self {
        let nothing = Record { kind: Kind::Noop, term: 0, prev: ROOT };
        let root = History { parent: ROOT, record: NO_RECORD, slot: 0 };
        Self {
            inner: RefCell::new(Inner {
                records: vec![nothing],
                histories: vec![root],
                record_ids: HashMap::new(),
                history_ids: HashMap::new(),
            }),
        }
    }

    /// The number of these bytes.
    pub(super) fn write(&self, record: Record) -> RecordId {
        let inner = &mut *self.inner.borrow_mut();
        *inner.record_ids.entry(record).or_insert_with(|| {
            inner.records.push(record);
            small(inner.records.len() - 1)
        })
    }

    /// The bytes of a number.
    pub(super) fn record(&self, id: RecordId) -> Record {
        self.inner.borrow().records[id as usize]
    }

    /// The slot at which a record is to be created.
    pub(super) fn slot_of(&self, id: RecordId) -> u8 {
        let inner = self.inner.borrow();
        inner.histories[inner.records[id as usize].prev as usize].slot + 1
    }

    /// The history after `record` was applied to `parent`.
    pub(super) fn extend(&self, parent: HistoryId, record: RecordId) -> HistoryId {
        let inner = &mut *self.inner.borrow_mut();
        *inner.history_ids.entry((parent, record)).or_insert_with(|| {
            let slot = inner.histories[parent as usize].slot + 1;
            inner.histories.push(History { parent, record, slot });
            small(inner.histories.len() - 1)
        })
    }

    /// The last slot of a history.
    pub(super) fn len(&self, id: HistoryId) -> u8 {
        self.inner.borrow().histories[id as usize].slot
    }

    /// The last record of a history.
    pub(super) fn last(&self, id: HistoryId) -> RecordId {
        self.inner.borrow().histories[id as usize].record
    }

    /// The history that `id` had at `slot`: its chain value there.
    pub(super) fn at(&self, mut id: HistoryId, slot: u8) -> HistoryId {
        let inner = self.inner.borrow();
        while inner.histories[id as usize].slot > slot {
            id = inner.histories[id as usize].parent;
        }
        id
    }

    /// The records of a history, last first.
    pub(super) fn backwards(&self, mut id: HistoryId) -> Vec<Record> {
        let inner = self.inner.borrow();
        let mut records = Vec::new();
        while id != ROOT {
            let history = inner.histories[id as usize];
            records.push(inner.records[history.record as usize]);
            id = history.parent;
        }
        records
    }
}

/// Bounds are chosen so that this holds; one that is too wide must not go on with wrong numbers.
fn small(count: usize) -> u16 {
    u16::try_from(count).expect("the model's bounds allow more than 65,535 histories")
}

//! What a node does, clause by clause of `ha-anchors.md` 6.2.

use super::history::{HistoryId, Kind, NO_RECORD, ROOT, Record, RecordId};
use super::state::{FRESH, NOTHING, Node, Outstanding, Reply, Role, State};
use super::{After, Exists, LogModel, Validation, Wrong};

const TWO_HISTORIES: Wrong = "two histories: an acknowledgement, a checkpoint and a serving master disagree";
const LOST: Wrong = "an acknowledged write is not in a later serving master";
const REFUSED_KEPT: Wrong = "a write that its client was told is not recorded is in the history";
const DAMAGE: Wrong =
    "a node that agrees with the newest checkpoint meets a data record that does not follow";
const ACCUSED: Wrong = "a store that lost nothing is said to have lost data";

impl LogModel {
    /// Clause 3: any standby may create the next term.
    pub(super) fn claim(&self, state: &State, n: usize) -> After {
        if state.nodes[n].role != Role::Standby || state.terms == self.bounds.terms {
            return None;
        }
        let mut after = state.clone();
        after.terms += 1;
        after.nodes[n].role = Role::Fencing;
        after.nodes[n].term = after.terms;
        Some((after, Ok(())))
    }

    /// Following the log, and the reads of clause 4: the next record by name.
    pub(super) fn apply(&self, state: &State, n: usize) -> After {
        let node = &state.nodes[n];
        if !matches!(node.role, Role::Standby | Role::Fencing) || node.outstanding[0] != NOTHING {
            return None;
        }
        let next = self.next_slot(node)?;
        let id = state.slots[next];
        if id == NO_RECORD {
            return None;
        }
        let record = self.library.record(id);
        let mut after = state.clone();
        if record.prev != node.history {
            // Clause 5, end: I differ -> reload; I agree -> a fence is void, a data record is damage.
            if !self.agrees(state, node) {
                self.load_newest(&mut after, n);
                return Some((after, Ok(())));
            }
            if !record.is_fence() {
                return Some((after, Err(DAMAGE)));
            }
        }
        after.nodes[n].history = self.library.extend(node.history, id);
        if node.role == Role::Fencing && record.term > node.term {
            to_standby(&mut after.nodes[n]);
        }
        Some((after, Ok(())))
    }

    /// A standby loads the newest checkpoint; anyone who serves or claims is restarted.
    pub(super) fn reload(&self, state: &State, n: usize) -> After {
        let mut after = state.clone();
        after.nodes[n] = FRESH;
        self.load_newest(&mut after, n);
        (after.nodes[n] != state.nodes[n]).then_some((after, Ok(())))
    }

    /// Clause 4: the create is the probe.
    pub(super) fn send_fence(&self, state: &State, n: usize) -> After {
        let node = &state.nodes[n];
        if node.role != Role::Fencing || node.outstanding[0] != NOTHING {
            return None;
        }
        self.next_slot(node)?;
        let last = self.library.len(node.history);
        if self.rules.last_applied_stands
            && last > node.base
            && state.slots[last as usize] != self.library.last(node.history)
        {
            let mut after = state.clone();
            self.load_newest(&mut after, n);
            return (after != *state).then_some((after, Ok(())));
        }
        Some((self.create(state, n, 0, Kind::Fence, node.history), Ok(())))
    }

    /// Clause 7: a batch is sent to the next slot.
    pub(super) fn append(&self, state: &State, n: usize) -> After {
        let node = &state.nodes[n];
        if node.role != Role::Master || state.writes == self.bounds.writes {
            return None;
        }
        let place = node.outstanding.iter().take(self.rules.in_flight).position(|out| *out == NOTHING)?;
        // A second one (mutant) follows on the first, which must be at the slot after the durable head.
        let prev = match node.outstanding.iter().find(|out| **out != NOTHING) {
            Some(first) => self.library.extend(node.history, first.record),
            None => node.history,
        };
        if self.library.len(prev) >= self.bounds.slots {
            return None;
        }
        let mut after = self.create(state, n, place, Kind::Data(state.writes), prev);
        after.writes += 1;
        Some((after, Ok(())))
    }

    /// The node looks at a reply that has come.
    pub(super) fn receive(&self, state: &State, n: usize, place: usize) -> After {
        let out = state.nodes[n].outstanding[place];
        let is_mine = match out.reply {
            Reply::None => return None,
            Reply::Created => true,
            Reply::Exists => {
                let standing = state.slots[self.library.slot_of(out.record) as usize];
                match self.rules.exists {
                    Exists::Trusted => true,
                    _ if standing == NO_RECORD => {
                        // Deleted between the reply and the read: whose it was is unknown. Ask again.
                        let mut after = state.clone();
                        after.nodes[n].outstanding[place].reply = Reply::None;
                        return Some((after, Ok(())));
                    }
                    Exists::MyBytes => standing == out.record,
                    Exists::MyUid => self.library.record(standing).term == state.nodes[n].term,
                }
            }
        };
        let mut after = state.clone();
        after.nodes[n].outstanding[place] = NOTHING;
        let standing = self.library.record(state.slots[self.library.slot_of(out.record) as usize]);
        let is_serving = matches!(state.nodes[n].role, Role::Master | Role::Suspended);
        if self.rules.accuses_store && !is_mine && is_serving && standing.term < state.nodes[n].term {
            return Some((after, Err(ACCUSED)));
        }
        let result = if is_mine {
            self.on_created(state, &mut after, n, out.record)
        } else {
            self.on_fenced(state, &mut after, n, out.record)
        };
        Some((after, result))
    }

    fn on_created(&self, state: &State, after: &mut State, n: usize, id: RecordId) -> Result<(), Wrong> {
        let record = self.library.record(id);
        let slot = self.library.slot_of(id);
        let above_floor = slot > state.newest_checkpoint().0;
        let node = &mut after.nodes[n];
        match record.kind {
            Kind::Fence => {
                node.role = Role::Fenced;
                node.history = self.library.extend(node.history, id);
                Ok(())
            }
            Kind::Noop if self.rules.strict_noop && !above_floor => {
                to_standby(node);
                Ok(())
            }
            Kind::Noop => {
                node.role = Role::Master;
                node.history = self.library.extend(node.history, id);
                self.accept(after, n)
            }
            Kind::Data(_) if self.rules.strict_ack && !above_floor => {
                to_standby(node);
                Ok(())
            }
            Kind::Data(write) => {
                // Mutants land here with another's record in the slot, or out of order.
                node.history = self.library.extend(record.prev, id);
                after.acknowledged |= 1 << write;
                self.accept(after, n)
            }
        }
    }

    /// Clause 7: the slot is another's. Drop the head, answer, demote; a claimant reads on.
    fn on_fenced(&self, state: &State, after: &mut State, n: usize, id: RecordId) -> Result<(), Wrong> {
        let node = &mut after.nodes[n];
        if node.role == Role::Fencing {
            return Ok(());
        }
        to_standby(node);
        let floor = if self.rules.refuses_by_fresh_floor { state.newest_checkpoint().0 } else { 0 };
        if let Kind::Data(write) = self.library.record(id).kind
            && self.library.slot_of(id) > floor
        {
            after.refused |= 1 << write;
            return self.refusals_hold(after);
        }
        Ok(())
    }

    /// Clause 5: before it serves, a claimant compares itself with the newest checkpoint.
    pub(super) fn validate(&self, state: &State, n: usize) -> After {
        let node = &state.nodes[n];
        if node.role != Role::Fenced {
            return None;
        }
        let above_floor = self.library.len(node.history) > state.newest_checkpoint().0;
        let passes = match self.rules.validation {
            Validation::ComparesChain => above_floor && self.agrees(state, node),
            Validation::FenceAboveFloor => above_floor,
            Validation::Dropped => true,
        };
        let mut after = state.clone();
        if !passes {
            after.nodes[n].role = Role::Fencing;
            self.load_newest(&mut after, n);
            return Some((after, Ok(())));
        }
        after.nodes[n].role = Role::Master;
        let result = self.accept(&mut after, n).and_then(|()| self.has_all_before(&after, n));
        Some((after, result))
    }

    /// A step-down, a claimant that takes too long, an operator.
    pub(super) fn give_up(&self, state: &State, n: usize) -> After {
        if state.nodes[n].role == Role::Standby {
            return None;
        }
        let mut after = state.clone();
        to_standby(&mut after.nodes[n]);
        Some((after, Ok(())))
    }

    /// Clause 11: the lease is over; process and memory stay.
    pub(super) fn suspend(&self, state: &State, n: usize) -> After {
        if state.nodes[n].role != Role::Master {
            return None;
        }
        let mut after = state.clone();
        after.nodes[n].role = Role::Suspended;
        Some((after, Ok(())))
    }

    /// Clause 11: once nothing is outstanding, a noop at the next slot.
    pub(super) fn send_noop(&self, state: &State, n: usize) -> After {
        let node = &state.nodes[n];
        let is_settled = node.outstanding[0] == NOTHING;
        let is_noop = !is_settled && self.library.record(node.outstanding[0].record).kind == Kind::Noop;
        if node.role != Role::Suspended || is_noop || (!is_settled && self.rules.settles_outstanding) {
            return None;
        }
        self.next_slot(node)?;
        Some((self.create(state, n, 0, Kind::Noop, node.history), Ok(())))
    }

    /// Clause 5, end: the comparison that is due before a checkpoint is written.
    pub(super) fn compare(&self, state: &State, n: usize) -> After {
        let node = &state.nodes[n];
        let (floor, _) = state.newest_checkpoint();
        if !matches!(node.role, Role::Standby | Role::Master) || self.library.len(node.history) <= floor {
            return None;
        }
        let mut after = state.clone();
        let compares = self.rules.compares_before_checkpoint || node.role == Role::Master;
        if compares && !self.agrees(state, node) {
            after.nodes[n] = FRESH;
            self.load_newest(&mut after, n);
            return Some((after, Ok(())));
        }
        if self.bounds.slow_checkpoints {
            after.nodes[n].agreed = node.history;
            return (after != *state).then_some((after, Ok(())));
        }
        let result = self.write_checkpoint(&mut after, node.history);
        Some((after, result))
    }

    /// The `.ok` of a checkpoint that was compared some time ago.
    pub(super) fn publish(&self, state: &State, n: usize) -> After {
        let agreed = state.nodes[n].agreed;
        if agreed == ROOT {
            return None;
        }
        let mut after = state.clone();
        after.nodes[n].agreed = ROOT;
        let result = self.write_checkpoint(&mut after, agreed);
        Some((after, result))
    }

    fn write_checkpoint(&self, after: &mut State, history: HistoryId) -> Result<(), Wrong> {
        let place = &mut after.checkpoints[self.library.len(history) as usize];
        if *place != ROOT {
            return Ok(());
        }
        *place = history;
        self.accept_history(after, history)
    }

    /// Whether the node's own chain value at the newest floor is the one that its `.ok` names.
    fn agrees(&self, state: &State, node: &Node) -> bool {
        let (floor, chain) = state.newest_checkpoint();
        let is_known = node.base <= floor && floor <= self.library.len(node.history);
        is_known && self.library.at(node.history, floor) == chain
    }

    fn load_newest(&self, after: &mut State, n: usize) {
        let (floor, chain) = after.newest_checkpoint();
        let node = &mut after.nodes[n];
        node.base = floor;
        node.history = chain;
        node.agreed = ROOT;
        // Clause 4: a newer term, read or met, stops a claimant; a `.ok` names the term it was written from.
        let newest = self.library.backwards(chain).iter().map(|record| record.term).max();
        if node.role == Role::Fencing && newest > Some(node.term) {
            to_standby(node);
        }
    }

    fn next_slot(&self, node: &Node) -> Option<usize> {
        let next = self.library.len(node.history) + 1;
        (next <= self.bounds.slots).then_some(next as usize)
    }

    fn create(&self, state: &State, n: usize, place: usize, kind: Kind, prev: HistoryId) -> State {
        let record = self.library.write(Record { kind, term: state.nodes[n].term, prev });
        let mut after = state.clone();
        after.nodes[n].outstanding[place] = Outstanding { record, reply: Reply::None };
        after.send(record);
        after
    }

    /// All that anyone was told must lie on one history; the longest is kept.
    fn accept(&self, after: &mut State, n: usize) -> Result<(), Wrong> {
        self.accept_history(after, after.nodes[n].history)
    }

    fn accept_history(&self, after: &mut State, history: HistoryId) -> Result<(), Wrong> {
        let (old, new) = (self.library.len(after.accepted), self.library.len(history));
        if self.library.at(history, old) != self.library.at(after.accepted, new) {
            return Err(TWO_HISTORIES);
        }
        if new > old {
            after.accepted = history;
        }
        self.refusals_hold(after)
    }

    fn refusals_hold(&self, after: &State) -> Result<(), Wrong> {
        if after.refused == 0 {
            return Ok(());
        }
        let is_refused = |record: &Record| match record.kind {
            Kind::Data(write) => after.refused & (1 << write) != 0,
            _ => false,
        };
        let found = self.library.backwards(after.accepted).iter().any(is_refused);
        if found { Err(REFUSED_KEPT) } else { Ok(()) }
    }

    /// A master that starts to serve has every acknowledged write of the terms before its own.
    fn has_all_before(&self, after: &State, n: usize) -> Result<(), Wrong> {
        let node = &after.nodes[n];
        let mut held = 0_u8;
        for record in self.library.backwards(node.history) {
            if let Kind::Data(write) = record.kind {
                held |= 1 << write;
            }
        }
        let is_lost = |record: &Record| match record.kind {
            Kind::Data(write) => record.term < node.term && after.acknowledged & !held & (1 << write) != 0,
            _ => false,
        };
        let lost = self.library.backwards(after.accepted).iter().any(is_lost);
        if lost { Err(LOST) } else { Ok(()) }
    }
}

fn to_standby(node: &mut Node) {
    node.role = Role::Standby;
    node.term = 0;
    node.outstanding = [NOTHING; 2];
}

//! What a node does, clause by clause of `ha-anchors.md` 6.2.

use super::history::{HistoryId, Kind, NO_RECORD, ROOT, Record};
use super::properties::DAMAGE;
use super::state::{FRESH, NOTHING, Node, Outstanding, Reply, Role, State};
use super::{After, LogModel, Validation, Wrong};

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
        if self.rules.heeds_checkpoint_term && node.role == Role::Fencing {
            let newest = self.library.backwards(chain).iter().map(|record| record.term).max();
            if newest > Some(node.term) {
                to_standby(node);
            }
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
}

/// A step-down, a claimant that takes too long, an operator.
pub(super) fn give_up(state: &State, n: usize) -> After {
    if state.nodes[n].role == Role::Standby {
        return None;
    }
    let mut after = state.clone();
    to_standby(&mut after.nodes[n]);
    Some((after, Ok(())))
}

/// Clause 11: the lease is over; process and memory stay.
pub(super) fn suspend(state: &State, n: usize) -> After {
    if state.nodes[n].role != Role::Master {
        return None;
    }
    let mut after = state.clone();
    after.nodes[n].role = Role::Suspended;
    Some((after, Ok(())))
}

/// Whatever was outstanding is given up with the term; it may land all the same.
pub(super) fn to_standby(node: &mut Node) {
    node.role = Role::Standby;
    node.term = 0;
    node.outstanding = [NOTHING; 2];
}

//! What the store and fate do: creates that land, deletes, and a node that goes back in time.

use super::history::{NO_RECORD, RecordId};
use super::state::{Image, Reply, State};
use super::{After, LogModel, Prune};

impl LogModel {
    /// A create that was sent reaches the store: the first time, again, or long after its owner is gone.
    pub(super) fn land(&self, state: &State, record: RecordId) -> After {
        if record == NO_RECORD {
            return None;
        }
        let slot = self.library.slot_of(record) as usize;
        let is_free = state.slots[slot] == NO_RECORD;
        if !is_free && !state.is_awaited(record) {
            return None;
        }
        let mut after = state.clone();
        let reply = if is_free {
            after.slots[slot] = record;
            Reply::Created
        } else {
            Reply::Exists
        };
        for node in &mut after.nodes {
            for out in &mut node.outstanding {
                if out.record == record {
                    out.reply = reply;
                }
            }
        }
        (after != *state).then_some((after, Ok(())))
    }

    /// Clause 9: a data or noop record at or below the floor is deleted.
    pub(super) fn prune(&self, state: &State, slot: u8) -> After {
        let standing = state.slots[slot as usize];
        if standing == NO_RECORD {
            return None;
        }
        let is_fence = self.library.record(standing).is_fence();
        let below_floor = slot <= state.newest_checkpoint().0;
        let was_freed = state.freed & (1 << slot) != 0;
        let may = match self.rules.prune {
            Prune::BelowCheckpoint => below_floor && !is_fence,
            Prune::FencesToo => below_floor,
            Prune::BeforeCheckpoint => {
                !is_fence && state.nodes.iter().any(|node| self.library.len(node.history) >= slot)
            }
        };
        let comes_late = is_fence && was_freed && self.bounds.late_deletes;
        if !may && !comes_late {
            return None;
        }
        let mut after = state.clone();
        after.slots[slot as usize] = NO_RECORD;
        if self.bounds.late_deletes {
            after.freed |= 1 << slot;
        }
        Some((after, Ok(())))
    }

    /// Forgets requests that can never change anything any more: their name holds a fence for ever and
    /// nobody waits for the answer. States that differ in such requests only become one.
    pub(super) fn forget_dead_requests(&self, state: &mut State) {
        let fences_stay = self.rules.prune != Prune::FencesToo;
        for place in 0..state.wire.len() {
            let request = state.wire[place];
            if request == NO_RECORD {
                break;
            }
            let slot = self.library.slot_of(request);
            let standing = state.slots[slot as usize];
            let stays = standing != NO_RECORD
                && fences_stay
                && self.library.record(standing).is_fence()
                && state.freed & (1 << slot) == 0;
            if stays && !state.is_awaited(request) {
                state.wire[place] = NO_RECORD;
            }
        }
        state.wire.sort_unstable_by(|a, b| b.cmp(a));
    }
}

/// A hypervisor saves the memory of node 0.
pub(super) fn take_image(state: &State) -> After {
    if state.image != Image::NotTaken {
        return None;
    }
    let mut after = state.clone();
    after.image = Image::Taken(state.nodes[0]);
    Some((after, Ok(())))
}

/// Node 0 goes back to that memory, and knows nothing of it.
pub(super) fn restore_image(state: &State) -> After {
    let Image::Taken(node) = state.image else { return None };
    if node == state.nodes[0] {
        return None;
    }
    let mut after = state.clone();
    after.nodes[0] = node;
    after.image = Image::Restored;
    Some((after, Ok(())))
}

//! What the store does: beats and creates that land, and deletes.

use super::LeaseModel;
use super::state::{Beat, Create, File, Kind, Name, State};

impl LeaseModel {
    /// A beat is durable. Either the node learns it at once or never: to learn it later gives it less.
    pub(super) fn land_beat(&self, state: &State, n: usize, told: bool) -> Option<State> {
        let beat = state.nodes[n].beat;
        if beat.file.beat == 0 {
            return None;
        }
        let mut after = state.clone();
        after.files[n] = beat.file;
        after.nodes[n].beat = Beat::default();
        if told {
            self.on_durable(&mut after, n, beat);
        }
        Some(after)
    }

    /// The create reaches the store, for the first time or again. Either the node learns it at once or not
    /// at all: then it sends the same bytes again.
    pub(super) fn land_create(&self, state: &State, n: usize, told: bool) -> Option<State> {
        let Create { kind, slot, .. } = state.nodes[n].create;
        if slot == 0 {
            return None;
        }
        let term = state.nodes[n].term;
        let mine = if kind == Kind::Fence { Name::Fence(term) } else { Name::Record(term) };
        let standing = state.names[slot as usize];
        // A fence on a number that was deleted: the comparison of clause 5 finds it and the claimant probes
        // again (the log model has this in full).
        let is_free = standing == Name::Free && !(kind == Kind::Fence && slot <= state.head);
        let mut after = state.clone();
        if is_free {
            after.names[slot as usize] = mine;
            after.head = after.head.max(slot);
            if kind == Kind::Data {
                after.data_term = after.data_term.max(term);
            }
        }
        if told {
            self.on_answer(&mut after, n, is_free || standing == mine);
        }
        Some(after)
    }
}

/// A beat that nobody waits for any more overwrites a later one.
pub(super) fn land_late_beat(state: &State, n: usize) -> Option<State> {
    let late = state.nodes[n].late;
    if late.beat == 0 {
        return None;
    }
    let mut after = state.clone();
    after.files[n] = late;
    after.nodes[n].late = File::default();
    Some(after)
}

/// A record that anybody may have put into a checkpoint is deleted.
pub(super) fn prune(state: &State, slot: u8) -> Option<State> {
    let Name::Record(_) = state.names[slot as usize] else { return None };
    if !state.is_awaited(slot) {
        return None;
    }
    let mut after = state.clone();
    after.names[slot as usize] = Name::Free;
    Some(after)
}

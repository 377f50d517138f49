//! What the store does: beats and creates that land, and deletes.

use super::state::{File, Kind, Name, Reply, State};

pub(super) fn land_beat(state: &State, n: usize) -> Option<State> {
    let beat = state.nodes[n].beat;
    if beat.file.beat == 0 || beat.landed {
        return None;
    }
    let mut after = state.clone();
    after.files[n] = beat.file;
    after.nodes[n].beat.landed = true;
    Some(after)
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

/// The create reaches the store, for the first time or again.
pub(super) fn land_create(state: &State, n: usize) -> Option<State> {
    let node = &state.nodes[n];
    let slot = node.create.slot;
    if slot == 0 {
        return None;
    }
    let mut after = state.clone();
    let is_free = state.names[slot as usize] == Name::Free;
    let create = &mut after.nodes[n].create;
    if !is_free {
        create.reply = Reply::Exists;
        return Some(after);
    }
    if create.kind == Kind::Fence && slot <= state.head {
        // A fence on a number that was deleted: the comparison of clause 5 finds it, the claimant probes
        // again (the log model has this in full).
        create.reply = Reply::Exists;
        return Some(after);
    }
    create.reply = Reply::Created;
    after.names[slot as usize] =
        if create.kind == Kind::Fence { Name::Fence(node.term) } else { Name::Record(node.term) };
    after.head = after.head.max(slot);
    if create.kind == Kind::Data {
        after.data_term = after.data_term.max(node.term);
    }
    Some(after)
}

/// A record that anybody may have put into a checkpoint is deleted.
pub(super) fn prune(state: &State, slot: u8) -> Option<State> {
    let Name::Record(_) = state.names[slot as usize] else { return None };
    let mut after = state.clone();
    after.names[slot as usize] = Name::Free;
    Some(after)
}

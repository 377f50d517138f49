//! Clauses 7 and 8: what a node makes of the store's answer to its create.

use super::history::{Kind, NO_RECORD, RecordId};
use super::node::to_standby;
use super::properties::ACCUSED;
use super::state::{NOTHING, Reply, Role, State};
use super::{After, Exists, LogModel, Wrong};

impl LogModel {
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
}

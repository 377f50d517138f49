//! What must be true whenever somebody is told something.

use super::history::{HistoryId, Kind, Record};
use super::state::State;
use super::{LogModel, Wrong};

const TWO_HISTORIES: Wrong = "two histories: an acknowledgement, a checkpoint and a serving master disagree";
const LOST: Wrong = "an acknowledged write is not in a later serving master";
const REFUSED_KEPT: Wrong = "a write that its client was told is not recorded is in the history";
pub(super) const DAMAGE: Wrong =
    "a node that agrees with the newest checkpoint meets a data record that does not follow";
pub(super) const ACCUSED: Wrong = "a store that lost nothing is said to have lost data";

impl LogModel {
    /// All that anyone was told must lie on one history; the longest is kept.
    pub(super) fn accept(&self, after: &mut State, n: usize) -> Result<(), Wrong> {
        self.accept_history(after, after.nodes[n].history)
    }

    pub(super) fn accept_history(&self, after: &mut State, history: HistoryId) -> Result<(), Wrong> {
        let (old, new) = (self.library.len(after.accepted), self.library.len(history));
        if self.library.at(history, old) != self.library.at(after.accepted, new) {
            return Err(TWO_HISTORIES);
        }
        if new > old {
            after.accepted = history;
        }
        self.refusals_hold(after)
    }

    pub(super) fn refusals_hold(&self, after: &State) -> Result<(), Wrong> {
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
    pub(super) fn has_all_before(&self, after: &State, n: usize) -> Result<(), Wrong> {
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

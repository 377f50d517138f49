//! The second look, after a create was answered: is the slot above the floor?
//!
//! A number at or below the floor may have been pruned, and is free again for whoever went back in time (a machine
//! restored from memory, a bucket that expires objects): what is created there nobody reads. So with `strictAck` a
//! record, and a noop that proves a slot, counts only when the floor was seen below it *after* it was created
//! (clause 8). For the same reason "not recorded" may be said only when the floor was seen below the slot *after*
//! that was found taken (clause 7): by an older floor, a write that a checkpoint holds would be denied.
//!
//! The floor is read where whoever prunes must have shown it before: in the own file, and in the file of the node
//! that `leader.json` names.

use std::collections::VecDeque;

use base::{Lsn, NodeId, Term};

use crate::files::{self, LeaderFile, NodeFile};
use crate::input::{Level, LostAppend};
use crate::names;
use crate::reign::RETRY;
use crate::state::{Ha, Want};
use crate::verbs::{Answer, Lane, Verb};

/// A look at the floor.
pub(crate) struct FloorLook {
    /// What the slot was found to hold.
    pub(crate) found: Found,
    /// What is being read, in the order of the answers.
    left: VecDeque<Place>,
    highest: Lsn,
    /// Something could not be read: the whole look again.
    failed: bool,
}

/// What the slot was found to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// My very bytes.
    Mine,
    /// Another's, of a newer term.
    Others,
}

enum Place {
    Hint,
    File(NodeId),
}

impl Ha {
    /// The outstanding create was answered: look at the floor, afresh.
    pub(crate) fn look_at_floor(&mut self, term: Term, lsn: Lsn, found: Found) {
        let me = self.cfg.node.clone();
        let Some(outstanding) = self.outstanding(term, lsn) else { return };
        outstanding.floor = Some(FloorLook { found, left: VecDeque::new(), highest: Lsn(0), failed: false });
        self.floor_read(term, lsn, Place::Hint);
        self.floor_read(term, lsn, Place::File(me));
    }

    fn floor_read(&mut self, term: Term, lsn: Lsn, place: Place) {
        let name = match &place {
            Place::Hint => Some(names::leader()),
            Place::File(id) => names::node(id),
        };
        let Some(look) = self.outstanding(term, lsn).and_then(|o| o.floor.as_mut()) else { return };
        match name {
            Some(name) => {
                look.left.push_back(place);
                self.ask(Lane::Log, Verb::Read { name }, Want::Floor(term, lsn));
            }
            None => look.failed = true,
        }
    }

    pub(crate) fn floor_answer(&mut self, term: Term, lsn: Lsn, answer: Answer) {
        let Some(look) = self.outstanding(term, lsn).and_then(|o| o.floor.as_mut()) else { return };
        let Some(place) = look.left.pop_front() else { return };
        match (place, answer) {
            (Place::Hint, Answer::Content(Some(bytes))) => self.floor_hint(term, lsn, &bytes),
            // No master ever wrote one; then none has pruned.
            (Place::Hint, Answer::Content(None)) => {}
            (Place::File(id), Answer::Content(Some(bytes))) => self.floor_file(term, lsn, &id, &bytes),
            (_, Answer::Failed(fault) | Answer::Unknown(fault)) => {
                look.failed = true;
                self.note_trouble("looking at the floor", &fault.text);
            }
            // It is there, and absence may be a cached lie.
            _ => look.failed = true,
        }
        self.floor_looked(term, lsn);
    }

    fn floor_hint(&mut self, term: Term, lsn: Lsn, bytes: &[u8]) {
        match files::from_bytes::<LeaderFile>(bytes) {
            Ok(hint) if hint.node != self.cfg.node => self.floor_read(term, lsn, Place::File(hint.node)),
            Ok(_) => {}
            Err(_) => self.floor_failed(term, lsn),
        }
    }

    fn floor_file(&mut self, term: Term, lsn: Lsn, id: &NodeId, bytes: &[u8]) {
        let Ok(file) = files::from_bytes::<NodeFile>(bytes) else { return self.floor_failed(term, lsn) };
        if *id == self.cfg.node && self.went_back_in_time(&file) {
            return;
        }
        if let Some(look) = self.outstanding(term, lsn).and_then(|o| o.floor.as_mut()) {
            look.highest = look.highest.max(file.floor);
        }
    }

    fn floor_failed(&mut self, term: Term, lsn: Lsn) {
        if let Some(look) = self.outstanding(term, lsn).and_then(|o| o.floor.as_mut()) {
            look.failed = true;
        }
    }

    fn floor_looked(&mut self, term: Term, lsn: Lsn) {
        let (again, known) = (self.now() + RETRY, self.ckpt.floor());
        let Some(outstanding) = self.outstanding(term, lsn) else { return };
        let Some(look) = outstanding.floor.as_ref().filter(|look| look.left.is_empty()) else { return };
        if look.failed {
            outstanding.again_at = Some(again);
            return;
        }
        let highest = look.highest.max(known);
        let above = lsn > highest;
        match look.found {
            Found::Mine if above => self.landed(lsn),
            Found::Mine => {
                self.say(
                    Level::Error,
                    format!("record {lsn} was created below a checkpoint of others: nobody will read it"),
                );
                self.demote("a strict look found its slot below the floor: this machine went back in time, or the store \
                             lost records");
                // The checkpoint holds something else there: the record is not read back, not even to show it.
                self.saw_floor(highest);
                self.reload("it holds other records than were folded here");
            }
            Found::Others => {
                self.demote_with(if above { LostAppend::NotRecorded } else { LostAppend::Unknown });
            }
        }
    }
}

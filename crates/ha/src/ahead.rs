//! Reading ahead: records that are known to exist are asked for several at a time, for a store that is far away answers
//! each of them late. They are folded in order, one by one, whichever comes first.
//!
//! A record that was read early is what it would have been later: as long as its name stands it has one content, and its
//! place in this history is judged when it is folded.

use std::collections::BTreeMap;

use base::Lsn;
use base::limits::READ_AHEAD_MAX;

use crate::follow::{Follow, Job};
use crate::names;
use crate::state::{Ha, Want};
use crate::verbs::{Answer, Lane, Verb};

/// Records above the last that was folded.
pub(crate) type Ahead = BTreeMap<Lsn, Place>;

/// One of them.
pub(crate) struct Place {
    /// The number of its request: an answer to an earlier one is not taken for this one's.
    serial: u64,
    /// How often it was read already.
    tries: u32,
    answer: Option<Answer>,
}

impl Follow {
    /// What could not be had is asked for again.
    pub(crate) fn forget_failures(&mut self) {
        self.ahead.retain(|_, place| matches!(place.answer, None | Some(Answer::Content(Some(_)))));
    }
}

impl Ha {
    /// Asks for the next records, as far as they are known to exist: what a beat has named, and what has been told: by the
    /// master to who stands by, by a listing to a claimant. (What comes then it probes, by its fence.)
    pub(crate) fn read_ahead(&mut self, have: Lsn) {
        let known = self.log.target.max(self.log.told);
        let last = known.min(Lsn(have.0 + READ_AHEAD_MAX as u64));
        for lsn in (have.0 + 1..=last.0).map(Lsn) {
            if !self.log.ahead.contains_key(&lsn) {
                self.read_record(lsn, 0);
            }
        }
    }

    pub(crate) fn read_record(&mut self, lsn: Lsn, tries: u32) {
        self.log.serial += 1;
        let serial = self.log.serial;
        self.log.ahead.insert(lsn, Place { serial, tries, answer: None });
        self.ask(Lane::Tail, Verb::Read { name: names::record(lsn) }, Want::Record(serial, lsn));
    }

    pub(crate) fn record_answer(&mut self, serial: u64, lsn: Lsn, answer: Answer) {
        let Some(place) = self.log.ahead.get_mut(&lsn).filter(|place| place.serial == serial) else { return };
        place.answer = Some(answer);
        self.fold_ahead();
    }

    /// Folds what is there and follows. A claimant may have folded the record before by its fence.
    pub(crate) fn fold_ahead(&mut self) {
        while let Some((lsn, tries, answer)) = self.take_next() {
            self.next_record(lsn, tries, answer);
        }
    }

    /// The record that follows the last one folded, once it is there.
    fn take_next(&mut self) -> Option<(Lsn, u32, Answer)> {
        let have = self.log.have.filter(|_| matches!(self.log.job, Job::Idle))?;
        // What was folded by another way meanwhile.
        while self.log.ahead.first_key_value().is_some_and(|(lsn, _)| *lsn <= have.lsn) {
            self.log.ahead.pop_first();
        }
        let next = self.log.ahead.first_entry().filter(|first| *first.key() == have.lsn.next())?;
        next.get().answer.as_ref()?;
        let (lsn, place) = next.remove_entry();
        Some((lsn, place.tries, place.answer?))
    }
}

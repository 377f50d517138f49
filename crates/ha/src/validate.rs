//! Clause 5, validation: the fence stands; does the history below it agree with the newest checkpoint?
//!
//! A fence above the floor is not enough: a late fence of a dead claimant can land on a number that was pruned, and
//! a standby that lags takes it for history. The chain value at the newest mark tells.

use base::{Lsn, Term};

use crate::claim::ClaimStep;
use crate::claim::{RELOADS_MAX, RETRY};
use crate::files;
use crate::input::Point;
use crate::names;
use crate::state::{Ha, Want};
use crate::verbs::{Answer, Lane, Name, Verb};

impl Ha {
    /// The newest mark is looked up afresh, after the fence exists: by a listing, and by the floors that the files
    /// of all nodes named, which were read since (a listing may come from a directory cache, an open does not).
    pub(crate) fn begin_validate(&mut self) {
        // Names are in order: whatever is newer than the newest that is known comes after it.
        let after = self.ckpt.known.last().map(|(lsn, _)| names::ckpt_ok(*lsn));
        self.list_newer_marks(after);
    }

    fn list_newer_marks(&mut self, after: Option<Name>) {
        let Some(claim) = self.claim() else { return };
        claim.step = ClaimStep::Validate;
        let term = claim.term;
        let (prefix, max) = (names::folder(names::Folder::Ckpt), base::limits::LIST_PAGE_MAX);
        self.ask(Lane::Log, Verb::List { prefix, after, max }, Want::Validate(term));
    }

    pub(crate) fn validate_answer(&mut self, term: Term, answer: Answer) {
        let again = self.at.now + RETRY;
        let Some(claim) = self.claim().filter(|c| c.term == term && c.step == ClaimStep::Validate) else {
            return;
        };
        match answer {
            Answer::Page { names, more } => {
                for lsn in names.iter().filter_map(|n| names::number(n.leaf(), ".ok")) {
                    self.saw_floor(Lsn(lsn));
                }
                match names.last() {
                    // Parts of a large checkpoint may fill a page.
                    Some(last) if more => self.list_newer_marks(Some(last.clone())),
                    _ => self.compare_with_mark(0),
                }
            }
            Answer::Content(Some(bytes)) => self.compare(&bytes),
            Answer::Content(None) => claim.again_at = Some(again),
            Answer::Failed(fault) | Answer::Unknown(fault) => {
                claim.again_at = Some(again);
                self.note_trouble("validating against the newest checkpoint", &fault.text);
            }
            _ => {}
        }
    }

    /// Reads the newest mark, or (`back` 1) the one before it when the newest cannot be read.
    fn compare_with_mark(&mut self, back: usize) {
        let marks = self.ckpt.known.len();
        let Some(claim) = self.claim() else { return };
        claim.marks_back = back;
        let term = claim.term;
        match marks.checked_sub(back + 1).and_then(|i| self.ckpt.known.get(i)) {
            Some((floor, _)) => {
                let verb = Verb::Read { name: names::ckpt_ok(*floor) };
                self.ask(Lane::Log, verb, Want::Validate(term));
            }
            // Fewer than two marks: nothing was ever pruned, so no number is free again.
            None => self.wait_for_old_leases(),
        }
    }

    fn compare(&mut self, bytes: &[u8]) {
        let Some(back) = self.claim().map(|c| c.marks_back) else { return };
        let ok = match files::from_bytes::<files::OkFile>(bytes) {
            Ok(ok) => ok,
            Err(why) => {
                let mark = self.ckpt.known.iter().rev().nth(back);
                let name = mark.map_or_else(String::new, |(floor, _)| names::ckpt_ok(*floor).to_string());
                self.note_damage(name, format!("{why}; the fence is compared with the mark before it"));
                // Pruning reaches no further than the second newest mark, so that one tells as much.
                return if back == 0 {
                    self.compare_with_mark(1);
                } else {
                    self.give_up_claim("neither of the two newest checkpoint marks can be read");
                };
            }
        };
        self.ckpt.newest = Some(Point { lsn: ok.floor, chain: ok.chain });
        // A fence above the floor is not enough (clause 5).
        let agrees =
            self.chain_at(ok.floor) == Some(ok.chain) || base::mutant::on(base::Mutant::NoComparison);
        if agrees {
            return self.wait_for_old_leases();
        }
        // The fence landed on a history that is not the plane's, or what I know of it is gone: reload, fence anew.
        self.claim_reload("the fence must be compared with the newest checkpoint");
    }

    /// Begins again from the newest checkpoint, with a new fence in the same term.
    pub(crate) fn claim_reload(&mut self, why: &str) {
        let Some(claim) = self.claim() else { return };
        claim.reloads += 1;
        if claim.reloads > RELOADS_MAX {
            return self.give_up_claim("its state does not agree with the newest checkpoint");
        }
        claim.step = ClaimStep::CatchUp;
        claim.fence = None;
        self.reload(why);
    }
}

//! Clause 4, the end of the log beyond what any file names. The fence's create finds it, record after record: each is a
//! create that fails and two reads, and a master under load writes a thousand records between two beats. Where the create
//! has met several, a listing names the rest, and these are read ahead.
//!
//! A listing may be old. What it names and is not there is dropped; what it does not name the create meets.

use base::limits::LIST_PAGE_MAX;
use base::{Lsn, Term};

use crate::claim::ClaimStep;
use crate::input::Level;
use crate::names::{self, Folder};
use crate::state::{Ha, Want};
use crate::verbs::{Answer, Lane, Verb};

/// Records that the create meets before the rest is asked for: one or two are usual, and cost less than a listing.
const MET_FIRST: u32 = 2;

impl Ha {
    /// The fence's create has met a record, which is folded.
    pub(crate) fn met_a_record(&mut self) {
        let Some(have) = self.log.have else { return };
        let Some(claim) = self.claim().filter(|claim| claim.step == ClaimStep::CatchUp) else { return };
        claim.met += 1;
        if claim.met < MET_FIRST {
            return;
        }
        claim.step = ClaimStep::Rest;
        let term = claim.term;
        let (prefix, after) = (names::folder(Folder::Log), Some(names::record(have.lsn)));
        self.ask(Lane::Log, Verb::List { prefix, after, max: LIST_PAGE_MAX }, Want::Rest(term));
    }

    pub(crate) fn rest_answer(&mut self, term: Term, answer: Answer) {
        let have = self.log.have;
        let Some(claim) = self.claim().filter(|c| c.term == term && c.step == ClaimStep::Rest) else {
            return;
        };
        claim.step = ClaimStep::CatchUp;
        match (answer, have) {
            (Answer::Page { names, .. }, Some(have)) => {
                // Without a hole: a name that may not exist is never read (an NFS client would remember its absence).
                let mut end = have.lsn;
                for lsn in names.iter().filter_map(|n| names::number(n.leaf(), ".json")).map(Lsn) {
                    if lsn == end.next() {
                        end = lsn;
                    }
                }
                if end > have.lsn {
                    self.say(Level::Debug, format!("a listing shows that the log goes on to {end}"));
                    self.log.told = end;
                }
            }
            (Answer::Failed(fault) | Answer::Unknown(fault), _) => {
                self.note_trouble("listing the log", &fault.text);
            }
            _ => {}
        }
    }
}

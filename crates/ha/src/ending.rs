//! A graceful end: the own file says so, then the term's end is marked, then the others are told.

use base::{Mono, Span, Term};

use crate::beat::BeatFlow;
use crate::config::Mode;
use crate::files::FileRole;
use crate::input::{Effect, Exit, Level};
use crate::state::{Ha, Stage};
use crate::verbs::Answer;

/// A store that does not answer must not keep a process from ending.
const BOUND: Span = Span::secs(5);
/// How long the look for whom to tell may hold up an end. Who is not told finds it at its next look.
const LOOK_BOUND: Span = Span::millis(300);
/// How long an outstanding record is waited for before the end.
const DRAIN: Span = Span::secs(2);

/// Steps of a graceful end.
pub(crate) struct Ending {
    pub(crate) since: Mono,
    /// The term that is given up, if this node ruled.
    pub(crate) term: Option<Term>,
    pub(crate) step: EndStep,
    /// Whether the process ends after it (else: the node goes on as a standby).
    pub(crate) exit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndStep {
    /// The own file says it, and all nodes are looked up, to tell them.
    Beat,
    /// `terms/N.end` is on its way.
    Mark,
}

impl Ha {
    /// Ends gracefully. The host has drained what it held.
    pub(crate) fn stop(&mut self) {
        if self.stop_wanted.is_none() {
            self.stop_wanted = Some(self.now());
            self.say(Level::Info, "stopping");
        }
        if matches!(self.stage, Stage::Boot(_)) {
            self.exit(Exit::Stopped);
        }
    }

    pub(crate) fn ending_wake(&self) -> Option<Mono> {
        match (&self.stage, self.stop_wanted) {
            (Stage::Ending(end), _) if self.ending_looks() => Some(end.since + LOOK_BOUND),
            (Stage::Ending(end), _) => Some(end.since + BOUND),
            (Stage::Reign(_), Some(since)) => Some(since + DRAIN),
            _ => None,
        }
    }

    /// Whether the look for whom to tell is still waited for: a server that has joined since the last listing is
    /// not known by name yet, and would find the end only at its next look.
    pub(crate) fn ending_looks(&self) -> bool {
        match &self.stage {
            Stage::Ending(end) => {
                // Who was named is known, and told first.
                let named = self.handed_over(end.term);
                !named
                    && self.look.listed_at.is_none_or(|at| at < end.since)
                    && self.now() < end.since + LOOK_BOUND
            }
            _ => false,
        }
    }

    /// Begins an end; `term` is the one that is given up by it.
    pub(crate) fn end_begins(&mut self, term: Option<Term>, exit: bool) {
        self.stage = Stage::Ending(Ending { since: self.now(), term, step: EndStep::Beat, exit });
        self.beat_soon();
        self.look.wanted_full = true;
    }

    pub(crate) fn run_ending(&mut self) {
        let now = self.now();
        if let Some(since) = self.stop_wanted
            && !matches!(self.stage, Stage::Ending(_) | Stage::Ended | Stage::Boot(_))
        {
            let busy = matches!(&self.stage, Stage::Reign(r) if r.outstanding.is_some());
            if busy && now < since + DRAIN {
                return;
            }
            let term = match &self.stage {
                Stage::Reign(_) => Some(self.created),
                Stage::Claim(c) if c.term == self.created => Some(self.created),
                _ => None,
            };
            if matches!(self.stage, Stage::Reign(_)) {
                self.demote("it is being stopped");
            }
            self.end_begins(term, true);
            self.beat.flow = BeatFlow::Idle;
            self.run_beat();
            self.run_look();
        }
        let looks = self.ending_looks();
        let Stage::Ending(end) = &mut self.stage else { return };
        let (since, exit, term) = (end.since, end.exit, end.term);
        if now.since(since) >= BOUND {
            self.say(
                Level::Warn,
                "the store did not take the end of this server in time; the others wait for silence",
            );
            return self.ended(exit);
        }
        let wanted = if exit { FileRole::Terminated } else { FileRole::Standby };
        if end.step == EndStep::Beat
            && self.beat.confirmed_role == Some(wanted)
            && self.beat.flow == BeatFlow::Idle
            && !looks
        {
            end.step = EndStep::Mark;
            if self.handed_over(term) {
                self.nudge_all();
            }
            match term {
                Some(term) => self.create_end(term, self.incarnation, self.beat.sent, Self::end_why(exit)),
                None => self.ended(exit),
            }
        }
    }

    pub(crate) fn end_answer(&mut self, answer: Answer) {
        if let Answer::Failed(fault) | Answer::Unknown(fault) = &answer {
            self.note_trouble("marking the end of a term", &fault.text);
        }
        if let Stage::Ending(Ending { step: EndStep::Mark, exit, .. }) = &self.stage {
            let exit = *exit;
            self.ended(exit);
        }
    }

    /// Whether this term was handed over to somebody.
    fn handed_over(&self, term: Option<Term>) -> bool {
        term.is_some() && self.ordered.handed.as_ref().map(|h| h.term) == term
    }

    /// All others look at the store now; who was named to follow is told first.
    pub(crate) fn nudge_all(&mut self) {
        let named = self.nominated().map(|h| h.to.clone());
        let mut others: Vec<_> = self.peers.values().filter(|p| !p.file.ended).collect();
        others.sort_by_key(|p| Some(&p.file.node) != named.as_ref());
        let uris: Vec<String> = others.into_iter().map(|p| p.file.uri.clone()).collect();
        if !uris.is_empty() {
            self.out.push(Effect::Nudge(uris));
        }
    }

    /// Whoever rules looks at the store now.
    pub(crate) fn nudge_ruler(&mut self) {
        let owner = self.terms.owner.as_ref().and_then(|owner| self.peers.get(owner));
        if let Some(peer) = owner.filter(|p| !p.file.ended) {
            self.out.push(Effect::Nudge(vec![peer.file.uri.clone()]));
        }
    }

    fn ended(&mut self, exit: bool) {
        let handed = self.handed_over(Some(self.created));
        if exit || !handed {
            self.nudge_all();
        }
        if exit {
            self.exit(Exit::Stopped);
        } else {
            self.back_to_follow();
            // The others go first.
            self.watch.failures = self.watch.failures.max(2);
            self.hold_off();
            if self.mode == Mode::Disabled {
                self.disable();
            }
        }
    }
}

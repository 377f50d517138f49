//! The way of one request to the master: whom to ask next, when to wait, when to give up. A state machine that does
//! nothing itself; `client` carries out its steps and tells it what came of them.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use api::server::HaSummary;

use crate::account::Account;
use crate::members::Members;
use crate::options::Patience;
use crate::server_url::ServerUrl;
use crate::verdict::Verdict;

/// The first wait; each is twice as long as the one before.
const WAIT_MIN: Duration = Duration::from_millis(50);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(1);

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Ask this server for the states of the plane.
    AskStates(ServerUrl),
    /// Send the request to this server.
    Send(ServerUrl),
    /// Nobody can be asked at once.
    Wait(Duration),
    /// It is of no use.
    GiveUp(Reason),
}

/// What a server said of the plane.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// The states.
    States(HaSummary),
    /// Not the states, but what it is itself: it lets this user not see them, or knows none.
    Itself {
        /// Whether it is the master, or says nothing of it.
        is_master: bool,
    },
    /// Nothing that helps.
    Nothing(String),
    /// Nobody could be heard.
    Silence(String),
    /// Its certificate is not trusted: waiting does not mend it.
    Untrusted(String),
}

/// Why a request was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No server answered at all.
    NoServer,
    /// Servers answered, and none of them was the master for long enough.
    NoMaster,
    /// The request was sent, no answer came, and it carries no key under which it could be sent again.
    OutcomeUnknown,
}

/// A request that was given up, and what was tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct GaveUp {
    /// Why.
    pub reason: Reason,
    /// How long it was tried.
    pub after: Duration,
    /// What was tried where.
    pub account: Account,
    /// The key of a write that may have been done: `GET /v1/writes/KEY` says.
    pub unresolved: Option<String>,
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = self.after.as_secs_f64();
        match self.reason {
            Reason::NoServer => write!(f, "no server could be reached within {after:.1} s"),
            Reason::NoMaster => write!(f, "no server served the request as master within {after:.1} s"),
            Reason::OutcomeUnknown => f.write_str(
                "the request was sent and no answer came, so it may have been carried out; look before you send it again",
            ),
        }?;
        if let Some(key) = &self.unresolved {
            write!(f, "; it may have been carried out: GET /v1/writes/{key} on the master says")?;
        }
        write!(f, "{}", self.account)
    }
}

/// Where a request stands.
#[derive(Debug)]
pub(crate) struct Pursuit {
    begun: Duration,
    patience: Patience,
    phase: Phase,
    /// It did not answer as master should: others' word for it does not count, until it says so itself.
    doubted: Option<ServerUrl>,
    /// Since when nobody has answered.
    silent_since: Option<Duration>,
    wait: Duration,
    /// Whether the next look may begin at once.
    may_look_at_once: bool,
    /// What was tried where.
    pub(crate) account: Account,
}

#[derive(Debug)]
enum Phase {
    Look(Look),
    Go(ServerUrl),
    Rest,
    Over(Reason),
}

/// One round of asking who rules.
#[derive(Debug)]
struct Look {
    left: VecDeque<ServerUrl>,
    somebody_answered: bool,
    all_untrusted: bool,
}

impl Pursuit {
    /// Begins: straight at the master that is known, unless the list is old.
    pub(crate) fn new(members: &Members, now: Duration, patience: Patience) -> Pursuit {
        let known = members.master().filter(|_| !members.is_stale(now, patience.refresh));
        let phase = known.map_or_else(|| look(members, None), |master| Phase::Go(master.clone()));
        Pursuit {
            begun: now,
            patience,
            phase,
            doubted: None,
            silent_since: None,
            wait: WAIT_MIN,
            may_look_at_once: true,
            account: Account::default(),
        }
    }

    /// What to do next.
    pub(crate) fn next(&mut self, members: &Members, now: Duration) -> Step {
        if now.saturating_sub(self.begun) >= self.patience.total && !matches!(self.phase, Phase::Over(_)) {
            self.phase = Phase::Over(self.reason());
        }
        match &mut self.phase {
            Phase::Over(reason) => Step::GiveUp(*reason),
            Phase::Go(server) => Step::Send(server.clone()),
            Phase::Rest => {
                self.phase = look(members, None);
                let wait = self.wait;
                self.wait = (wait * 2).min(WAIT_MAX);
                Step::Wait(wait)
            }
            Phase::Look(round) => match round.left.pop_front() {
                Some(server) => Step::AskStates(server),
                None => {
                    self.end_round(now);
                    self.next(members, now)
                }
            },
        }
    }

    /// What came of asking a server for the states.
    pub(crate) fn heard(&mut self, members: &mut Members, from: &ServerUrl, what: Heard, now: Duration) {
        let Phase::Look(round) = &mut self.phase else { return };
        round.somebody_answered |= !matches!(what, Heard::Silence(_) | Heard::Untrusted(_));
        round.all_untrusted &= matches!(what, Heard::Untrusted(_));
        match what {
            Heard::States(said) => {
                let is_itself = members.hear(from, &said, now);
                match members.master().cloned() {
                    Some(master) if is_itself || self.doubted.as_ref() != Some(&master) => self.go(master),
                    // It was not among those to ask, or it was asked before: now it can speak for itself.
                    Some(doubted) => self.account.add(from, format!("says that {doubted} is the master")),
                    None => self.account.add(from, "knows no master".to_owned()),
                }
            }
            Heard::Itself { is_master: true } => {
                members.is_master(from, now);
                self.go(from.clone());
            }
            Heard::Itself { is_master: false } => {
                self.account.add(from, "is not the master, and does not say who is".to_owned());
            }
            Heard::Nothing(why) | Heard::Silence(why) | Heard::Untrusted(why) => self.account.add(from, why),
        }
    }

    /// What came of sending the request: it is over, or somebody is to be asked who rules.
    pub(crate) fn sent(&mut self, members: &Members, to: &ServerUrl, verdict: &Verdict, why: String) {
        match verdict {
            Verdict::Final => {}
            Verdict::OutcomeUnknown => {
                self.account.add(to, why);
                self.phase = Phase::Over(Reason::OutcomeUnknown);
            }
            Verdict::Later => {
                self.account.add(to, why);
                self.look_again(members, to, None);
            }
            Verdict::Elsewhere(named) => {
                self.account.add(to, why);
                let named = named.as_ref().and_then(|uri| uri.parse().ok());
                self.look_again(members, to, named.as_ref());
            }
        }
    }

    /// After the first trouble at once: another server may rule already. Then after a wait.
    fn look_again(&mut self, members: &Members, doubted: &ServerUrl, hint: Option<&ServerUrl>) {
        self.doubted = Some(doubted.clone());
        self.phase =
            if std::mem::take(&mut self.may_look_at_once) { look(members, hint) } else { Phase::Rest };
    }

    fn go(&mut self, master: ServerUrl) {
        self.silent_since = None;
        self.phase = Phase::Go(master);
    }

    fn end_round(&mut self, now: Duration) {
        let Phase::Look(round) = &self.phase else { return };
        if round.somebody_answered {
            self.silent_since = None;
            self.phase = Phase::Rest;
            return;
        }
        let since = *self.silent_since.get_or_insert(now);
        let is_hopeless = round.all_untrusted || now.saturating_sub(since) >= self.patience.silent;
        self.phase = if is_hopeless { Phase::Over(Reason::NoServer) } else { Phase::Rest };
    }

    fn reason(&self) -> Reason {
        if self.silent_since.is_some() { Reason::NoServer } else { Reason::NoMaster }
    }
}

fn look(members: &Members, hint: Option<&ServerUrl>) -> Phase {
    let left = members.to_ask(hint).into();
    Phase::Look(Look { left, somebody_answered: false, all_untrusted: true })
}

#[cfg(test)]
mod tests;

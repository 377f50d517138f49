//! What must be true of every history, whatever happened. Each rule has a name, and a way to be broken in its tests
//! or by a mutant (`cargo xtask mutants`).

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use base::{Lsn, Term};

pub mod asked;
pub mod history;
pub mod works;

use asked::{Asked, Verdict, Wish};
use works::Works;

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// At most one valid lease at any moment, and one server that ever says it is master of a term.
    Lease,
    /// What was acknowledged is in the history, what was denied is not.
    SetFull,
    /// Writes and reads of one sensor are linearizable.
    Register,
    /// Each client's numbers have no hole, and none stands twice.
    Numbers,
    /// What was sent again with one key was done once.
    Once,
    /// Scripts begin with a lease and an intent, once, in one term.
    Works,
    /// What was cancelled does not run on.
    Cancelled,
    /// Whoever serves shows what was acknowledged.
    Fresh,
    /// Nothing is shown or acknowledged that is in no record.
    Durable,
    /// All servers show the same state at the same record, and in the end all are equal.
    SameState,
    /// The log from its first record, and from each checkpoint, gives that state, byte by byte.
    Replay,
    /// What was pruned is in a pack, where history is kept.
    Packs,
    /// One owner a term, and what must never be deleted is not.
    Store,
    /// What a newer release wrote is refused by its name, and never read as something else.
    Format,
    /// Calm makes a plane serve again, and come to rest.
    Heals,
    /// Silence is no reason to claim while automatic fail-over is paused.
    Paused,
    /// Silence is what the store has shown, and no other is a reason to claim.
    Silent,
    /// A scene takes the course that it is written for.
    Scene,
    /// Nothing panics.
    Sound,
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Of which rule.
    pub rule: Rule,
    /// What was seen.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.text)
    }
}

/// Everything that was seen to be wrong.
#[derive(Default)]
pub struct Checker {
    /// By rule and in words.
    pub violations: Vec<Violation>,
    /// All that clients wanted.
    pub asked: Vec<Asked>,
    /// The elements that were acknowledged up to now, with the time of that.
    pub elements: Vec<(u64, String)>,
    works: Works,
    /// What was shown at some records, and by whom first.
    pub hashes: HashMap<Lsn, (u64, String)>,
    leases: BTreeMap<usize, (u64, u64)>,
    /// Who said first that it is master of a term.
    masters: BTreeMap<Term, usize>,
}

impl Checker {
    /// Something must not be.
    pub fn wrong(&mut self, rule: Rule, text: String) {
        let what = Violation { rule, text };
        if self.violations.len() < 20 && !self.violations.contains(&what) {
            self.violations.push(what);
        }
    }

    /// None of these must be.
    pub fn all_wrong(&mut self, rule: Rule, texts: impl IntoIterator<Item = String>) {
        for text in texts {
            self.wrong(rule, text);
        }
    }

    /// A node's lease, as it stands after a step: from now until then, in true time.
    pub fn lease(&mut self, now: u64, node: usize, until: Option<u64>) {
        match until.filter(|u| *u > now) {
            None => {
                self.leases.remove(&node);
            }
            Some(until) => {
                self.leases.insert(node, (now, until));
                let other = self.leases.iter().find(|(n, (_, u))| **n != node && *u > now);
                if let Some((other, (_, theirs))) = other {
                    let text = format!(
                        "two valid leases at {now}: node {node} until {until}, node {other} until {theirs}"
                    );
                    self.wrong(Rule::Lease, text);
                }
            }
        }
    }

    /// A node says that it is the master of this term.
    pub fn says_master(&mut self, term: Term, node: usize) {
        let first = *self.masters.entry(term).or_insert(node);
        if first != node {
            self.wrong(
                Rule::Lease,
                format!("node {node} says it is master of term {term}, as node {first} did"),
            );
        }
    }

    /// A node that is gone holds nothing.
    pub fn lease_gone(&mut self, node: usize) {
        self.leases.remove(&node);
    }

    /// Whether this node holds a lease now.
    pub fn holds(&self, now: u64, node: usize) -> bool {
        self.leases.get(&node).is_some_and(|(_, until)| *until > now)
    }

    /// The state that a node shows at a record: everybody's must be the same.
    pub fn state(&mut self, who: &str, lsn: Lsn, hash: u64) {
        match self.hashes.get(&lsn) {
            None => {
                self.hashes.insert(lsn, (hash, who.to_owned()));
            }
            Some((known, other)) if *known != hash => {
                let text = format!("the state at record {lsn} is one thing on {other} and another on {who}");
                self.wrong(Rule::SameState, text);
            }
            Some(_) => {}
        }
    }

    /// A wish is answered for good.
    pub fn answered(&mut self, index: usize, now: u64, verdict: Verdict) {
        let asked = &mut self.asked[index];
        if asked.answered.is_some() {
            let text = format!("{:?} was answered twice", asked.wish);
            return self.wrong(Rule::SetFull, text);
        }
        asked.answered = Some((now, verdict));
        if let (Wish::Element(sensor), Verdict::Recorded(_)) = (&asked.wish, verdict) {
            self.elements.push((now, sensor.clone()));
        }
    }

    /// What a master shows to a read that begins now must hold all that was acknowledged before.
    pub fn fresh(&mut self, who: &str, now: u64, has: impl Fn(&str) -> bool) {
        let missing = self.elements.iter().rev().take(40).find(|(at, sensor)| *at <= now && !has(sensor));
        if let Some((_, sensor)) = missing {
            let text =
                format!("{who} serves as master at {now} without {sensor}, which was acknowledged before");
            self.wrong(Rule::Fresh, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(checker: &Checker) -> Vec<Rule> {
        checker.violations.iter().map(|v| v.rule).collect()
    }

    #[test]
    fn two_leases_at_once_are_found_and_one_after_the_other_are_fine() {
        let mut checker = Checker::default();
        checker.lease(10, 0, Some(20));
        checker.lease(20, 1, Some(30));
        assert_eq!(rules(&checker), []);
        checker.lease(25, 0, Some(40));
        assert_eq!(rules(&checker), [Rule::Lease]);
    }

    #[test]
    fn two_masters_of_one_term_are_found() {
        let mut checker = Checker::default();
        for (term, node) in [(1, 0), (2, 1), (1, 0), (3, 0)] {
            checker.says_master(Term(term), node);
        }
        assert_eq!(rules(&checker), []);
        checker.says_master(Term(3), 1);
        assert_eq!(rules(&checker), [Rule::Lease]);
    }

    #[test]
    fn two_states_at_one_record_are_found() {
        let mut checker = Checker::default();
        checker.state("a", Lsn(1), 7);
        checker.state("b", Lsn(1), 7);
        checker.state("b", Lsn(2), 8);
        assert_eq!(rules(&checker), []);
        checker.state("a", Lsn(2), 9);
        assert_eq!(rules(&checker), [Rule::SameState]);
    }

    #[test]
    fn a_master_that_does_not_show_what_was_acknowledged_is_found() {
        let mut checker = Checker { elements: vec![(5, "e1".to_owned())], ..Checker::default() };
        checker.fresh("a", 4, |_| false);
        checker.fresh("a", 6, |_| true);
        assert_eq!(rules(&checker), []);
        checker.fresh("a", 6, |_| false);
        assert_eq!(rules(&checker), [Rule::Fresh]);
    }
}

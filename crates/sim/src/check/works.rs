//! What was done outside: by whom, in which term, how often, and whether it was recorded before.

use std::collections::BTreeMap;

use base::Term;
use engine::effect::WorkKey;

use super::{Checker, Rule};

/// Every script that was ever begun.
#[derive(Default)]
pub struct Works {
    begun: BTreeMap<WorkKey, usize>,
    terms: BTreeMap<(String, u32), Term>,
}

/// What is known of a script at the moment when it begins.
pub struct Begun<'a> {
    /// Its key.
    pub key: &'a WorkKey,
    /// The server that begins it.
    pub node: usize,
    /// Whether that server holds a lease in the key's term at this moment, in true time.
    pub leased: bool,
    /// Whether its intent stands in the log.
    pub intended: bool,
}

impl Checker {
    /// A script begins.
    pub fn begun(&mut self, now: u64, what: &Begun<'_>) {
        let Begun { key, node, leased, intended } = *what;
        let named = format!("step {} of task {}", key.step, key.task);
        if !leased {
            self.wrong(
                Rule::Works,
                format!("node {node} begins {named} at {now} without a lease in term {}", key.term),
            );
        }
        if !intended {
            self.wrong(
                Rule::Works,
                format!("node {node} begins {named} at {now} and no record says that it will"),
            );
        }
        let times = self.works.begun.entry(key.clone()).or_default();
        *times += 1;
        if *times > 1 {
            self.wrong(Rule::Works, format!("{named} was begun twice with one key ({key:?})"));
        }
        let first = *self.works.terms.entry((key.task.clone(), key.step)).or_insert(key.term);
        if first != key.term {
            self.wrong(
                Rule::Works,
                format!("{named} was begun in term {first} and again in term {}", key.term),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(term: u64, attempt: u32) -> WorkKey {
        WorkKey { term: Term(term), task: "t".into(), step: 1, attempt }
    }

    fn found(all: &[(u64, u32, bool, bool)]) -> usize {
        let mut checker = Checker::default();
        for (term, attempt, leased, intended) in all {
            let key = key(*term, *attempt);
            checker.begun(1, &Begun { key: &key, node: 0, leased: *leased, intended: *intended });
        }
        checker.violations.len()
    }

    #[test]
    fn a_script_without_lease_or_intent_twice_or_in_two_terms_is_found() {
        assert_eq!(found(&[(1, 0, true, true)]), 0);
        assert_eq!(found(&[(1, 0, false, true)]), 1);
        assert_eq!(found(&[(1, 0, true, false)]), 1);
        assert_eq!(found(&[(1, 0, true, true), (1, 0, true, true)]), 1);
        assert_eq!(found(&[(1, 0, true, true), (2, 1, true, true)]), 1);
        assert_eq!(found(&[(1, 0, true, true), (1, 1, true, true)]), 0, "another attempt of one term");
    }
}

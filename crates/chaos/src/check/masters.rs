//! Masters: a term is one node's, and once a term was seen to rule no earlier one says that it rules.

use std::collections::BTreeMap;

use super::{Broken, Promise, shown};
use crate::history::{Asked, At, Event, MASTER};

/// The questions of which the answer said `MASTER`.
fn said_master(history: &[Event]) -> impl Iterator<Item = (&Asked, u64)> {
    history.iter().filter_map(|event| {
        let asked = match event {
            Event::Read(r) => &r.asked,
            Event::State(s) => &s.asked,
            Event::Write(w) => &w.asked,
            Event::Number(n) => &n.asked,
            Event::Script(s) => &s.asked,
            _ => return None,
        };
        (asked.role.as_deref() == Some(MASTER)).then_some((asked, asked.term?))
    })
}

pub(super) fn check(history: &[Event]) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut owners: BTreeMap<u64, usize> = BTreeMap::new();
    for (asked, term) in said_master(history) {
        let owner = *owners.entry(term).or_insert(asked.node);
        if owner != asked.node {
            let what = format!("term {term} was node {owner}'s and node {}'s", asked.node);
            broken.push(Broken::new(Promise::OneMaster, asked.ended, what));
        }
    }
    let mut ended: Vec<(At, u64, usize)> =
        said_master(history).map(|(asked, term)| (asked.ended, term, asked.node)).collect();
    ended.sort_unstable();
    // One that was sent again counts from when it was first sent: that accuses nobody wrongly.
    let mut began: Vec<(&Asked, u64)> = said_master(history).collect();
    began.sort_by_key(|(asked, _)| asked.began);
    let (mut next, mut latest) = (0, (0, 0, 0));
    for (asked, term) in began {
        while let Some((at, term, node)) = ended.get(next).filter(|e| e.0 <= asked.began) {
            if *term > latest.1 {
                latest = (*at, *term, *node);
            }
            next += 1;
        }
        if term < latest.1 {
            let (node, at) = (asked.node, shown(asked.ended));
            let (seen, then) = (latest.1, shown(latest.0));
            let what = format!(
                "node {node} said MASTER of term {term} at {at}, after node {} had said it of term {seen} at {then}",
                latest.2
            );
            broken.push(Broken::new(Promise::OneMaster, asked.ended, what));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::super::samples::*;
    use super::*;

    #[test]
    fn one_after_the_other_is_right() {
        let history = [
            state(0, 0, "MASTER", 1),
            // It was asked before the other one ruled.
            state(9, 0, "MASTER", 1),
            state(9, 1, "MASTER", 2),
            state(20, 0, "SUSPENDED", 1),
            state(30, 0, "MASTER", 3),
        ];
        assert_eq!(broken(&history), []);
    }

    #[test]
    fn two_nodes_of_one_term_are_seen() {
        assert_eq!(broken(&[state(0, 0, "MASTER", 1), state(2, 1, "MASTER", 1)]), [Promise::OneMaster]);
    }

    #[test]
    fn one_that_rules_on_is_seen() {
        let history = [state(0, 0, "MASTER", 1), state(10, 1, "MASTER", 2), state(20, 0, "MASTER", 1)];
        assert_eq!(broken(&history), [Promise::OneMaster]);
    }
}

//! How much of Brooklyn's API answers: every verb and path of release 1.1.0, and where those that do not are listed.

use std::collections::BTreeSet;

use crate::http::routes;

/// All pairs of verb and path, below `/v1`.
const PAIRS: &str = include_str!("pairs.txt");
/// What differs from Brooklyn, for its users.
const DIFFERENCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/differences.md");

/// Names in a path mean nothing here.
fn nameless(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn every_pair_of_brooklyn_answers_or_is_listed_as_one_that_does_not() {
    let ours: BTreeSet<String> =
        routes().iter().map(|r| format!("{} {}", r.method, nameless(r.path))).collect();
    let pairs: Vec<(&str, &str)> = PAIRS.lines().filter_map(|line| line.split_once(' ')).collect();
    let distinct: BTreeSet<_> = pairs.iter().collect();
    assert_eq!((pairs.len(), distinct.len()), (147, 147));
    let differences = std::fs::read_to_string(DIFFERENCES).unwrap();
    let mut answered = 0;
    for (verb, path) in pairs {
        let listed = differences.contains(&format!("`{verb} {path}`"));
        if ours.contains(&format!("{verb} /v1{}", nameless(path))) {
            answered += 1;
            assert!(!listed, "{verb} {path} answers; docs/differences.md says that it does not");
        } else {
            assert!(listed, "{verb} {path} does not answer, and docs/differences.md does not say so");
        }
    }
    assert!(answered >= ANSWERED, "only {answered} answer");
}

/// How many answer at least. It only grows.
const ANSWERED: usize = 147;

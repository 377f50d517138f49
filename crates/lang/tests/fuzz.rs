//! Every reader over its corpus, and over fresh inputs made from a seed. The same targets run under libFuzzer for as
//! long as one likes (CONTRIBUTING.md); what that finds goes into the corpus, and so stays found.

#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/targets.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use base::Rng;

/// Fresh inputs for each target; `FUZZ_RUNS` asks for more.
const RUNS: u64 = 3000;
/// Where the stream of random numbers begins; `FUZZ_SEED` asks for another.
const SEED: u64 = 1;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a folder that can be listed").path())
        .collect();
    // The folder's order is the file system's.
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("an input that can be read")).collect()
}

fn run(target: &str, input: &[u8], which: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| targets::run(target, input))) {
        eprintln!("{target} failed on {which}:\n{:?}", String::from_utf8_lossy(input));
        resume_unwind(panic);
    }
}

fn check(name: &str) {
    let corpus = corpus(name);
    assert!(!corpus.is_empty(), "{name} has no corpus");
    for input in &corpus {
        run(name, input, "an input of its corpus");
    }
    let seed = setting("FUZZ_SEED", SEED);
    let mut rng = Rng::from_seed(seed);
    for n in 0..setting("FUZZ_RUNS", RUNS) {
        let input = mutate::mutate(&mut rng, &corpus);
        run(name, &input, &format!("fresh input {n} of seed {seed}"));
    }
}

#[test]
fn yaml_documents_are_answered() {
    check("yaml");
}

#[test]
fn properties_are_answered() {
    check("properties");
}

#[test]
fn expressions_are_answered() {
    check("dsl");
}

#[test]
fn templates_are_answered() {
    check("template");
}

#[test]
fn predicates_are_answered() {
    check("predicate");
}

#[test]
fn formats_are_answered() {
    check("format");
}

#[test]
fn patterns_are_answered() {
    check("patterns");
}

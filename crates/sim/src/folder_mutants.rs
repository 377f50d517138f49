//! Mutants of the folder store: the conformance suite must fail on a real folder.

use std::sync::Arc;

use base::Mutant;
use ha::verbs::Name;
use store::Store;
use store::folder::FolderStore;
use store::suite;

use crate::code_mutants::Fate;

/// Lets the conformance suite meet a folder with this mutant in it.
pub fn run(mutant: Mutant, what: &'static str) -> Fate {
    let caught = match failed_check() {
        Ok(failed) => failed.map(|check| ("store suite".to_owned(), check)),
        // It could not even begin: that is no proof of anything.
        Err(why) => {
            eprintln!("the conformance suite could not run: {why}");
            None
        }
    };
    Fate { mutant, what, caught, seeds: 0 }
}

/// The first check that a folder fails, if it fails one.
fn failed_check() -> Result<Option<String>, String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let stores: Vec<Arc<dyn Store>> = (0..8)
        .map(|_| FolderStore::open(folder.path()).map(|s| Arc::new(s) as Arc<dyn Store>))
        .collect::<Result<_, _>>()
        .map_err(|e| e.to_string())?;
    let scratch = Name::parse("scratch").ok_or("a bad name")?;
    let results = suite::run(&|client| stores[client % stores.len()].clone(), &scratch);
    Ok(results
        .into_iter()
        .find(|r| matches!(r.verdict, suite::Verdict::Failed { .. }))
        .map(|r| r.name.to_owned()))
}

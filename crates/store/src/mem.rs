//! A store in memory: for a server that persists nothing, and for tests. The code above it is the same.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::limits::LIST_PAGE_MAX;
use ha::verbs::{Answer, Name, Verb};

use crate::Store;

/// Names and bytes in one map; gone with the process. It holds what a disk would, so whoever prunes the log
/// bounds it.
#[derive(Debug, Default)]
pub struct MemStore {
    files: Mutex<BTreeMap<Name, Arc<[u8]>>>,
}

impl MemStore {
    /// An empty one.
    pub fn new() -> MemStore {
        MemStore::default()
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<Name, Arc<[u8]>>> {
        // No code panics between two changes of the map, so a poisoned lock still guards a sound one.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemStore {
    fn run(&self, verb: &Verb) -> Answer {
        let mut files = self.files();
        match verb {
            Verb::Create { name, bytes } => {
                if files.contains_key(name) {
                    return Answer::Exists;
                }
                files.insert(name.clone(), Arc::clone(bytes));
                Answer::Created
            }
            Verb::Read { name } => Answer::Content(files.get(name).cloned()),
            Verb::PutOwn { name, bytes } => {
                files.insert(name.clone(), Arc::clone(bytes));
                Answer::Done
            }
            Verb::List { prefix, after, max } => page(&files, prefix, after.as_ref(), *max),
            Verb::Delete { name } => {
                files.remove(name);
                Answer::Done
            }
        }
    }

    fn describe(&self) -> String {
        "memory (nothing is kept when the server ends)".to_owned()
    }
}

fn page(files: &BTreeMap<Name, Arc<[u8]>>, prefix: &Name, after: Option<&Name>, max: usize) -> Answer {
    let start = after.filter(|after| *after > prefix).unwrap_or(prefix);
    let max = max.min(LIST_PAGE_MAX);
    // All names below `log/0` begin with its text, and so does `log/01`, which is not below it.
    let mut names: Vec<Name> = files
        .range((Bound::Excluded(start), Bound::Unbounded))
        .map(|(name, _)| name)
        .take_while(|name| name.as_str().starts_with(prefix.as_str()))
        .filter(|name| name.as_str().as_bytes().get(prefix.as_str().len()) == Some(&b'/'))
        .take(max + 1)
        .cloned()
        .collect();
    let more = names.len() > max;
    names.truncate(max);
    Answer::Page { names, more }
}

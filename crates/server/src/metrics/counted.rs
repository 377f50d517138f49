//! A store whose calls are counted by what they are for.

use std::sync::Arc;
use std::time::Instant;

use ha::verbs::{Answer, FaultKind, Name, Verb};
use store::Store;

use super::{Metrics, Tally};
use crate::driver::clock;

/// Passes everything on, and counts it.
pub struct Counted {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
}

impl Counted {
    /// Counts what is asked of this store from now on.
    pub fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> Counted {
        Counted { store, metrics }
    }

    /// Where a verb is counted: changes of the state, or what servers tell of themselves. Loading the state reads
    /// the log and checkpoints too, and is counted as one thing elsewhere.
    fn tally(&self, verb: &Verb) -> Option<&Tally> {
        match verb {
            Verb::Create { name, .. } if is_state(name) => Some(&self.metrics.records),
            Verb::Create { .. } | Verb::PutOwn { .. } => Some(&self.metrics.writes),
            Verb::Read { name } if !is_state(name) => Some(&self.metrics.reads),
            Verb::Read { .. } | Verb::List { .. } | Verb::Delete { .. } => None,
        }
    }
}

fn is_state(name: &Name) -> bool {
    let name = name.to_string();
    name.starts_with("log/") || name.starts_with("ckpt/")
}

impl Store for Counted {
    fn run(&self, verb: &Verb) -> Answer {
        let began = Instant::now();
        let answer = self.store.run(verb);
        let took = began.elapsed();
        self.metrics.store.add(verb, &answer, base::Span(took.as_micros() as u64));
        if let Some(tally) = self.tally(verb) {
            match &answer {
                Answer::Failed(fault) | Answer::Unknown(fault) => {
                    tally.failed(clock::wall(), fault.text.clone());
                }
                _ => tally.succeeded(clock::wall(), took),
            }
        }
        answer
    }

    fn describe(&self) -> String {
        self.store.describe()
    }

    fn todo(&self, kind: FaultKind) -> &'static str {
        self.store.todo(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::mem::MemStore;

    #[test]
    fn calls_are_counted_by_what_they_are_for() {
        let metrics = Arc::new(Metrics::default());
        let counted = Counted::new(Arc::new(MemStore::new()), Arc::clone(&metrics));
        let name = |text: &str| Name::parse(text).unwrap();
        let bytes: Arc<[u8]> = Arc::from(&b"x"[..]);
        counted.run(&Verb::Create { name: name("log/0/1.json"), bytes: bytes.clone() });
        counted.run(&Verb::PutOwn { name: name("nodes/a.json"), bytes });
        counted.run(&Verb::Read { name: name("nodes/a.json") });
        counted.run(&Verb::Read { name: name("nodes/b.json") });
        counted.run(&Verb::Read { name: name("log/0/1.json") });
        let counts = [&metrics.records, &metrics.writes, &metrics.reads].map(|t| t.read().count);
        assert_eq!(counts, [1, 1, 2]);
    }
}

//! A part of a store as a store of its own: a back-up below `backups/NAME/` looks like a plane.

use std::sync::Arc;

use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};
use store::Store;

/// What lies below a prefix.
pub struct Sub {
    store: Arc<dyn Store>,
    prefix: String,
}

impl Sub {
    /// What lies below `prefix/` in a store.
    pub fn new(store: Arc<dyn Store>, prefix: impl Into<String>) -> Sub {
        Sub { store, prefix: prefix.into() }
    }

    fn inner(&self, name: &Name) -> Option<Name> {
        Name::parse(&format!("{}/{name}", self.prefix))
    }

    fn outer(&self, name: &Name) -> Option<Name> {
        Name::parse(name.as_str().strip_prefix(&self.prefix)?.strip_prefix('/')?)
    }

    fn translated(&self, verb: &Verb) -> Option<Verb> {
        Some(match verb {
            Verb::Create { name, bytes } => {
                Verb::Create { name: self.inner(name)?, bytes: Arc::clone(bytes) }
            }
            Verb::Read { name } => Verb::Read { name: self.inner(name)? },
            Verb::PutOwn { name, bytes } => {
                Verb::PutOwn { name: self.inner(name)?, bytes: Arc::clone(bytes) }
            }
            Verb::List { prefix, after, max } => {
                let after = match after {
                    Some(after) => Some(self.inner(after)?),
                    None => None,
                };
                Verb::List { prefix: self.inner(prefix)?, after, max: *max }
            }
            Verb::Delete { name } => Verb::Delete { name: self.inner(name)? },
        })
    }
}

impl Store for Sub {
    fn run(&self, verb: &Verb) -> Answer {
        let Some(inner) = self.translated(verb) else {
            let text = format!("a name below {} is too long: {verb:?}", self.prefix);
            return Answer::Failed(Fault { kind: FaultKind::Unfit, text });
        };
        match self.store.run(&inner) {
            Answer::Page { names, more } => {
                Answer::Page { names: names.iter().filter_map(|n| self.outer(n)).collect(), more }
            }
            answer => answer,
        }
    }

    fn describe(&self) -> String {
        format!("{}/{}", self.store.describe(), self.prefix)
    }
}

//! Reading and writing a store from a command: the same call again while its outcome is not known, all pages of a
//! listing at once, and errors for people.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use base::limits::LIST_PAGE_MAX;
use ha::files::{self, PlaneFile};
use ha::names;
use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};
use serde::de::DeserializeOwned;
use store::Store;

/// Tries of a call that passingly fails or whose reply was lost.
const TRIES: u32 = 5;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(200);

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The store does not do what it is asked for.
    #[error("{0}")]
    Store(Fault),
    /// There is no plane.
    #[error("{0} holds no plane: it has no plane.json")]
    NoPlane(String),
    /// It must not be done.
    #[error("{0}")]
    Refused(String),
    /// What must be read cannot be.
    #[error("{0}")]
    Damaged(String),
    /// It changed while it was read, and did so again and again.
    #[error("{0}")]
    Restless(String),
}

/// A store, as commands use it.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    store: &'a dyn Store,
}

impl<'a> Source<'a> {
    /// Uses this store.
    pub fn new(store: &'a dyn Store) -> Source<'a> {
        Source { store }
    }

    /// What and where it is, for people.
    pub fn describe(&self) -> String {
        self.store.describe()
    }

    /// All names below a folder, in order.
    pub fn list(&self, folder: &str) -> Result<Vec<Name>, Trouble> {
        let prefix = parse(folder)?;
        let mut all: Vec<Name> = Vec::new();
        loop {
            let (after, max) = (all.last().cloned(), LIST_PAGE_MAX);
            match self.run(&Verb::List { prefix: prefix.clone(), after, max })? {
                Answer::Page { names, more } => {
                    let is_end = !more || names.is_empty();
                    all.extend(names);
                    if is_end {
                        return Ok(all);
                    }
                }
                other => return Err(odd(&other)),
            }
        }
    }

    /// Whether anything lies below a folder.
    pub fn holds(&self, folder: &str) -> Result<bool, Trouble> {
        match self.run(&Verb::List { prefix: parse(folder)?, after: None, max: 1 })? {
            Answer::Page { names, .. } => Ok(!names.is_empty()),
            other => Err(odd(&other)),
        }
    }

    /// The bytes of a name, or nothing.
    pub fn read(&self, name: &Name) -> Result<Option<Arc<[u8]>>, Trouble> {
        match self.run(&Verb::Read { name: name.clone() })? {
            Answer::Content(found) => Ok(found),
            other => Err(odd(&other)),
        }
    }

    /// One of the plane's small files; what is wrong with it is the inner error.
    pub fn file<T: DeserializeOwned>(&self, name: &Name) -> Result<Option<Result<T, String>>, Trouble> {
        Ok(self.read(name)?.map(|bytes| files::from_bytes(&bytes)))
    }

    /// What plane this is.
    pub fn plane(&self) -> Result<PlaneFile, Trouble> {
        match self.file(&names::plane())? {
            Some(Ok(plane)) => Ok(plane),
            Some(Err(why)) => Err(Trouble::Damaged(format!("plane.json cannot be read: {why}"))),
            None => Err(Trouble::NoPlane(self.describe())),
        }
    }

    /// Makes a name; whether it was there already with other content.
    pub fn create(&self, name: &Name, bytes: &Arc<[u8]>) -> Result<bool, Trouble> {
        match self.run(&Verb::Create { name: name.clone(), bytes: Arc::clone(bytes) })? {
            Answer::Created => Ok(true),
            // After a lost reply it may be this very call's.
            Answer::Exists => Ok(self.read(name)?.as_ref() == Some(bytes)),
            other => Err(odd(&other)),
        }
    }

    /// Makes a name, and reads it back.
    pub fn create_checked(&self, name: &Name, bytes: &Arc<[u8]>) -> Result<(), Trouble> {
        if !self.create(name, bytes)? {
            return Err(Trouble::Refused(format!(
                "{name} is there already: somebody else writes here as well"
            )));
        }
        if self.read(name)?.as_ref() != Some(bytes) {
            return Err(Trouble::Damaged(format!("{name} does not read as it was written")));
        }
        Ok(())
    }

    /// Replaces a name.
    pub fn put(&self, name: &Name, bytes: &Arc<[u8]>) -> Result<(), Trouble> {
        match self.run(&Verb::PutOwn { name: name.clone(), bytes: Arc::clone(bytes) })? {
            Answer::Done => Ok(()),
            other => Err(odd(&other)),
        }
    }

    /// Removes a name.
    pub fn delete(&self, name: &Name) -> Result<(), Trouble> {
        match self.run(&Verb::Delete { name: name.clone() })? {
            Answer::Done => Ok(()),
            other => Err(odd(&other)),
        }
    }

    fn run(&self, verb: &Verb) -> Result<Answer, Trouble> {
        let mut last = None;
        for attempt in 0..TRIES {
            if attempt > 0 {
                thread::sleep(PAUSE * attempt);
            }
            match self.store.run(verb) {
                Answer::Failed(fault) if fault.kind != FaultKind::Unreachable => {
                    return Err(Trouble::Store(fault));
                }
                Answer::Failed(fault) | Answer::Unknown(fault) => last = Some(fault),
                answer => return Ok(answer),
            }
        }
        Err(Trouble::Store(last.unwrap_or_else(|| silent("the store does not answer".to_owned()))))
    }
}

/// A name from its text.
pub(crate) fn parse(text: &str) -> Result<Name, Trouble> {
    Name::parse(text).ok_or_else(|| Trouble::Refused(format!("\"{text}\" is no name of a file of a plane")))
}

fn silent(text: String) -> Fault {
    Fault { kind: FaultKind::Unreachable, text }
}

fn odd(answer: &Answer) -> Trouble {
    Trouble::Store(silent(format!("the store gave an answer that does not fit the question: {answer:?}")))
}

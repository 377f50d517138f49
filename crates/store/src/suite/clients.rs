//! The clients of a check, with verbs that settle lost replies and say in words what else came.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};

use super::{Failure, WRITERS};
use crate::{Store, VerbKind};

/// How often a lost reply or a passing error is met with the same request again.
const TRIES_MAX: u32 = 30;

pub(super) struct Clients {
    all: Vec<Client>,
    scratch: Name,
}

/// One client of the store.
#[derive(Clone)]
pub(super) struct Client(Arc<dyn Store>);

impl Clients {
    pub(super) fn new(client: &dyn Fn(usize) -> Arc<dyn Store>, scratch: &Name) -> Clients {
        Clients { all: (0..WRITERS).map(|i| Client::new(client(i))).collect(), scratch: scratch.clone() }
    }

    pub(super) fn all(&self) -> &[Client] {
        &self.all
    }

    /// Two different ones.
    pub(super) fn pair(&self) -> (&Client, &Client) {
        (&self.all[0], &self.all[1])
    }

    pub(super) fn name(&self, tail: &str) -> Result<Name, Failure> {
        Name::parse(&format!("{}/{tail}", self.scratch))
            .ok_or_else(|| Failure::broken(format!("{}/{tail} is refused as a name", self.scratch)))
    }

    /// Removes all that was made.
    pub(super) fn clean(&self) -> Result<(), Failure> {
        let client = &self.all[0];
        let mut last = None;
        loop {
            let (names, more) = client.list(&self.scratch, last, 1000)?;
            for name in &names {
                client.delete(name)?;
            }
            last = names.last().cloned();
            if !more {
                break;
            }
        }
        match client.list(&self.scratch, None, 10)? {
            (left, _) if left.is_empty() => Ok(()),
            (left, _) => Err(Failure::broken(format!("deleted, but listed still: {left:?}"))),
        }
    }
}

impl Client {
    pub(super) fn new(store: Arc<dyn Store>) -> Client {
        Client(store)
    }

    /// True when this client won.
    pub(super) fn create(&self, name: &Name, bytes: &[u8]) -> Result<bool, Failure> {
        let verb = Verb::Create { name: name.clone(), bytes: Arc::from(bytes) };
        match self.settled(&verb)? {
            (Answer::Created, _) => Ok(true),
            (Answer::Exists, false) => Ok(false),
            // A lost reply came before: whose it is its content tells.
            (Answer::Exists, true) => Ok(self.read(name)?.as_deref() == Some(bytes)),
            (other, _) => Err(misfit(&verb, &other)),
        }
    }

    pub(super) fn read(&self, name: &Name) -> Result<Option<Arc<[u8]>>, Failure> {
        let verb = Verb::Read { name: name.clone() };
        match self.settled(&verb)? {
            (Answer::Content(bytes), _) => Ok(bytes),
            (other, _) => Err(misfit(&verb, &other)),
        }
    }

    pub(super) fn put_own(&self, name: &Name, bytes: &[u8]) -> Result<(), Failure> {
        let verb = Verb::PutOwn { name: name.clone(), bytes: Arc::from(bytes) };
        self.done(&verb)
    }

    pub(super) fn delete(&self, name: &Name) -> Result<(), Failure> {
        self.done(&Verb::Delete { name: name.clone() })
    }

    pub(super) fn list(
        &self,
        prefix: &Name,
        after: Option<Name>,
        max: usize,
    ) -> Result<(Vec<Name>, bool), Failure> {
        let verb = Verb::List { prefix: prefix.clone(), after, max };
        match self.settled(&verb)? {
            (Answer::Page { names, more }, _) => Ok((names, more)),
            (other, _) => Err(misfit(&verb, &other)),
        }
    }

    /// Reads and compares.
    pub(super) fn holds(&self, name: &Name, expected: &[u8]) -> Result<(), Failure> {
        match self.read(name)? {
            Some(found) if *found == *expected => Ok(()),
            Some(found) => Err(Failure::broken(format!(
                "{name}: read {}, but {} was written",
                shortened(&found),
                shortened(expected)
            ))),
            None => {
                Err(Failure::broken(format!("{name}: read nothing, but {} was written", shortened(expected))))
            }
        }
    }

    fn done(&self, verb: &Verb) -> Result<(), Failure> {
        match self.settled(verb)? {
            (Answer::Done, _) => Ok(()),
            (other, _) => Err(misfit(verb, &other)),
        }
    }

    /// The answer, and whether one was lost before it.
    fn settled(&self, verb: &Verb) -> Result<(Answer, bool), Fault> {
        let mut lost = false;
        for n in 0..TRIES_MAX {
            match self.0.run(verb) {
                Answer::Unknown(fault) if n + 1 == TRIES_MAX => return Err(fault),
                Answer::Failed(fault) if n + 1 == TRIES_MAX || fault.kind != FaultKind::Unreachable => {
                    return Err(fault);
                }
                Answer::Unknown(_) => lost = true,
                Answer::Failed(_) => thread::sleep(Duration::from_millis(u64::from(n))),
                answer => return Ok((answer, lost)),
            }
        }
        unreachable!("the last try returns")
    }
}

fn misfit(verb: &Verb, answer: &Answer) -> Failure {
    Failure::broken(format!("{} answered {answer:?}, which is no answer to it", VerbKind::of(verb)))
}

fn shortened(bytes: &[u8]) -> String {
    let head = bytes.get(..40).unwrap_or(bytes);
    format!("\"{}\" ({} bytes)", head.escape_ascii(), bytes.len())
}

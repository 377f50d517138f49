//! Files that are created once: the first one wins, all others read it. Beside each lies its sum, so that a flipped bit
//! in a key is seen before it is believed; a key of an earlier release is given one when it is read.

use std::collections::BTreeSet;

use ha::record::Chain;
use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};
use store::Store;

use super::{Bytes, KeyError};

/// Tries of a call whose reply was lost.
const TRIES: u32 = 5;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// This call made it.
    Here,
    /// It was there.
    Before,
}

/// The key files that are there. A name is not read before it may exist: NFS would remember its absence.
pub(super) fn list(store: &dyn Store) -> Result<BTreeSet<Name>, KeyError> {
    let Some(prefix) = Name::parse("keys") else { return Ok(BTreeSet::new()) };
    match run(store, &Verb::List { prefix, after: None, max: 100 })? {
        Answer::Page { names, .. } => Ok(names.into_iter().collect()),
        other => Err(odd(&other)),
    }
}

/// Reads a file, or makes it with these bytes when it is not there.
pub(super) fn read_or_create(
    store: &dyn Store,
    there: &BTreeSet<Name>,
    name: &Name,
    make: impl FnOnce() -> Result<Vec<u8>, KeyError>,
) -> Result<(Bytes, Made), KeyError> {
    let (bytes, made) = read_or_make(store, there, name, make)?;
    let Some(sum_name) = Name::parse(&format!("{name}.sum")) else { return Ok((bytes, made)) };
    let sum: Bytes = format!("{}\n", Chain::sum(&bytes)).into_bytes().into();
    if made == Made::Here {
        // One that lies there is of a key that was removed.
        run(store, &Verb::PutOwn { name: sum_name, bytes: sum })?;
    } else if !there.contains(&sum_name) {
        run(store, &Verb::Create { name: sum_name, bytes: sum })?;
    } else if read(store, &sum_name)? != sum {
        let why = format!("its sum, in {sum_name}, does not fit");
        return Err(KeyError::Damaged { name: name.clone(), why });
    }
    Ok((bytes, made))
}

fn read_or_make(
    store: &dyn Store,
    there: &BTreeSet<Name>,
    name: &Name,
    make: impl FnOnce() -> Result<Vec<u8>, KeyError>,
) -> Result<(Bytes, Made), KeyError> {
    if there.contains(name) {
        return Ok((read(store, name)?, Made::Before));
    }
    let bytes: Bytes = make()?.into();
    match run(store, &Verb::Create { name: name.clone(), bytes: bytes.clone() })? {
        Answer::Created => Ok((bytes, Made::Here)),
        Answer::Exists => {
            let found = read(store, name)?;
            // After a lost reply it may be this very file.
            let made = if found == bytes { Made::Here } else { Made::Before };
            Ok((found, made))
        }
        other => Err(odd(&other)),
    }
}

fn read(store: &dyn Store, name: &Name) -> Result<Bytes, KeyError> {
    match run(store, &Verb::Read { name: name.clone() })? {
        Answer::Content(Some(bytes)) => Ok(bytes),
        Answer::Content(None) => Err(KeyError::Gone(name.clone())),
        other => Err(odd(&other)),
    }
}

/// The very same call again while its outcome is unknown.
fn run(store: &dyn Store, verb: &Verb) -> Result<Answer, KeyError> {
    let mut last = None;
    for _ in 0..TRIES {
        match store.run(verb) {
            Answer::Unknown(fault) => last = Some(fault),
            Answer::Failed(fault) => return Err(KeyError::Store(fault)),
            answer => return Ok(answer),
        }
    }
    Err(KeyError::Store(last.unwrap_or_else(|| fault("the store does not answer".to_owned()))))
}

fn odd(answer: &Answer) -> KeyError {
    KeyError::Store(fault(format!("the store gave an answer that does not fit the question: {answer:?}")))
}

fn fault(text: String) -> Fault {
    Fault { kind: FaultKind::Unreachable, text }
}

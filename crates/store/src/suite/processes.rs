//! The suite on a folder or bucket, each client a process of its own: the binary starts itself again, and the children
//! carry out what comes down their pipes.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use ha::verbs::{Answer, Fault, FaultKind, Name, Verb};

use super::clients::Client;
use super::remote::RemoteStore;
use super::{CheckResult, Failure, SCRATCH_PREFIX, WRITERS, timed};
use crate::folder::{FolderStore, OpenError, unique_id};
use crate::place::{Bucket, Place};
use crate::{Store, VerbKind, advice};

pub use super::remote::child;

/// Checks a place from eight processes; everything happens in a hidden folder in it, which is removed again.
/// `spawn` gets the arguments for a child and makes the command that leads, in this same binary, to
/// [`child`] with these arguments. Identity and credential are no arguments: the children inherit the environment.
pub fn run(place: &Place, spawn: &dyn Fn(&[String]) -> Command) -> Vec<CheckResult> {
    match place {
        Place::Folder(dir) => folder(dir, spawn),
        Place::Bucket(at) => bucket(at, spawn),
    }
}

fn folder(dir: &Path, spawn: &dyn Fn(&[String]) -> Command) -> Vec<CheckResult> {
    let scratch = dir.join(format!("{SCRATCH_PREFIX}{}", unique_id()));
    let timed = |name, check: &dyn Fn() -> Result<(), Failure>| timed(name, &advice::in_folder, check);
    let opened = timed("the folder can be opened, and made when it is missing", &|| open(dir, &scratch));
    if opened.is_failed() {
        return vec![opened];
    }
    let mut results = vec![opened];
    results.extend(checked(&Place::Folder(scratch.clone()), spawn, &advice::in_folder));
    results.push(timed("a truncated file is read as it is", &|| truncated(&scratch)));
    results.push(timed("a file where a folder should be is an error", &|| in_the_way(&scratch)));
    results.push(timed("the scratch folder is removed", &|| removed(&scratch)));
    results
}

fn bucket(at: &Bucket, spawn: &dyn Fn(&[String]) -> Command) -> Vec<CheckResult> {
    let opened = timed("the bucket answers", &advice::in_bucket, || answers(at));
    if opened.is_failed() {
        return vec![opened];
    }
    let hidden = format!("{SCRATCH_PREFIX}{}", unique_id());
    let path = if at.path.is_empty() { hidden } else { format!("{}/{hidden}", at.path) };
    let scratch = Place::Bucket(Bucket { path, ..at.clone() });
    let mut results = vec![opened];
    results.extend(checked(&scratch, spawn, &advice::in_bucket));
    results
}

/// One listing: it needs the address, the bucket and the key to be right.
fn answers(at: &Bucket) -> Result<(), Failure> {
    let store = Place::Bucket(at.clone()).open().map_err(Failure::broken)?;
    let folder = Name::parse("terms").ok_or_else(|| Failure::broken("no name (a defect)"))?;
    Client::new(store).list(&folder, None, 1).map(|_| ())
}

fn open(dir: &Path, scratch: &Path) -> Result<(), Failure> {
    // The folder itself first, so that a fault in it is named by its own path.
    open_store(dir)?;
    open_store(scratch)?;
    Ok(())
}

fn checked(
    scratch: &Place,
    spawn: &dyn Fn(&[String]) -> Command,
    advise: &dyn Fn(FaultKind) -> &'static str,
) -> Vec<CheckResult> {
    let run = || {
        let mut children: Vec<Arc<dyn Store>> = Vec::new();
        for _ in 0..WRITERS {
            children.push(Arc::new(RemoteStore::start(scratch, spawn)?));
        }
        let prefix =
            Name::parse("check").ok_or_else(|| Failure::broken("no name for the checks (a defect)"))?;
        Ok(super::run(&|i| Arc::clone(&children[i]), &prefix))
    };
    run().unwrap_or_else(|failure| vec![timed("eight processes can be started", advise, || Err(failure))])
}

fn truncated(scratch: &Path) -> Result<(), Failure> {
    let store = Client::new(Arc::new(open_store(scratch)?));
    let name =
        Name::parse("torn/record.json").ok_or_else(|| Failure::broken("refused as a name (a defect)"))?;
    store.create(&name, b"{\"whole\":true}\n")?;
    let path = scratch.join(name.as_str());
    for len in [8, 0] {
        OpenOptions::new()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(len))
            .map_err(|error| Failure::broken(format!("could not truncate {}: {error}", path.display())))?;
        store.holds(&name, &b"{\"whole\":true}\n"[..len as usize])?;
    }
    Ok(())
}

fn in_the_way(scratch: &Path) -> Result<(), Failure> {
    let path = scratch.join("file");
    fs::write(&path, b"a file")
        .map_err(|error| Failure::broken(format!("could not write {}: {error}", path.display())))?;
    match FolderStore::open(path.join("store")) {
        Err(OpenError::NotAFolder { path: named }) if named == path => {}
        other => return Err(Failure::broken(format!("opening a folder below a file gave {other:?}"))),
    }
    let store = open_store(scratch)?;
    let below =
        Name::parse("file/record.json").ok_or_else(|| Failure::broken("refused as a name (a defect)"))?;
    let bytes: Arc<[u8]> = Arc::from(&b"x"[..]);
    let verbs = [
        Verb::Create { name: below.clone(), bytes: Arc::clone(&bytes) },
        Verb::PutOwn { name: below.clone(), bytes },
        Verb::Read { name: below.clone() },
        Verb::Delete { name: below },
    ];
    for verb in verbs {
        match store.run(&verb) {
            Answer::Failed(Fault { kind: FaultKind::Unfit, .. }) => {}
            other => {
                return Err(Failure::broken(format!(
                    "{} below a file answered {other:?}",
                    VerbKind::of(&verb)
                )));
            }
        }
    }
    Ok(())
}

fn open_store(scratch: &Path) -> Result<FolderStore, Failure> {
    FolderStore::open(scratch).map_err(|error| refused(&error))
}

fn refused(error: &OpenError) -> Failure {
    Failure { what: error.to_string(), kind: error.kind() }
}

fn removed(scratch: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(scratch) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure {
            what: format!("could not remove {} (remove it by hand): {error}", scratch.display()),
            kind: FaultKind::Unreachable,
        }),
    }
}

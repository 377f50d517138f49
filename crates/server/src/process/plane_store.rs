//! Opening the plane's store: is it a plane's folder, does it keep what a store must keep, what are its keys.
//!
//! A folder on a dead NFS server hangs whoever touches it, so all of this happens on a thread that may be left
//! behind.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, io, thread};

use base::NodeId;
use ha::names;
use ha::verbs::{Answer, Fault, Name, Verb};
use store::Store;
use store::bucket::BucketStore;
use store::mem::MemStore;
use store::place::{Bucket, Place};
use tracing::{info, warn};

use crate::config::{Login, Persist, Settings};
use crate::data::{Data, random_u64};
use crate::keys::{KeyError, PlaneKeys};

/// How long the store may take to show that it is fit.
const PATIENCE: Duration = Duration::from_secs(10);

/// What lies in a plane's folder; anything else without a `plane.json` is not a plane.
const OURS: [&str; 10] =
    ["plane.json", "leader.json", "terms", "nodes", "log", "ckpt", "hist", "keys", "blobs", "check"];

/// The store and what its servers share.
pub(super) struct PlaneStore {
    pub(super) store: Arc<dyn Store>,
    pub(super) keys: PlaneKeys,
}

/// Opens it; the error is for people (exit code 3). `last` is the store in which this server was part of a plane before.
pub(super) fn open(
    settings: &Settings,
    data: &Data,
    node: &NodeId,
    last: Option<&str>,
) -> Result<PlaneStore, String> {
    let (done, outcome) = mpsc::channel();
    let (node, last) = (node.clone(), last.map(str::to_owned));
    let (settings, data, place) = (settings.clone(), data.clone(), settings.store.clone());
    let run = move || {
        // Nobody listens after the deadline.
        let _ = done.send(try_open(&settings, &data, &node, last.as_deref()));
    };
    thread::Builder::new()
        .name("store-open".to_owned())
        .spawn(run)
        .map_err(|e| format!("no thread to open the store with: {e}"))?;
    outcome.recv_timeout(PATIENCE * 2).unwrap_or_else(|_| {
        Err(match place {
            Place::Folder(folder) => format!(
                "the plane's folder {} does not answer; see whether its file system is mounted and its server runs",
                folder.display()
            ),
            Place::Bucket(_) => format!("the plane's bucket {place} does not answer; see whether its service does"),
        })
    })
}

/// A store as it is remembered.
pub(super) fn name(settings: &Settings) -> String {
    settings.store.to_string()
}

fn try_open(
    settings: &Settings,
    data: &Data,
    node: &NodeId,
    last: Option<&str>,
) -> Result<PlaneStore, String> {
    let store: Arc<dyn Store> = if settings.persist == Persist::Disabled {
        warn!("persistMode is DISABLED: nothing is kept when this server ends");
        Arc::new(MemStore::new())
    } else {
        if let Place::Folder(folder) = &settings.store {
            refuse_foreign(folder)?;
            refuse_vanished(settings, folder, last)?;
        }
        settings.store.open_for_server(node)?
    };
    // The first requests find the service, make its acquaintance and fetch credentials: no beat waits for them.
    let patient: Arc<dyn Store> = match (&settings.store, settings.persist) {
        (Place::Bucket(bucket), Persist::Auto | Persist::Rebind | Persist::Clean) => {
            let bucket = Bucket { patience: Some(PATIENCE / 2), ..bucket.clone() };
            let bucket = BucketStore::open(&bucket).map_err(|e| e.to_string())?;
            if !holds(&bucket, names::plane().as_str())? {
                refuse_foreign_bucket(&bucket)?;
                refuse_emptied(settings, &bucket, last)?;
            }
            Arc::new(bucket)
        }
        _ => Arc::clone(&store),
    };
    if settings.store_check && settings.persist != Persist::Disabled {
        let uid = format!("{:016x}", random_u64().map_err(|e| e.to_string())?);
        let took = store::gate::check(&patient, &uid, PATIENCE).map_err(|e| e.to_string())?;
        if took > store::gate::budget(settings.store.kind()) {
            warn!(?took, "the store is slow: each write waits for it");
        } else {
            info!(?took, "the store is fit: {}", store.describe());
        }
    }
    let keys = PlaneKeys::open(&*patient, data, settings.login == Login::Generated);
    let keys = keys.map_err(|e: KeyError| e.to_string())?;
    Ok(PlaneStore { store, keys })
}

fn holds(store: &dyn Store, name: &str) -> Result<bool, String> {
    let Some(name) = Name::parse(name) else { return Ok(false) };
    match store.run(&Verb::Read { name }) {
        Answer::Content(found) => Ok(found.is_some()),
        Answer::Failed(fault) | Answer::Unknown(fault) => Err(in_words(store, &fault)),
        _ => Ok(false),
    }
}

fn in_words(store: &dyn Store, fault: &Fault) -> String {
    format!("{}: {}; {}", store.describe(), fault.text, store.todo(fault.kind))
}

/// A path in a bucket where something else lies is left as it is.
fn refuse_foreign_bucket(bucket: &BucketStore) -> Result<(), String> {
    let mut foreign = bucket.some_names().map_err(|fault| in_words(bucket, &fault))?;
    foreign.retain(|name| !OURS.contains(&name.as_str()));
    // Of many objects the first do not show it.
    let brooklyn = holds(bucket, "planeId")?;
    if foreign.is_empty() && !brooklyn {
        return Ok(());
    }
    let what = if brooklyn { "the state of an Apache Brooklyn server" } else { "something else" };
    foreign.truncate(3);
    Err(format!(
        "the {} holds {what} ({}, ...) and no plane; nothing was changed in it. Name another path in persistenceDir",
        bucket.describe(),
        foreign.join(", ")
    ))
}

/// Where this server was part of a plane, an emptied path is no place to begin another one.
fn refuse_emptied(settings: &Settings, bucket: &BucketStore, last: Option<&str>) -> Result<(), String> {
    if last != Some(name(settings).as_str()) || settings.persist != Persist::Auto {
        return Ok(());
    }
    Err(format!(
        "the {} holds no plane, and this server was part of one there: somebody emptied it, or a rule expired its \
         objects. Nothing was changed in it. Bring the objects, or a back-up, back (brownstone store restore). To \
         begin a new plane there, set persistMode=CLEAN for one start",
        bucket.describe()
    ))
}

/// A folder of something else is left as it is.
fn refuse_foreign(folder: &Path) -> Result<(), String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // What is missing is made, and what cannot be read is named, when it is opened.
        Err(e) if e.kind() != io::ErrorKind::PermissionDenied => return Ok(()),
        Err(e) => return Err(format!("the plane's folder {} cannot be read: {e}", folder.display())),
    };
    let mut foreign = Vec::new();
    for entry in entries {
        let entry =
            entry.map_err(|e| format!("the plane's folder {} cannot be read: {e}", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "plane.json" {
            return Ok(());
        }
        // The file system's own, and the store's hidden folders.
        if !OURS.contains(&name.as_str()) && !name.starts_with('.') && name != "lost+found" {
            foreign.push(name);
        }
    }
    foreign.sort();
    if foreign.is_empty() {
        return Ok(());
    }
    let brooklyn = foreign.iter().any(|name| name == "planeId" || name == "entities");
    let what = if brooklyn { "the state of an Apache Brooklyn server" } else { "something else" };
    foreign.truncate(3);
    Err(format!(
        "the folder {} holds {what} ({}, ...) and no plane; nothing was changed in it. Point persistenceDir at an \
         empty folder, or at one where nothing is yet",
        folder.display(),
        foreign.join(", ")
    ))
}

/// Where this server was part of a plane, an empty folder is no place to begin another one: its file system is not
/// mounted, and the plane goes on elsewhere with a master of its own. Below the release folder nothing is mounted
/// as a rule, and whoever removes the state there wants to begin anew.
fn refuse_vanished(settings: &Settings, folder: &Path, last: Option<&str>) -> Result<(), String> {
    let was_here = last == Some(name(settings).as_str()) && !folder.starts_with(&settings.home);
    let is_there = |name: &str| folder.join(name).try_exists().unwrap_or(true);
    if !was_here || settings.persist != Persist::Auto || is_there("plane.json") || is_there("terms") {
        return Ok(());
    }
    Err(format!(
        "the folder {} holds no plane, and this server was part of one there: see whether its file system is \
         mounted. Nothing was changed in it. To begin a new plane there, set persistMode=CLEAN for one start",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_something_else_is_refused_and_one_of_ours_is_not() {
        let dir = tempfile::tempdir().unwrap();
        assert!(refuse_foreign(dir.path()).is_ok());
        assert!(refuse_foreign(&dir.path().join("missing")).is_ok());
        for ours in ["lost+found", ".stage", "keys"] {
            fs::create_dir(dir.path().join(ours)).unwrap();
        }
        assert!(refuse_foreign(dir.path()).is_ok());
        fs::create_dir(dir.path().join("entities")).unwrap();
        let error = refuse_foreign(dir.path()).unwrap_err();
        assert!(error.contains("Apache Brooklyn") && error.contains("entities"), "{error}");
        fs::write(dir.path().join("plane.json"), "{}").unwrap();
        assert!(refuse_foreign(dir.path()).is_ok());
    }
}

//! Bytes in the store, each under its own hash: `blobs/SHA256`.
//!
//! A thread of its own calls the store, so that one that hangs holds up neither requests nor the log.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use ha::verbs::{Answer, Name, Verb};
use model::catalog::BlobRef;
use model::catalog::add::sha256;
use store::Store;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::limits::{BLOB_QUEUE_MAX, BLOB_TRIES_MAX, BLOB_WAIT_MAX};

/// One call.
enum Order {
    Keep(BlobRef, Arc<[u8]>, oneshot::Sender<Result<(), String>>),
    Read(BlobRef, oneshot::Sender<Result<Arc<[u8]>, String>>),
}

/// The way to them.
pub struct Blobs {
    queue: Sender<Order>,
    store: Arc<dyn Store>,
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blobs in {}", self.store.describe())
    }
}

impl Blobs {
    /// Starts the thread.
    pub fn start(store: Arc<dyn Store>) -> io::Result<Blobs> {
        let (queue, orders) = bounded(BLOB_QUEUE_MAX);
        let worked = Arc::clone(&store);
        thread::Builder::new().name("store-blobs".to_owned()).spawn(move || work(&*worked, &orders))?;
        Ok(Blobs { queue, store })
    }

    /// The store that they lie in. Its calls block: only threads of their own make them.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// What these bytes are called.
    pub fn name(bytes: &[u8]) -> BlobRef {
        BlobRef::new(sha256(bytes))
    }

    /// Keeps bytes; they are durable when this comes back. The error is for people.
    pub async fn keep(&self, bytes: Arc<[u8]>) -> Result<BlobRef, String> {
        let blob = Blobs::name(&bytes);
        let (done, outcome) = oneshot::channel();
        self.order(Order::Keep(blob.clone(), bytes, done), outcome).await?;
        Ok(blob)
    }

    /// Reads bytes; they are what the hash says. The error is for people.
    pub async fn read(&self, blob: &BlobRef) -> Result<Arc<[u8]>, String> {
        let (done, outcome) = oneshot::channel();
        self.order(Order::Read(blob.clone(), done), outcome).await
    }

    async fn order<T>(
        &self,
        order: Order,
        outcome: oneshot::Receiver<Result<T, String>>,
    ) -> Result<T, String> {
        if self.queue.try_send(order).is_err() {
            return Err(format!(
                "the store does not answer: {BLOB_QUEUE_MAX} calls for files of bundles wait"
            ));
        }
        match timeout(BLOB_WAIT_MAX, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err("the thread for files of bundles has ended".to_owned()),
            Err(_) => Err(format!("the store did not answer within {} s", BLOB_WAIT_MAX.as_secs())),
        }
    }
}

fn work(store: &dyn Store, orders: &Receiver<Order>) {
    for order in orders {
        match order {
            // Whoever asked may have gone.
            Order::Keep(blob, bytes, done) => drop(done.send(keep(store, &blob, bytes))),
            Order::Read(blob, done) => drop(done.send(read(store, &blob))),
        }
    }
}

fn name(blob: &BlobRef) -> Result<Name, String> {
    let hash = blob.as_str();
    let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let name = is_hash.then(|| Name::parse(&format!("blobs/{hash}"))).flatten();
    name.ok_or_else(|| format!("'{hash}' is no name of a blob"))
}

fn keep(store: &dyn Store, blob: &BlobRef, bytes: Arc<[u8]>) -> Result<(), String> {
    let verb = Verb::Create { name: name(blob)?, bytes };
    let mut why = String::new();
    for _ in 0..BLOB_TRIES_MAX {
        match store.run(&verb) {
            Answer::Created => return Ok(()),
            // Of the same name, so of the same content, unless it was damaged.
            Answer::Exists => return read(store, blob).map(drop),
            Answer::Failed(fault) => return Err(fault.to_string()),
            Answer::Unknown(fault) => why = fault.to_string(),
            other => return Err(format!("the store answered {other:?} when a blob was created")),
        }
    }
    Err(why)
}

fn read(store: &dyn Store, blob: &BlobRef) -> Result<Arc<[u8]>, String> {
    match store.run(&Verb::Read { name: name(blob)? }) {
        Answer::Content(Some(bytes)) if Blobs::name(&bytes) == *blob => Ok(bytes),
        Answer::Content(Some(_)) => Err(format!(
            "blobs/{} in the store is damaged; remove that file and add the bundle again, by force",
            blob.as_str()
        )),
        Answer::Content(None) => {
            Err(format!("blobs/{} is missing in the store; add the bundle again, by force", blob.as_str()))
        }
        Answer::Failed(fault) | Answer::Unknown(fault) => Err(fault.to_string()),
        other => Err(format!("the store answered {other:?} when a blob was read")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use store::folder::FolderStore;

    use super::*;

    #[tokio::test]
    async fn a_blob_lies_under_its_hash_for_its_owner_only_and_is_kept_once() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::start(Arc::new(FolderStore::open(dir.path()).unwrap())).unwrap();
        let bytes: Arc<[u8]> = b"zip".as_slice().into();
        let blob = blobs.keep(Arc::clone(&bytes)).await.unwrap();
        let file = dir.path().join("blobs").join(blob.as_str());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(blobs.keep(Arc::clone(&bytes)).await.unwrap(), blob);
        assert_eq!(blobs.read(&blob).await.unwrap(), bytes);
        let other = Blobs::start(Arc::new(FolderStore::open(dir.path()).unwrap())).unwrap();
        assert_eq!(other.read(&blob).await.unwrap(), bytes, "another server sees it");
    }

    #[tokio::test]
    async fn what_is_damaged_or_missing_is_told_and_never_given() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::start(Arc::new(FolderStore::open(dir.path()).unwrap())).unwrap();
        let blob = blobs.keep(b"zip".as_slice().into()).await.unwrap();
        let file = dir.path().join("blobs").join(blob.as_str());
        fs::write(&file, "zap").unwrap();
        assert!(blobs.read(&blob).await.unwrap_err().contains("is damaged"));
        assert!(blobs.keep(b"zip".as_slice().into()).await.unwrap_err().contains("is damaged"));
        fs::remove_file(&file).unwrap();
        assert!(blobs.read(&blob).await.unwrap_err().contains("is missing"));
        assert!(blobs.read(&BlobRef::new("../keys")).await.unwrap_err().contains("is no name of a blob"));
    }
}

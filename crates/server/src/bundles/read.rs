//! Reading one file of a bundle, whatever it was made from.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use engine::effect::{BundleFile, Held};
use exec::{BundleBytes, Bundles};
use model::catalog::{BlobRef, BundleSource};

use super::archive::BOM;
use super::limits::ARCHIVES_KEPT;
use super::{Archive, Blobs};

/// Reads files of bundles. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BundleStore {
    blobs: Arc<Blobs>,
    /// Archives that were wanted of late, newest first: an application's files come from few.
    open: Arc<Mutex<VecDeque<(BlobRef, Archive)>>>,
}

impl BundleStore {
    /// Reads from these blobs.
    pub fn new(blobs: Blobs) -> BundleStore {
        BundleStore { blobs: Arc::new(blobs), open: Arc::default() }
    }

    /// The blobs themselves.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// A file of a bundle; `None`: it has none of that path. The error is for people.
    pub async fn file(&self, source: &BundleSource, path: &str) -> Result<Option<Arc<[u8]>>, String> {
        match source {
            BundleSource::Bom(text) => Ok((path == BOM).then(|| text.as_bytes().into())),
            BundleSource::Zip { blob, .. } => {
                let archive = self.archive(blob).await?;
                let path = path.to_owned();
                let read = tokio::task::spawn_blocking(move || archive.read(&path)).await;
                let read = read.map_err(|_| "reading a zip failed inside".to_owned())?;
                Ok(read.map_err(|e| e.to_string())?.map(Arc::from))
            }
        }
    }

    async fn archive(&self, blob: &BlobRef) -> Result<Archive, String> {
        let known = self.open().iter().find(|(b, _)| b == blob).map(|(_, archive)| archive.clone());
        if let Some(archive) = known {
            return Ok(archive);
        }
        let bytes = self.blobs.read(blob).await?;
        let archive = Archive::open(bytes).map_err(|e| e.to_string())?;
        let mut open = self.open();
        open.retain(|(b, _)| b != blob);
        open.push_front((blob.clone(), archive.clone()));
        open.truncate(ARCHIVES_KEPT);
        Ok(archive)
    }

    fn open(&self) -> std::sync::MutexGuard<'_, VecDeque<(BlobRef, Archive)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn first(&self, file: BundleFile) -> Result<Arc<[u8]>, String> {
        for Held { bundle, source } in &file.among {
            match self.file(source, &file.path).await {
                Ok(Some(bytes)) => return Ok(bytes),
                Ok(None) => {}
                Err(why) => return Err(format!("'{}' of bundle {bundle}: {why}", file.path)),
            }
        }
        let names: Vec<String> = file.among.iter().map(|held| held.bundle.to_string()).collect();
        Err(format!("there is no file '{}' in bundle {}", file.path, names.join(", ")))
    }
}

impl Bundles for BundleStore {
    fn read(&self, file: BundleFile) -> BundleBytes {
        let store = self.clone();
        Box::pin(async move { store.first(file).await })
    }
}

#[cfg(test)]
mod tests {
    use base::Version;
    use model::catalog::BundleId;
    use store::mem::MemStore;

    use super::*;

    fn held(name: &str, source: BundleSource) -> Held {
        Held { bundle: BundleId { name: name.to_owned(), version: Version::new("1") }, source }
    }

    #[tokio::test]
    async fn the_first_bundle_that_has_a_file_gives_it() {
        let store = BundleStore::new(Blobs::start(Arc::new(MemStore::new())).unwrap());
        let bytes: Arc<[u8]> = Archive::of_bom("packed").unwrap().into();
        let zip = BundleSource::Zip {
            blob: store.blobs().keep(Arc::clone(&bytes)).await.unwrap(),
            bytes: bytes.len() as u64,
        };
        let read = |path: &str, among: Vec<Held>| {
            let file = BundleFile { path: path.to_owned(), among };
            let store = store.clone();
            async move { Bundles::read(&store, file).await.map(|b| String::from_utf8(b.to_vec()).unwrap()) }
        };
        let bom = || held("bom", BundleSource::Bom("text".to_owned()));
        assert_eq!(read(BOM, vec![bom(), held("zip", zip.clone())]).await.as_deref(), Ok("text"));
        assert_eq!(read(BOM, vec![held("zip", zip.clone()), bom()]).await.as_deref(), Ok("packed"));
        assert_eq!(
            read("x", vec![bom(), held("zip", zip)]).await,
            Err("there is no file 'x' in bundle bom:1, zip:1".to_owned())
        );
        let lost = BundleSource::Zip { blob: Blobs::name(b"lost"), bytes: 4 };
        let why = read("x", vec![held("zip", lost)]).await.unwrap_err();
        assert!(why.contains("'x' of bundle zip:1: blobs/") && why.contains("is missing"), "{why}");
    }
}

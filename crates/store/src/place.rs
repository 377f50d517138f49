//! Where a plane's store is: a folder, or a prefix in a bucket. Whoever opens a store (the server, the commands
//! of `brownstone store`, the archive, the tests) names it by one of these.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base::{NodeId, Secret};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::bucket::BucketStore;
use crate::folder::FolderStore;

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// A folder, local or on a network file system.
    Folder(PathBuf),
    /// A prefix in a bucket of an S3-compatible object store.
    Bucket(Bucket),
}

/// A prefix in a bucket, and how its service is reached. What is `None` comes from the environment
/// (`AWS_ACCESS_KEY_ID` and its like) or from the machine.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bucket {
    /// The bucket (Brooklyn: container).
    pub container: String,
    /// The prefix in it, without slashes at its ends; empty for the whole bucket.
    pub path: String,
    /// The service's address; `None` for AWS itself.
    pub endpoint: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The access key's id.
    pub identity: Option<String>,
    /// The access key.
    pub credential: Option<Secret>,
    /// Whether the bucket is the first segment of the path, not a part of the host's name.
    pub path_style: Option<bool>,
    /// A file of certificates (PEM) that may vouch for the endpoint, beside the system's.
    pub ca_file: Option<PathBuf>,
    /// How long the service may take to begin an answer; a server gives it less than its heartbeat.
    pub patience: Option<Duration>,
}

/// A text that names no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}: {why}")]
pub struct BadPlace {
    /// What was written.
    pub text: String,
    /// What is wrong, and what to write instead.
    pub why: &'static str,
}

impl Place {
    /// Reads `s3://container/path`, `file:///path` or a path.
    pub fn parse(text: &str) -> Result<Place, BadPlace> {
        let bad = |why| BadPlace { text: text.to_owned(), why };
        if let Some(rest) = text.strip_prefix("s3://") {
            return Ok(Place::Bucket(Bucket::parse(rest).map_err(bad)?));
        }
        if let Some(path) = text.strip_prefix("file://") {
            return if path.starts_with('/') {
                Ok(Place::Folder(path.into()))
            } else {
                Err(bad("a file URL has an absolute path: file:///srv/plane"))
            };
        }
        match text {
            "" => Err(bad("name a folder, or a bucket as s3://container/path")),
            _ if text.contains("://") => Err(bad("only folders and s3://container/path can hold a plane")),
            _ => Ok(Place::Folder(text.into())),
        }
    }

    /// What kind of store this is, as far as the protocol decides by it.
    pub fn kind(&self) -> ha::config::Store {
        match self {
            Place::Folder(_) => ha::config::Store::Folder,
            Place::Bucket(_) => ha::config::Store::Bucket,
        }
    }

    /// Opens it for the server of this id, which keeps some room in a folder for the day that its disk is full.
    pub fn open_for_server(&self, node: &NodeId) -> Result<Arc<dyn Store>, String> {
        match self {
            Place::Folder(folder) => FolderStore::open_with_reserve(folder, node.as_str())
                .map(|s| Arc::new(s) as Arc<dyn Store>)
                .map_err(|e| e.to_string()),
            Place::Bucket(_) => self.open(),
        }
    }

    /// Opens what is there, for somebody who only reads. The error is for people and says what to do.
    pub fn open_to_read(&self) -> Result<Arc<dyn Store>, String> {
        match self {
            Place::Folder(folder) => FolderStore::open_to_read(folder)
                .map(|s| Arc::new(s) as Arc<dyn Store>)
                .map_err(|e| e.to_string()),
            // Opening a bucket writes nothing.
            Place::Bucket(_) => self.open(),
        }
    }

    /// Opens it. The error is for people and says what to do.
    pub fn open(&self) -> Result<Arc<dyn Store>, String> {
        match self {
            Place::Folder(folder) => {
                FolderStore::open(folder).map(|s| Arc::new(s) as Arc<dyn Store>).map_err(|e| e.to_string())
            }
            Place::Bucket(bucket) => {
                BucketStore::open(bucket).map(|s| Arc::new(s) as Arc<dyn Store>).map_err(|e| e.to_string())
            }
        }
    }
}

impl Bucket {
    /// Reads `container/path`, as `persistenceDir` has it beside a `persistenceLocation`.
    pub fn parse(text: &str) -> Result<Bucket, &'static str> {
        let (container, path) = text.split_once('/').unwrap_or((text, ""));
        let path = path.trim_matches('/');
        if container.is_empty() {
            return Err("the bucket's name is missing: s3://container/path");
        }
        if path.split('/').any(|segment| segment == "." || segment == "..") {
            return Err("a path in a bucket has no . or .. in it");
        }
        Ok(Bucket { container: container.to_owned(), path: path.to_owned(), ..Bucket::default() })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "{}", folder.display()),
            Place::Bucket(bucket) if bucket.path.is_empty() => write!(f, "s3://{}", bucket.container),
            Place::Bucket(bucket) => write!(f, "s3://{}/{}", bucket.container, bucket.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_as_they_are_shown() {
        for (text, shown) in [
            ("/srv/plane", "/srv/plane"),
            ("file:///srv/plane", "/srv/plane"),
            ("s3://planes/one/", "s3://planes/one"),
            ("s3://planes", "s3://planes"),
        ] {
            assert_eq!(Place::parse(text).unwrap().to_string(), shown);
        }
        for bad in ["", "http://x/y", "s3://", "s3:///x", "file://x", "s3://a/../b"] {
            assert!(Place::parse(bad).is_err(), "{bad}");
        }
    }
}

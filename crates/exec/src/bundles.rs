//! Where files of the catalog's bundles come from: the executor has no store, whoever starts it does.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use engine::effect::BundleFile;

/// The bytes of a file, or why they are not to be had.
pub type BundleBytes = Pin<Box<dyn Future<Output = Result<Arc<[u8]>, String>> + Send>>;

/// Reads files of bundles.
pub trait Bundles: fmt::Debug + Send + Sync {
    /// Reads a whole file; it is bounded already where the bundle was added.
    fn read(&self, file: BundleFile) -> BundleBytes;
}

/// There are none.
#[derive(Debug)]
pub(crate) struct NoBundles;

impl Bundles for NoBundles {
    fn read(&self, file: BundleFile) -> BundleBytes {
        let why = format!("'{}' is a file of a bundle, and this executor has none", file.path);
        Box::pin(std::future::ready(Err(why)))
    }
}

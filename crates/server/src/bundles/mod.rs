//! Files of the catalog's bundles: uploads are looked through before they are taken, their bytes lie in the store
//! under their own hash, and what blueprints name of them is read out of there.
//!
//! A blob is created once and never removed: a server that was master and does not know yet that it is not could
//! otherwise remove one that its successor has just named.

mod archive;
mod blobs;
mod fetch;
mod limits;
mod read;

pub use archive::{Archive, BadArchive};
pub use blobs::Blobs;
pub use fetch::fetch;
pub use limits::BUNDLE_BYTES_MAX;
pub use read::BundleStore;

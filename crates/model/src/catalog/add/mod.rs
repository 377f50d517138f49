//! What a user uploads becomes a bundle: a BOM by itself, or a zip with one in it (`brooklyn-blueprints.md` 3.1, 3.2).
//!
//! First the documents are read into drafts ([`bom`]), then each gets its name ([`name`]), its text ([`cut`]) and its
//! kind ([`kind`]). All are registered before any is looked at, so that they may name each other in any order; then
//! each is compiled as if it were used ([`check`]). All errors come at once, each with its item and its place.

mod bom;
mod check;
mod cut;
mod kind;
mod limits;
mod manifest;
mod meta;
mod name;
mod refused;

use base::{Version, WallMs};
use sha2::{Digest, Sha256};

use super::{BlobRef, Bundle, BundleId, BundleSource};
use crate::Surroundings;
use bom::Documents;
pub use refused::{Refused, Said};

/// The file of a bundle that its items are read from.
pub const CATALOG_BOM: &str = "catalog.bom";

/// What is uploaded.
#[derive(Clone, Copy)]
pub struct Upload<'a> {
    /// What errors call it: a file's name, `catalog.bom`.
    pub source: &'a str,
    /// What is in it.
    pub content: Content<'a>,
}

/// What is in an upload.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// A BOM by itself.
    Bom(&'a str),
    /// A zip.
    Zip {
        /// What was packed into it.
        files: &'a dyn Files,
        /// Where its bytes are kept.
        blob: &'a BlobRef,
        /// Their number.
        bytes: u64,
    },
}

/// The files of a zip, by their paths in it (`scripts/run.sh`).
pub trait Files {
    /// What is in one; `None` when there is none.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
    /// The paths of all.
    fn names(&self) -> Vec<String>;
}

/// Gets the text behind an address (`http:`, `https:`); the error says why not.
pub type Fetch<'f> = dyn FnMut(&str) -> Result<String, String> + 'f;

/// What an upload says.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The bundle, whole.
    pub bundle: Bundle,
    /// What its author should know although it is accepted.
    pub warnings: Vec<Said>,
}

/// Reads an upload. `anonymous_name` is the bundle's name where the BOM gives none; `added` is now.
pub fn read(
    upload: &Upload<'_>,
    around: &Surroundings,
    fetch: &mut Fetch<'_>,
    anonymous_name: &str,
    added: WallMs,
) -> Result<Read, Refused> {
    let mut documents = Documents::new(upload, around, fetch);
    let root = documents.read_all();
    let manifest = match upload.content {
        Content::Zip { files, .. } => manifest::read(files),
        Content::Bom(_) => manifest::Manifest::default(),
    };
    let anonymous = root.bundle.is_none() && manifest.name.is_none();
    let id = BundleId {
        name: root.bundle.or(manifest.name).or(root.id).unwrap_or_else(|| anonymous_name.to_owned()),
        version: Version::new(
            root.version.or(manifest.version).unwrap_or_else(|| Version::UNSAID.to_owned()),
        ),
    };
    let (source, sum) = match upload.content {
        Content::Bom(text) => (BundleSource::Bom(text.to_owned()), sha256(text.as_bytes())),
        Content::Zip { blob, bytes, .. } => {
            (BundleSource::Zip { blob: blob.clone(), bytes }, blob.as_str().to_owned())
        }
    };
    let bundle = Bundle { id, source, sum, anonymous, icon_url: root.icon_url, items: Vec::new(), added };
    let (bundle, found) = check::finish(documents.into_drafts(), bundle, around);
    let said = found.into_said();
    if said.iter().any(|s| s.diagnostic().is_error()) {
        return Err(Refused::new(matches!(upload.content, Content::Zip { .. }), said));
    }
    Ok(Read { bundle, warnings: said })
}

/// SHA-256 of what was given, in lower-case hex, as [`Bundle::sum`] has it.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;

//! A bundle: what was added at once, a BOM by itself or a zip with one in it.

use std::fmt;

use base::{Version, WallMs};
use serde::{Deserialize, Serialize};

use super::Item;

/// A bundle's name and version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleId {
    /// Its symbolic name.
    pub name: String,
    /// Its version.
    pub version: Version,
}

impl fmt::Display for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.version)
    }
}

/// Bytes in the store, outside the log, under their own hash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlobRef(String);

impl BlobRef {
    /// The blob with this SHA-256, in lower-case hex.
    pub fn new(sha256: impl Into<String>) -> Self {
        Self(sha256.into())
    }

    /// The hash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A bundle as the log keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Its name and version.
    pub id: BundleId,
    /// What was given.
    pub source: BundleSource,
    /// SHA-256 of what was given, in lower-case hex: the same content may be added again.
    pub sum: String,
    /// Whether the name was made up, since the BOM has none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
    /// Where its own picture is, as given (`bundleIconUrl`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Its items, in the order of the document.
    pub items: Vec<Item>,
    /// When it was added.
    pub added: WallMs,
}

impl Bundle {
    /// The item with this id.
    pub fn item(&self, name: &str, version: &Version) -> Option<&Item> {
        self.items.iter().find(|i| i.id.name == name && i.id.version == *version)
    }
}

/// What a bundle was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BundleSource {
    /// A BOM by itself: the whole text.
    Bom(String),
    /// A zip.
    Zip {
        /// Its bytes.
        blob: BlobRef,
        /// Their number.
        bytes: u64,
    },
}

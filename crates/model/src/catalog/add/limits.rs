//! How much one upload may bring. What brings more is refused with the limit's name.

/// Items of one bundle.
pub(super) const BUNDLE_ITEMS_MAX: usize = 1_000;
/// Bytes of all BOM texts of one bundle, included ones too.
pub(super) const BOM_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bytes that a bundle's items may have as they are recorded, texts and metadata: a bundle is one change of the log,
/// which has its source as well ([`base::limits::RECORD_BYTES_MAX`]).
pub(super) const BUNDLE_RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Documents that one upload may include.
pub(super) const INCLUDES_MAX: usize = 100;
/// How deep documents may include each other, and items stand within items.
pub(super) const INCLUDE_DEPTH_MAX: usize = 16;

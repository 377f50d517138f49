//! Bounds of bundles. An error that meets one says its name.

use std::time::Duration;

/// The longest zip that is taken, in bytes.
pub const BUNDLE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Files and folders in one zip.
pub(super) const ZIP_ENTRIES_MAX: usize = 10_000;
/// What all files of a zip may come to, unpacked, in bytes.
pub(super) const ZIP_UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The longest file of a zip, unpacked, in bytes.
pub(super) const ZIP_FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How many times larger than its packed form a file may be, once it is longer than [`ZIP_RATIO_FREE_BYTES`].
pub(super) const ZIP_RATIO_MAX: u64 = 200;
/// Up to here nobody asks how well a file was packed: tables of zeros are small and harmless.
pub(super) const ZIP_RATIO_FREE_BYTES: u64 = 1024 * 1024;
/// The longest path of a file in a zip, in bytes.
pub(super) const ZIP_PATH_BYTES_MAX: usize = 1024;
/// Calls of the store about blobs that wait.
pub(super) const BLOB_QUEUE_MAX: usize = 64;
/// How long one of them may take.
pub(super) const BLOB_WAIT_MAX: Duration = Duration::from_mins(1);
/// How often a blob whose reply was lost is sent again.
pub(super) const BLOB_TRIES_MAX: u32 = 3;
/// Archives that are kept open for the next file that is wanted of them.
pub(super) const ARCHIVES_KEPT: usize = 4;
/// The longest text that a BOM may bring in from elsewhere, in bytes.
pub(super) const FETCH_BYTES_MAX: usize = 1024 * 1024;
/// How long that may take.
pub(super) const FETCH_WAIT_MAX: Duration = Duration::from_secs(30);

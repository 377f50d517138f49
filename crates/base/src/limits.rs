//! Every bound has a name here; an error that meets one says the name.

/// The longest log record, in bytes. A full batch refuses work instead of growing.
pub const RECORD_BYTES_MAX: usize = 8 * 1024 * 1024;
/// A value larger than this does not go into the log as it is.
pub const VALUE_BYTES_MAX: usize = 64 * 1024;
/// Names asked for in one page of a listing.
pub const LIST_PAGE_MAX: usize = 1000;
/// What each server keeps free in the plane's folder for a full disk, in bytes.
pub const RESERVE_BYTES: u64 = 1024 * 1024;
/// Records that a follower reads at once.
pub const READ_AHEAD_MAX: usize = 8;
/// The size that one part of a checkpoint aims at, in bytes.
pub const CHECKPOINT_PART_BYTES: usize = 1024 * 1024;
/// Records since the last checkpoint after which the next is due.
pub const CHECKPOINT_RECORDS: u64 = 8192;
/// Bytes of records since the last checkpoint after which the next is due.
pub const CHECKPOINT_BYTES: u64 = 64 * 1024 * 1024;
/// The size that a pack of pruned records aims at, in bytes.
pub const PACK_BYTES: usize = 1024 * 1024;
/// Records in one pack.
pub const PACK_RECORDS_MAX: usize = 4096;
/// Packs that are kept, whatever their age.
pub const PACKS_MAX: usize = 4096;
/// Head and tail of a captured stream that are recorded, in bytes each.
pub const STREAM_KEEP_BYTES: usize = 64 * 1024;
/// Finished tasks kept for each entity.
pub const TASKS_PER_ENTITY_MAX: usize = 100;
/// Finished tasks kept in all.
pub const TASKS_MAX: usize = 20_000;
/// Write keys remembered (`Idempotency-Key`).
pub const WRITE_KEYS_MAX: usize = 100_000;
/// Requests that wait for the core at once; more are refused with 503.
pub const CORE_QUEUE_MAX: usize = 10_000;
/// Characters of a reason that an operator gives.
pub const REASON_CHARS_MAX: usize = 500;
/// How far ahead something may be planned, in days.
pub const PLAN_DAYS_MAX: u64 = 366;
/// Records that a server may have been behind at its last beat to be given the master's chair.
pub const HAND_OVER_BEHIND_MAX: u64 = 10_000;
/// Nodes of a plane that are watched.
pub const NODES_MAX: usize = 64;

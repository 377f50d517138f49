//! Whole planes, small and recorded, through everything that reads one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod backups;
mod formats;
mod mending;
mod support;
mod verify;

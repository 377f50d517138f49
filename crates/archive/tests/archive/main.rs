//! Whole planes, small and recorded, through everything that reads one.

mod backups;
mod formats;
mod mending;
mod support;
mod verify;

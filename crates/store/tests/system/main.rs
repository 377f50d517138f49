//! What a folder asks of the system, and what it answers when the system fails.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod errors;
mod looked_on;
mod order;
